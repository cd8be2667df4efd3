"""Plays a scene in a member's own namespace: each step is an act like any other.

Why it is so: where a member is in a scene is read from the acts themselves, whose ids are made of the play, the step and
the try. So two pages that press at once do one act, and what was cut in the middle is found again by its id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from lessons.classroom.access import may_do
from lessons.classroom.models import Act, Member, Scene, ScenePlay
from lessons.classroom.perform import perform
from lessons.classroom.scenes.steps import SceneStep, steps_of

State = Literal["done", "left-out", "stopped", "to-come", "not-yours", "impossible"]


@dataclass(frozen=True)
class Taken:
    """A step, and what became of it. `act`: of the last try; None: it was not tried."""

    step: SceneStep
    state: State
    tries: int = 0
    act: Act | None = None
    words: str = ""  # why it can't be played

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "left-out", "impossible")


@dataclass(frozen=True)
class Play:
    """How far a member is in a scene."""

    scene: Scene
    member: Member
    row: ScenePlay | None
    taken: tuple[Taken, ...]

    @property
    def next(self) -> Taken | None:
        """The step that is to be played, repeated or left out now; None: the scene is over."""
        return next((each for each in self.taken if not each.is_over), None)

    @property
    def left(self) -> tuple[Taken, ...]:
        return tuple(each for each in self.taken if not each.is_over)

    @property
    def is_begun(self) -> bool:
        return any(each.tries or each.state == "left-out" for each in self.taken)


def play_of(scene: Scene, member: Member) -> Play:
    row = scene.plays.filter(member=member).first()
    steps = steps_of(scene)
    noted = {step.id: _noted(row, step) for step in steps}
    ids = {step.id: _act_id(row, step, noted[step.id][0]) for step in steps} if row else {}
    acts = Act.objects.filter(member=member).in_bulk(list(ids.values()))
    taken = (_taken(member, step, *noted[step.id], acts.get(ids[step.id]) if row else None) for step in steps)
    return Play(scene, member, row, tuple(taken))


def _noted(row: ScenePlay | None, step: SceneStep) -> tuple[int, bool]:
    """How often it was tried, and whether it was left out."""
    noted = row.taken.get(str(step.id), {}) if row else {}
    return noted.get("tries", 0), noted.get("left_out", False)


def _act_id(row: ScenePlay, step: SceneStep, tries: int) -> UUID:
    """That of one try. Nobody can know it beforehand, and take it for another act."""
    made_of = f"{row.pk}:{row.turn}:{step.id}:{tries}"
    return UUID(bytes=salted_hmac("scene-step", made_of, algorithm="sha256").digest()[:16])


def _taken(member: Member, step: SceneStep, tries: int, is_left_out: bool, act: Act | None) -> Taken:
    if step.action is None:
        return Taken(step, "impossible", words=step.problem)
    if act is not None and act.state == Act.State.DONE:
        return Taken(step, "done", tries, act)
    if is_left_out:
        return Taken(step, "left-out", tries, act)
    if not may_do(member, type(step.action)):
        return Taken(step, "not-yours", tries, words=_not_yours(step))
    return Taken(step, "stopped" if tries else "to-come", tries, act)


def _not_yours(step: SceneStep) -> str:
    assert step.action is not None
    if step.action.is_offered():
        words = _("“%(step)s” is for your instructor. Ask for it now, or leave it out.")
    else:
        words = _("“%(step)s” is not possible here: these brokers are run by somebody else. Leave it out.")
    return words % {"step": step.words}


def play_step(play: Play, step_id: int) -> Play:
    """Plays the step that comes next, or repeats it after a refusal; nothing if another page was quicker.

    Raises: TooFast, AnswerNotStored.
    """
    taken = play.next
    if taken is None or taken.step.id != step_id or taken.state not in ("to-come", "stopped"):
        return play
    assert taken.step.action is not None
    row = play.row or _row(play)
    tries = taken.tries + 1
    perform(play.member, taken.step.action, act_id=_act_id(row, taken.step, tries))
    _note(row, step_id, tries=tries)
    return play_of(play.scene, play.member)


def play_all(play: Play) -> Iterator[Play]:
    """Plays step after step, until one is not done, or can't be. Raises: TooFast, AnswerNotStored."""
    while (taken := play.next) is not None and taken.state == "to-come":
        play = play_step(play, taken.step.id)
        yield play


def leave_out(play: Play, step_id: int) -> Play:
    """Goes on without the step that comes next, tried or not."""
    taken = play.next
    if taken is None or taken.step.id != step_id:
        return play
    _note(play.row or _row(play), step_id, left_out=True)
    return play_of(play.scene, play.member)


def begin_anew(play: Play) -> Play:
    """From the first step; what was done stays done on the cluster and in the seat's acts."""
    if play.row is not None:
        with transaction.atomic():
            row = ScenePlay.objects.select_for_update().get(pk=play.row.pk)
            row.taken, row.turn = {}, row.turn + 1
            row.save(update_fields=["taken", "turn"])
    return play_of(play.scene, play.member)


def plays_of(member: Member) -> list[Play]:
    """Those that a member has begun and that are not over, the last one first."""
    rows = member.plays.select_related("scene").order_by("-played_at")[:10]
    return [play for row in rows if (play := play_of(row.scene, member)).left]


def _row(play: Play) -> ScenePlay:
    return ScenePlay.objects.get_or_create(scene=play.scene, member=play.member)[0]


def _note(row: ScenePlay, step_id: int, **noted: object) -> None:
    with transaction.atomic():
        stored = ScenePlay.objects.select_for_update().get(pk=row.pk)
        if stored.turn != row.turn:  # begun anew meanwhile
            return
        stored.taken[str(step_id)] = {**stored.taken.get(str(step_id), {}), **noted}
        stored.played_at = timezone.now()
        stored.save(update_fields=["taken", "played_at"])
