"""The tables of a classroom.

Why it is so
------------
A person is a `User`; their place in a class is a `Member` (a student's is called a *seat*). What a member does to the
cluster is an `Act`: the row is the truth, and the class's feed topic repeats it. What a check read is an `Observation`,
and its result an `Attempt`. Both are kept for ever, because by the time a grader looks, the cluster has changed. Done
stays done because it is derived: an exercise is done if one of its attempts is. A re-grade deletes nothing: the newer
attempt points to the older one, which then no longer counts (`lessons.classroom.grading.standings`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid
from base64 import b32encode

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lessons.classroom.storable import StorableJSONField
from lessons.cluster.namespace import Namespace
from lessons.course.acts import ACTIONS
from lessons.course.loader import Lesson, lessons

# Without 0 and O, 1 and I, 8 and B, U and V, which people mix up when they read a code from a projector.
READABLE = "ACDEFGHJKLMNPQRSTWXYZ234567"


def random_code(length: int) -> str:
    """A code of letters and digits that are easy to tell apart: 27 of them, so 4.75 bits each."""
    return "".join(secrets.choice(READABLE) for _ in range(length))


def _keyed_hash(purpose: str, text: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"{purpose}:{text}".encode(), hashlib.sha256)


class User(AbstractUser):
    """A person who signs in. A student has a random user name and no password, and comes back with a personal code."""


class LateRule(models.TextChoices):
    """How much late work counts."""

    COUNTS = "counts", _("counts in full")
    HALF = "half", _("counts half")
    NOTHING = "nothing", _("does not count")


class Class(models.Model):
    name = models.CharField(max_length=80)
    slug = models.SlugField(max_length=20, unique=True, help_text="Part of the names on the cluster.")
    join_code = models.CharField(max_length=6, unique=True, default=None)
    door_open = models.BooleanField(default=True, help_text="Whether students can still join with the class code.")
    lessons_off = models.JSONField(default=list, help_text="Slugs of the lessons that are switched off.")
    due_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, default="UTC", help_text="The due date is shown in this time zone.")
    late_rule = models.CharField(max_length=7, choices=LateRule.choices, default=LateRule.COUNTS)
    feed_is_shared = models.BooleanField(default=False, help_text="Whether students see the live feed.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "classes"

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.join_code = self.join_code or random_code(6)
        super().save(*args, **kwargs)

    def present_seats(self) -> models.QuerySet[Member]:
        """The students who were not removed."""
        return self.members.filter(role=Role.STUDENT, removed_at=None)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """The lessons that are switched on, by number."""
        return tuple(lesson for lesson in lessons() if lesson.slug not in self.lessons_off)


class Role(models.TextChoices):
    STUDENT = "student", _("Student")
    INSTRUCTOR = "instructor", _("Instructor")
    GRADER = "grader", _("Grader")


class Member(models.Model):
    """One person in one class. The slug is public and part of names on the cluster; it proves nothing."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    klass = models.ForeignKey(Class, models.CASCADE, related_name="members")
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.STUDENT)
    name = models.CharField(max_length=60)
    slug = models.CharField(max_length=4)
    code_generation = models.PositiveIntegerField(default=0)
    code_hash = models.CharField(max_length=64, unique=True)
    joined_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, help_text="From then on this member has no access; the work is kept.")
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    playground_anew_at = models.DateTimeField(
        null=True, help_text="When the session of the playground was begun anew; null: it has everything."
    )
    kafka_user_since = models.DateTimeField(
        null=True, help_text="Since when this member has a user of the cluster, for programs on a laptop."
    )
    kafka_user_ends = models.BooleanField(
        default=False, help_text="Whether that user is to be removed, though the member is not."
    )
    kafka_password_generation = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(
        null=True, help_text="When a check of this seat began that knew of an act that another web process had done."
    )
    external_id = models.CharField(
        max_length=120, blank=True, help_text="E-mail address or id number in the school's system."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["klass", "slug"], name="slug_once_in_a_class"),
            models.UniqueConstraint(fields=["user", "klass"], name="person_once_in_a_class"),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.slug}"

    def save(self, *args, **kwargs) -> None:
        self.slug = self.slug or random_code(4)
        self.code_hash = self.hash_of_code(self.personal_code)
        super().save(*args, **kwargs)

    @property
    def namespace(self) -> Namespace:
        return Namespace(self.klass.slug, self.slug)

    @property
    def personal_code(self) -> str:
        """10 characters of base32 (50 bits). It is derived: it can be shown on request, and no row holds it."""
        seed = _keyed_hash("personal-code", f"{self.klass.slug}:{self.slug}:{self.code_generation}")
        return b32encode(seed)[:10].decode()

    @property
    def kafka_password(self) -> str:
        """20 characters of base32 (100 bits), derived as the personal code is: Kafka has a salted hash of it, and we nothing."""
        seed = _keyed_hash("kafka-password", f"{self.klass.slug}:{self.slug}:{self.kafka_password_generation}")
        return b32encode(seed)[:20].decode()

    @staticmethod
    def hash_of_code(code: str) -> str:
        """The stored form of a personal code: its HMAC, as 64 hexadecimal digits."""
        return _keyed_hash("personal-code-row", code).hex()


class Change(models.Model):
    """Something that staff decided about a class or a seat, or a seat about itself. Rows are added, never changed or deleted."""

    klass = models.ForeignKey(Class, models.CASCADE, related_name="changes")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    seat = models.ForeignKey(Member, models.PROTECT, null=True, related_name="changes")
    kind = models.CharField(max_length=20)
    data = StorableJSONField(default=dict, help_text="The old and the new values; never a code.")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.kind} by {self.by_id} at {self.at:%H:%M:%S}"

    def save(self, *args, **kwargs) -> None:
        if self.pk is not None:
            raise TypeError("A change is history: it is added and never edited.")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs) -> tuple[int, dict[str, int]]:
        raise TypeError("A change is history: it is never deleted.")


class Act(models.Model):
    """Something that a member did to the cluster, with Kafka's answer. The form brings the id, so a double click is one act."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("nothing happened")
        UNKNOWN = "unknown", _("not known")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    member = models.ForeignKey(Member, models.CASCADE, related_name="acts")
    lesson = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=40)
    fields = StorableJSONField()
    line = models.CharField(max_length=200, blank=True, help_text="What it was about: see `told`.")
    weight = models.PositiveBigIntegerField(default=0, help_text="Bytes that it makes the cluster or the tables keep.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    answer = StorableJSONField(default=dict)
    started_at = models.DateTimeField(default=timezone.now)
    alive_at = models.DateTimeField(default=timezone.now, help_text="When the process that runs it last said so.")
    settled_at = models.DateTimeField(null=True)
    feed_offset = models.BigIntegerField(null=True, help_text="Its offset in the class's feed; null: not sent yet.")

    class Meta:
        indexes = [
            models.Index(fields=["member", "kind"], name="acts_of_a_member"),
            models.Index(fields=["member", "started_at"], name="acts_of_a_member_by_time"),
            models.Index(fields=["started_at"], condition=models.Q(feed_offset=None), name="acts_not_yet_in_the_feed"),
            models.Index(fields=["settled_at"], name="acts_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.member_id}: {self.state}"

    @property
    def told(self) -> str:
        """What happened, after the person's name: `created test1p …`, or `was refused: creating test1p …`."""
        action = ACTIONS.get(self.kind)  # None for an act of an older version of the app
        return action.told(self.line, self.state) if action else self.kind


class Observation(models.Model):
    """What a check read from the cluster and from the seat's acts: the evidence. Never changed."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="observations")
    exercise = models.CharField(max_length=80)
    version = models.PositiveIntegerField(help_text="The version of the format of `data`.")
    data = StorableJSONField()
    cluster_id = models.CharField(max_length=40, blank=True)
    read = StorableJSONField(default=list, help_text="What it was read from: pairs of a part and a name.")
    observed_at = models.DateTimeField(default=timezone.now, help_text="When the check began to read.")

    def __str__(self) -> str:
        return f"{self.exercise} of {self.member_id} at {self.observed_at:%H:%M:%S}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def counted(self) -> AttemptQuerySet:
        """Without attempts that a re-grade has replaced."""
        return self.filter(replaced_by=None)


class Attempt(models.Model):
    """The result of a check: its verdict on one observation."""

    class State(models.TextChoices):
        DONE = "done", _("done")
        NOT_YET = "not_yet", _("not yet")
        COULD_NOT_CHECK = "could_not_check", _("could not check")

    member = models.ForeignKey(Member, models.CASCADE, related_name="attempts")
    exercise = models.CharField(max_length=80)
    observation = models.ForeignKey(Observation, models.PROTECT, null=True, related_name="attempts")
    state = models.CharField(max_length=15, choices=State.choices)
    verdict = StorableJSONField(default=dict, help_text="expected, seen, misconception, why")
    check_hash = models.CharField(max_length=64, help_text="SHA-256 of the lesson's programs.")
    deciding_act = models.ForeignKey(Act, models.SET_NULL, null=True, related_name="+")
    asked_by = models.ForeignKey(
        Member, models.PROTECT, null=True, related_name="+", help_text="Who of the staff asked for it; null: nobody."
    )
    decided_at = models.DateTimeField(default=timezone.now)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by",
        help_text="The attempt on the same observation that this re-grade replaces; it no longer counts.",
    )  # fmt: skip
    feed_offset = models.BigIntegerField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["member", "exercise", "state"], name="attempts_of_an_exercise"),
            models.Index(fields=["decided_at"], name="attempts_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.exercise} of {self.member_id}: {self.state}"


HAND_UP = models.Q(replied_at=None, lowered_at=None)


class Hand(models.Model):
    """A student's raised hand. It stays up until somebody answers or the student lowers it."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="hands")
    lesson = models.CharField(max_length=40)
    exercise = models.CharField(max_length=80, blank=True)
    attempt = models.ForeignKey(
        Attempt, models.SET_NULL, null=True, related_name="+", help_text="The check that failed."
    )
    words = models.CharField(max_length=300, blank=True)
    raised_at = models.DateTimeField(default=timezone.now)
    replied_at = models.DateTimeField(null=True)
    replied_by = models.ForeignKey(Member, models.SET_NULL, null=True, related_name="+")
    reply = models.CharField(max_length=1000, blank=True)
    lowered_at = models.DateTimeField(null=True, help_text="When the student lowered it, without an answer.")
    feed_offset = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member"], name="one_hand_up_at_a_time", condition=HAND_UP),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.lesson}"

    @property
    def state(self) -> str:
        return "answered" if self.replied_at else "lowered" if self.lowered_at else "raised"


class Announcement(models.Model):
    """A message to the whole class; with a lesson, it asks everybody to go there."""

    klass = models.ForeignKey(Class, models.CASCADE, related_name="announcements")
    by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    words = models.CharField(max_length=500, blank=True)
    lesson = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, help_text="From then on pages no longer show it.")
    feed_offset = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return self.words or f"to {self.lesson}"


class ApiToken(models.Model):
    """Access for a script, with the rights of one member in one class. The token itself is shown once and never stored."""

    member = models.ForeignKey(Member, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=60)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} of {self.member_id}"

    @staticmethod
    def hash_of(token: str) -> str:
        return _keyed_hash("api-token", token).hex()


class Notebook(models.Model):
    """What a seat has made of one notebook: its edits and what its cells printed, and, of an uploaded one, the cells.

    See `lessons.classroom.notebooks`. The version goes up with each change: a page whose own is older is told so.
    """

    member = models.ForeignKey(Member, models.CASCADE, related_name="notebooks")
    name = models.CharField(max_length=50, help_text='"original", "own", or the slug of a lesson.')
    title = models.CharField(max_length=120, blank=True, help_text="The name of an uploaded file.")
    cells = StorableJSONField(default=list, help_text="Of an uploaded one: objects with kind, id and source.")
    work = StorableJSONField(default=dict, help_text="{id of a cell: its source, outputs and number}")
    before = StorableJSONField(default=dict, help_text="Title, cells and work before the last reset or upload.")
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="notebook_once_of_a_seat")]

    def __str__(self) -> str:
        return f"{self.name} of {self.member_id}, version {self.version}"


class Scene(models.Model):
    """Acts that an instructor recorded, to be played by anybody in the class. See `lessons.classroom.scenes`."""

    klass = models.ForeignKey(Class, models.CASCADE, related_name="scenes")
    link = models.CharField(max_length=8, unique=True, help_text="Its name in addresses. It is no secret.")
    title = models.CharField(max_length=80)
    steps = StorableJSONField(help_text="Objects with id, kind and fields. An id is never used again in a scene.")
    version = models.PositiveIntegerField(help_text="The version of the format of `steps`.")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title

    def save(self, *args, **kwargs) -> None:
        self.link = self.link or random_code(8)
        super().save(*args, **kwargs)


class ScenePlay(models.Model):
    """How far one member has come in a scene."""

    scene = models.ForeignKey(Scene, models.CASCADE, related_name="plays")
    member = models.ForeignKey(Member, models.CASCADE, related_name="plays")
    taken = StorableJSONField(
        default=dict, help_text="{id of a step: {tries, left_out}}; the act of each try has an id made of these."
    )
    turn = models.PositiveIntegerField(default=0, help_text="How often it was begun anew.")
    played_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scene", "member"], name="play_once_of_a_scene_and_a_member")]

    def __str__(self) -> str:
        return f"{self.scene_id} played by {self.member_id}"


class WrongCodes(models.Model):
    """How many wrong codes came from one address, or to one door, since its window began."""

    key = models.CharField(max_length=100, primary_key=True)
    count = models.PositiveIntegerField()
    window_began_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} of {self.key}"


class Chore(models.Model):
    """Work that one of all web processes does now and then, and when it was begun last."""

    name = models.CharField(max_length=40, primary_key=True)
    begun_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.begun_at:%H:%M:%S}"
