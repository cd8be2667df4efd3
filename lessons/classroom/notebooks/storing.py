"""Saving what a page sends, resetting a notebook, and bringing back what was there before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lessons.classroom.models import Member, Notebook
from lessons.classroom.notebooks.work import CellWork
from lessons.classroom.storable import storable

MOST_BYTES = 1024 * 1024  # of one notebook of one seat: its cells, its edits and its outputs, as JSON


class NotNewest(Exception):
    """The page that saves began with an older version; `notebook` is what another page has saved since."""

    def __init__(self, notebook: Notebook) -> None:
        super().__init__(notebook)
        self.notebook = notebook


class TooLarge(Exception):
    """The message says what to do."""


def notebook_of(member: Member, name: str) -> Notebook:
    """The seat's row, or a new one that is not stored yet."""
    return member.notebooks.filter(name=name).first() or Notebook(member=member, name=name)


@transaction.atomic
def save(member: Member, name: str, changed: Mapping[str, CellWork], *, version: int) -> Notebook:
    """Store the cells that have changed, if the page knew the newest version. Raises: NotNewest, TooLarge."""
    notebook = _locked(member, name)
    if notebook.version != version:
        raise NotNewest(notebook)
    all_work = {**notebook.work, **{cell_id: work.stored() for cell_id, work in changed.items()}}
    notebook.work = {cell_id: work for cell_id, work in all_work.items() if work}
    return _store(notebook)


@transaction.atomic
def reset(member: Member, name: str) -> Notebook:
    """Forget all edits and outputs; `bring_back` undoes it."""
    notebook = _locked(member, name)
    return _replace(notebook, title=notebook.title, cells=notebook.cells, work={})


@transaction.atomic
def bring_back(member: Member, name: str) -> Notebook:
    """Exchange the notebook with what it was before the last reset or upload. Doing it twice changes nothing."""
    notebook = _locked(member, name)
    return _replace(notebook, **notebook.before) if notebook.before else notebook


@transaction.atomic
def put(
    member: Member, name: str, *, title: str, cells: Sequence[Mapping[str, Any]], work: Mapping[str, Any]
) -> Notebook:
    """An uploaded notebook takes the place of the one before; `bring_back` undoes it. Raises: TooLarge."""
    return _replace(_locked(member, name), title=title, cells=list(cells), work=dict(work))


def _locked(member: Member, name: str) -> Notebook:
    """The seat's row, made if it is missing; nobody else changes it until the transaction ends."""
    Notebook.objects.get_or_create(member=member, name=name)
    return Notebook.objects.select_for_update().get(member=member, name=name)


def _replace(notebook: Notebook, *, title: str, cells: list[Any], work: dict[str, Any]) -> Notebook:
    notebook.before = {"title": notebook.title, "cells": notebook.cells, "work": notebook.work}
    notebook.title, notebook.cells, notebook.work = title, cells, work
    return _store(notebook)


def _store(notebook: Notebook) -> Notebook:
    """Raises: TooLarge, and then nothing was stored."""
    size_bytes = len(json.dumps(storable([notebook.cells, notebook.work]), ensure_ascii=False).encode())
    if size_bytes > MOST_BYTES:
        raise TooLarge(
            _(
                "With its outputs this notebook has more than %(most)s MB, so it was not saved. Clear outputs or shorten code."
            )
            % {"most": MOST_BYTES >> 20}
        )
    notebook.version += 1
    notebook.saved_at = timezone.now()
    notebook.save()
    return notebook
