"""Every page, call and socket gets its objects here. Missing and forbidden look alike: both are 404."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from lessons.classroom.history import ChangeKind
from lessons.classroom.models import (
    Act,
    Announcement,
    ApiToken,
    Attempt,
    Change,
    Class,
    Hand,
    Member,
    Observation,
    Role,
    Scene,
    User,
)
from lessons.course.acts import ACTIONS
from lessons.course.acts.base import Action
from lessons.course.exercise import Exercise
from lessons.course.loader import Lesson, get_lesson, lessons

NOT_YOURS = _("There is no such page, or it is not yours.")


def get_member(user: User | AnonymousUser, class_slug: str) -> Member:
    """This person's membership in the class. Raises: Http404."""
    if not user.is_authenticated:
        raise Http404(NOT_YOURS)
    try:
        return Member.objects.select_related("klass").get(user=user, klass__slug=class_slug, removed_at=None)
    except Member.DoesNotExist:
        raise Http404(NOT_YOURS) from None


def get_asker(asker: User | Member, class_slug: str) -> Member:
    """The same for the API: for a person, or for a token's member, who has access to no other class.

    Raises: Http404.
    """
    if isinstance(asker, User):
        return get_member(asker, class_slug)
    if asker.klass.slug != class_slug:
        raise Http404(NOT_YOURS)
    return asker


def get_staff(user: User | AnonymousUser, class_slug: str, *roles: str) -> Member:
    """The same for staff only: with one of these roles, by default instructors and graders. Raises: Http404."""
    member = get_member(user, class_slug)
    if member.role not in (roles or (Role.INSTRUCTOR, Role.GRADER)):
        raise Http404(NOT_YOURS)
    return member


def get_seat(staff: Member, seat_slug: str) -> Member:
    """A student of this member's class, including removed ones. Raises: Http404."""
    students = staff.klass.members.select_related("klass").filter(role=Role.STUDENT)
    seat = students.filter(slug=seat_slug).first() if seat_slug.isalnum() else None  # PostgreSQL fails at a NUL
    if seat is None:
        raise Http404(NOT_YOURS)
    return seat


def get_colleague(staff: Member, slug: str) -> Member:
    """Another member of staff of this member's class, including removed ones. Raises: Http404."""
    others = staff.klass.members.select_related("klass").exclude(role=Role.STUDENT).exclude(pk=staff.pk)
    colleague = others.filter(slug=slug).first() if slug.isalnum() else None
    if colleague is None:
        raise Http404(NOT_YOURS)
    return colleague


def get_action(member: Member, kind: str) -> type[Action]:
    """An act that this member may do here. Raises: Http404."""
    action = ACTIONS.get(kind)
    if action is None or not may_do(member, action):
        raise Http404(NOT_YOURS)
    return action


def may_do(member: Member, action: type[Action]) -> bool:
    """Whether the act is possible here, and meant for this member: by the role, or because it would hit nobody else."""
    if not action.is_offered():
        return False
    return not action.roles or member.role in action.roles or (action.also_alone and is_alone(member))


def is_alone(member: Member) -> bool:
    """Whether this is the only student, of any class, and the pages are for this machine alone."""
    if not settings.ONLY_THIS_MACHINE:
        return False
    students = Member.objects.filter(role=Role.STUDENT, removed_at=None).values_list("pk", flat=True)
    return list(students[:2]) == [member.pk]


def seats_in_sight(member: Member) -> QuerySet[Member]:
    """The students whose work this member may read: staff, all of the class with removed ones; a student, only their own."""
    seats = Member.objects.filter(klass=member.klass, role=Role.STUDENT)
    return seats.filter(pk=member.pk) if member.role == Role.STUDENT else seats


def get_evidence(member: Member, evidence_id: int) -> Observation:
    """What a check read, of a seat that this member may see. Raises: Http404."""
    try:
        return Observation.objects.select_related("member").get(pk=evidence_id, member__in=seats_in_sight(member))
    except Observation.DoesNotExist:
        raise Http404(NOT_YOURS) from None


def get_lesson_for(member: Member, slug: str) -> Lesson:
    """A lesson that this member may open: students those switched on, staff all of them. Raises: Http404."""
    try:
        lesson = get_lesson(slug)
    except KeyError:
        raise Http404(NOT_YOURS) from None
    if member.role == Role.STUDENT and lesson not in member.klass.lessons:
        raise Http404(NOT_YOURS)
    return lesson


def get_exercise(exercise_id: str) -> tuple[Lesson, Exercise]:
    """An exercise of any lesson, for staff: lessons that are switched off keep their attempts. Raises: Http404."""
    for lesson in lessons():
        for exercise in lesson.exercises:
            if exercise.id == exercise_id:
                return lesson, exercise
    raise Http404(NOT_YOURS)


def get_classes(user: User | AnonymousUser) -> list[Member]:
    """This person's memberships, by class name; none for a visitor who is not signed in."""
    if not user.is_authenticated:
        return []
    here = user.memberships.filter(removed_at=None).select_related("klass", "user")
    return list(here.order_by("klass__name", "klass__pk"))


def get_present_seat(staff: Member, seat_slug: str) -> Member:
    """A student of this member's class who was not removed. Raises: Http404."""
    seat = get_seat(staff, seat_slug)
    if seat.removed_at is not None:
        raise Http404(NOT_YOURS)
    return seat


def get_student(user: User | AnonymousUser, class_slug: str) -> Member:
    """This person's membership, if they are a student. Raises: Http404."""
    member = get_member(user, class_slug)
    if member.role != Role.STUDENT:
        raise Http404(NOT_YOURS)
    return member


def get_feed_reader(user: User | AnonymousUser, class_slug: str) -> Member:
    """Staff; students too while the feed is shared. Raises: Http404."""
    member = get_member(user, class_slug)
    if member.role == Role.STUDENT and not member.klass.feed_is_shared:
        raise Http404(NOT_YOURS)
    return member


def get_hand(staff: Member, hand_id: int) -> Hand:
    """A hand of this member's class, raised or not. Raises: Http404."""
    try:
        return Hand.objects.select_related("member__klass").get(pk=hand_id, member__klass=staff.klass)
    except Hand.DoesNotExist:
        raise Http404(NOT_YOURS) from None


def get_announcement(staff: Member, announcement_id: int) -> Announcement:
    """An announcement to this member's class. Raises: Http404."""
    try:
        return staff.klass.announcements.select_related("klass").get(pk=announcement_id)
    except Announcement.DoesNotExist:
        raise Http404(NOT_YOURS) from None


def get_change(staff: Member, kind: ChangeKind, number: str) -> Change:
    """A row of the class's history, by its number from a URL. Raises: Http404."""
    changes = staff.klass.changes.select_related("seat__klass")
    change = changes.filter(kind=kind, pk=_key(number)).first()
    if change is None:
        raise Http404(NOT_YOURS)
    return change


def get_attempt(seat: Member, exercise_id: str, number: str) -> Attempt:
    """An attempt of this seat at the exercise, by its number from a URL. Raises: Http404."""
    attempts = seat.attempts.filter(exercise=exercise_id).select_related("observation", "deciding_act")
    attempt = attempts.filter(pk=_key(number)).first()
    if attempt is None:
        raise Http404(NOT_YOURS)
    return attempt


def _key(number: str) -> int:
    """0, which no row has, for text that is no number or one with too many digits."""
    return int(number) if number.isdecimal() and len(number) < 19 else 0


def get_own_act(member: Member, act_id: UUID) -> Act:
    """An act of this member. Raises: Http404."""
    try:
        return member.acts.get(id=act_id)
    except Act.DoesNotExist:
        raise Http404(NOT_YOURS) from None


def get_scene(member: Member, link: str) -> Scene:
    """A scene of this member's class, by the name in its address. Raises: Http404."""
    scenes = member.klass.scenes.select_related("made_by", "klass")
    scene = scenes.filter(link=link).first() if link.isalnum() else None  # PostgreSQL fails at a NUL
    if scene is None:
        raise Http404(NOT_YOURS)
    return scene


def get_own_token(member: Member, token_id: int) -> ApiToken:
    """A token of this member, including expired and revoked ones. Raises: Http404."""
    try:
        return member.tokens.get(pk=token_id)
    except ApiToken.DoesNotExist:
        raise Http404(NOT_YOURS) from None


def get_class_by_code(code: str) -> Class | None:
    """The class with this class code; case, spaces and dashes do not matter."""
    return Class.objects.filter(join_code=clean_code(code)).first()


def get_member_by_personal_code(code: str) -> Member | None:
    """The member with this personal code. The code of a merged seat opens the seat that it was merged into."""
    seats = Member.objects.select_related("klass", "user", "merged_into__klass", "merged_into__user")
    seat = seats.filter(code_hash=Member.hash_of_code(clean_code(code))).first()
    if seat is not None and seat.merged_into is not None:
        seat = seat.merged_into
    return seat if seat is not None and seat.removed_at is None else None


def clean_code(code: str) -> str:
    return "".join(character for character in code.upper() if character.isalnum())


async def member_for_scope(
    scope: dict, class_slug: str, *, door: Callable[[User | AnonymousUser, str], Member]
) -> Member | None:
    """A function such as `get_member` for a socket: None for missing and for forbidden.

    In a thread of its own: Channels' shared one would hold up every other socket.
    """

    def look_up() -> Member | None:
        try:
            return door(scope["user"], class_slug)
        except Http404:
            return None

    return await database_sync_to_async(look_up, thread_sensitive=False)()
