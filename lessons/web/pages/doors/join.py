"""How people get in: with a class code, with a personal code, by a one-time link or with a password."""

from __future__ import annotations

import asyncio
from typing import Any

from asgiref.sync import sync_to_async
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from sesame.utils import get_user

from lessons.classroom.access import get_class_by_code, get_classes, get_member
from lessons.classroom.models import Class, Member, Role, User
from lessons.classroom.people.due import due_of
from lessons.classroom.people.guessing import wait_after_wrong_code_s
from lessons.classroom.people.seats import has_namesake, same_person, take_seat
from lessons.web import errors
from lessons.web.forms.doors import JoinForm, ReturnForm, wrong_code
from lessons.web.post_only import page_of, post_only

CLASS_IS_CLOSED = gettext_lazy(
    "This class is closed to new students. If you already have a seat, use your personal code."
)
WAS_REMOVED = gettext_lazy(
    "You were removed from this class. Your work is kept: ask your instructor, who can bring your seat back."
)
IS_STAFF = gettext_lazy(
    "In this browser you are signed in as staff of this class, and joining as a student would sign you out. Use another "
    "browser or a private window. To see a student's page, open it from the class's page."
)
LINK_IS_OVER = gettext_lazy("This link has already been used or has expired. Ask for a new one.")
FIRST_ROOM: dict[str, str] = {Role.STUDENT: "lessons", Role.INSTRUCTOR: "room", Role.GRADER: "grading"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Redirects to one's class, to the list of one's classes, or to the page where one joins."""
    match get_classes(request.user):
        case []:
            return redirect("join")
        case [member]:
            return redirect(FIRST_ROOM[member.role], member.klass.slug)
        case _:
            return redirect("classes")


@require_http_methods(["GET", "HEAD", "POST"])
async def join(request: HttpRequest, code: str = "") -> HttpResponse:
    if request.method == "POST":
        return await _join(request)
    klass = await sync_to_async(get_class_by_code)(code) if code else None
    form = JoinForm(initial={"code": klass.join_code if klass else code})
    if code and klass is None:  # a link is a guess like any other
        return await _slowed_down(request, status=404, form=form, message=_("No class has the code in this link."))
    seat = await sync_to_async(_seat_in)(request, klass) if klass else None
    if klass and seat is None and (elsewhere := await sync_to_async(get_classes)(await request.auser())):
        form.initial["name"] = elsewhere[0].name  # with the same name it is the same person
    return await sync_to_async(_door)(request, form=form, klass=klass, seat=seat)


async def _join(request: HttpRequest) -> HttpResponse:
    form = JoinForm(request.POST)
    if not await sync_to_async(form.is_valid)():
        return await _turned_away(request, form, form=form)
    try:
        member = await sync_to_async(_sit_down)(request, form)
    except DoorClosed as closed:
        return await sync_to_async(_door)(request, status=403, form=form, message=closed.words)
    if member is None:
        form.ask_about_namesake()
        return await sync_to_async(_door)(request, status=422, form=form, klass=form.klass)
    return redirect("joined", member.klass.slug)


class DoorClosed(Exception):
    """Nobody sits down; `words` say why."""

    def __init__(self, words: Any) -> None:
        super().__init__()
        self.words = words


def _sit_down(request: HttpRequest, form: JoinForm) -> Member | None:
    """The seat for this name: one per person and class, and another name is another person. None: somebody has this name,
    and it was not said that this is another one. Raises: DoorClosed."""
    klass, name = form.klass, form.cleaned_data["name"]
    seat = _seat_in(request, klass)
    if seat is not None and seat.role != Role.STUDENT:
        raise DoorClosed(IS_STAFF)
    if seat is not None and seat.name == name:
        return seat
    seat = _merged_seat(request, klass, name)
    if seat is None:
        if _was_removed(request, klass, name):
            raise DoorClosed(WAS_REMOVED)
        if not klass.door_open:
            raise DoorClosed(CLASS_IS_CLOSED)
        if has_namesake(klass, name) and not form.knows_of_namesake():
            return None
        user = request.user if isinstance(request.user, User) else None
        seat = take_seat(klass, name, user=user and same_person(user, klass, name))
    login(request, seat.user, backend=BACKEND)
    return seat


def _seat_in(request: HttpRequest, klass: Class) -> Member | None:
    if not request.user.is_authenticated:
        return None
    seats = Member.objects.select_related("klass", "user")
    return seats.filter(user=request.user, klass=klass, removed_at=None).first()


def _was_removed(request: HttpRequest, klass: Class, name: str) -> bool:
    """Whether the one of this name who sat in this browser last is not to come back by the class code."""
    if not request.user.is_authenticated:
        return False
    return request.user.memberships.filter(klass=klass, name=name, merged_into=None).exclude(removed_at=None).exists()


def _merged_seat(request: HttpRequest, klass: Class, name: str) -> Member | None:
    """The seat into which this browser's seat of that name was merged, if it was."""
    if not request.user.is_authenticated:
        return None
    merged = request.user.memberships.filter(klass=klass, name=name, merged_into__removed_at=None)
    old = merged.select_related("merged_into__klass", "merged_into__user").first()
    return old.merged_into if old else None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The handler of 404. At a page of a class somebody who is not signed in is asked for the personal code, which opens it;
    whether there is such a page nobody learns from this."""
    in_card = request.headers.get("HX-Request") == "true"
    if request.user.is_authenticated or in_card or not request.path.startswith(f"{settings.PATH}c/"):
        return errors.not_found(request, exception)
    if request.method == "POST":
        go_to, message = (
            page_of(request.path),
            _("You are not signed in. Nothing was sent: come back with your personal code, and send it again."),
        )
    else:
        go_to = request.get_full_path()
        message = _("You are not signed in. With your personal code you come back to this page.")
    return _door(request, status=404, return_form=ReturnForm(initial={"go_to": go_to}), message=message)


@post_only
async def come_back(request: HttpRequest) -> HttpResponse:
    form = ReturnForm(request.POST)
    if not await sync_to_async(form.is_valid)():
        klass = await sync_to_async(get_class_by_code)(request.POST.get("at", ""))
        return await _turned_away(request, form, return_form=form, klass=klass)
    await sync_to_async(login)(request, form.member.user, backend=BACKEND)
    home = reverse("lessons", args=[form.member.klass.slug])
    wanted = form.cleaned_data["go_to"]
    return HttpResponseRedirect(wanted if wanted.startswith(home) else home)


async def _turned_away(request: HttpRequest, failed: forms.Form, **shown: Any) -> HttpResponse:
    """The page again, with what was wrong."""
    if wrong_code(failed):
        return await _slowed_down(request, status=422, **shown)
    return await sync_to_async(_door)(request, status=422, **shown)


async def _slowed_down(request: HttpRequest, *, status: int, **shown: Any) -> HttpResponse:
    waited = await _wait_after_guess(request, shown.get("klass"))
    return await sync_to_async(_door)(request, status=429 if waited else status, **shown)


async def _wait_after_guess(request: HttpRequest, klass: Class | None = None) -> bool:
    """Counts a wrong code, and waits if there were many from this address. Returns whether it waited."""
    wait_s = await sync_to_async(wait_after_wrong_code_s)(request.META.get("REMOTE_ADDR", ""), klass)
    await asyncio.sleep(wait_s)
    return wait_s > 0


def _door(
    request: HttpRequest, *, status: int = 200, klass=None, form=None, return_form=None, seat=None, message=""
) -> HttpResponse:
    """Where a page waits for the personal code, that is asked for first."""
    return_form = return_form or ReturnForm()
    context = {
        "form": form or JoinForm(), "return_form": return_form, "klass": klass, "seat": seat, "message": message,
        "returns": bool(return_form["go_to"].value()),
    }  # fmt: skip
    return render(request, "doors/join.html", context, status=status)


@require_safe
def joined(request: HttpRequest, class_slug: str) -> HttpResponse:
    """The seat with its personal code: shown after joining, and whenever its owner opens this page."""
    member = get_member(request.user, class_slug)
    return render(
        request,
        "doors/joined.html",
        {
            "member": member,
            "klass": member.klass,
            "personal_code": member.personal_code,
            "due": due_of(member.klass),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
async def sign_in(request: HttpRequest) -> HttpResponse:
    """For staff. Opening a link shows a button (mail scanners open links); pressing it uses the link."""
    if request.method == "POST" and not request.POST.get("link"):
        return await _sign_in_by_password(request)
    return await sync_to_async(_sign_in_by_link)(request)


def _sign_in_by_link(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        token = request.GET.get("link", "")
        user = _owner_of(token)
        message = LINK_IS_OVER if token and user is None else ""
        return _sign_in_page(request, token=token if user else "", user=user, message=message)
    if _use_link(request, str(request.POST["link"])) is None:
        return _sign_in_page(request, message=LINK_IS_OVER, status=422)
    return redirect("home")


async def _sign_in_by_password(request: HttpRequest) -> HttpResponse:
    """A wrong password is counted like a wrong code, and a right one is never refused."""
    form = AuthenticationForm(request, request.POST)
    if await sync_to_async(form.is_valid)():
        await sync_to_async(login)(request, form.get_user())
        return redirect("home")
    guessed = form.has_error(NON_FIELD_ERRORS, "invalid_login")
    waited = guessed and await _wait_after_guess(request)
    return await sync_to_async(_sign_in_page)(request, form=form, status=429 if waited else 422)


def _use_link(request: HttpRequest, token: str) -> User | None:
    """Signs the link's owner in, once: a second request at the same moment waits, and finds it used."""
    owner = _owner_of(token)
    if owner is None:
        return None
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        user = authenticate(request, sesame=token)
        if user is not None:
            login(request, user)
    return user


def _owner_of(token: str) -> User | None:
    """Whose link this is, without using it."""
    return get_user(token, update_last_login=False) if token else None


def _sign_in_page(request: HttpRequest, *, token="", user=None, message="", form=None, status=200) -> HttpResponse:
    member = user.memberships.select_related("klass").first() if user else None
    context = {
        "token": token,
        "member": member,
        "message": message,
        "form": form or AuthenticationForm(request),
    }
    return render(request, "doors/sign_in.html", context, status=status)


@post_only
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("join")
