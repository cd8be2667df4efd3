"""The words of the interface: one word for one thing, and no sentence that could not be translated."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.history import ChangeKind
from lessons.classroom.messages.hands import raise_hand
from lessons.classroom.models import Act, Announcement, Attempt, Change, Class, Hand, LateRule, Member, Observation
from lessons.classroom.people.tokens import make_token
from lessons.course.glossary import glossary
from lessons.course.loader import HERE, all_exercises, get_lesson, lessons
from lessons.course.notebook import ORIGINAL, original
from lessons.web.script_words import WORDS
from lessons.web.view_models.lesson import question_form
from tests.web import messages
from tests.web.reading import CLOSE, OPEN, Reading
from tests.web.staff_forms import after_forms_of_graders, after_forms_of_instructors
from tests.web.test_doors import DOORS, EXERCISE, ITS_OWNER, Door, brokers_are_ours, browsers, knock  # noqa: F401

# Each of these has a word in its place that the interface uses everywhere: attempt, re-check, re-grade, announcement, save…
GLOSSARY = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\blook(ed|s)? again\b", r"\b(another|every|one|\d+) looks?\b", r"\blooked at\b.*\bby a check\b",
        r"\bre-?judged?\b", r"\bjudged? again\b", r"\bthe check saw\b", r"\bthe checks saw\b", r"\b(was|were) seen\b",
        r"^Seen\b", r"^Wanted\b", r"\bnot begun\b",
        r"\bto everybody\b", r"\beverybody to\b", r"^Words$", r"^Say it$", r"^Take(n)? back\b", r"\btake it back\b",
        r"^Keep it$", r"^Kept\b", r"\bnothing was different\b",
        r"\bspent\b", r"\bnone works\b", r"\blet in again\b", r"\bis not any more\b",
        r"\b(my|your|their) record\b(?!s)", r"\bwho(m|so)?ever\b", r"\bthose who\b", r"\bof one's own\b",
        r"\bthe door of\b", r"\ba sign in it\b", r"\b(is|are|seats?|students?) like that\b", r"\bit stands as\b",
        r"\btakes? for true\b", r"\bthat was us\b", r"\bif it stays so\b", r"\bby itself\b.*\bto this page\b",
        r"\bis to be stopped\b", r"\bwants it said\b", r"\bas many as one seat may\b", r"\bvote one of\b",
        r"\border holds\b", r"\bbeyond it$",
    )
]  # fmt: skip

STIFF = re.compile(
    r"\bwhoever\b|\bthose who\b|\bof one's own\b|\bvote one of\b|\border holds\b|\btake for true\b", re.IGNORECASE
)

DOWNLOADS = {
    "notebook", "notebook-file", "session", "session-script", "playground-session", "scene-file", "card", "card-key",
    "export", "room-names", "check-script", "program-file",
}  # fmt: skip

NAMES = (
    "Kafka Class", "Kafka", "Python", "Canvas", "Moodle", "CSV", "JSON", "SHA-256", "API",
    "earliest", "latest", "kafka1", "kafka2", "kafka3",
    "group.id", "auto.offset.reset", "enable.auto.commit", "session.timeout.ms", "queue.buffering.max.messages", "sticky.partitioning.linger.ms",
    "partitioner", "murmur2_random", "transactional.id", "acks", "retries", "enable.idempotence", "linger.ms", "true", "false",
)  # fmt: skip


def course_texts(klass: Class) -> Iterator[str]:
    """What the lessons' own files say outside of an element with their language."""
    for lesson in lessons():
        yield from (lesson.title, lesson.summary, lesson.part, lesson.topic)
        for block in lesson.blocks:  # what its forms are filled with
            yield from (" ".join(value.split()) for value in (block.fields or {}).values() if isinstance(value, str))
    yield from (original().title, original().summary)
    yield from (term.term for term in glossary().values())
    yield from (exercise.title for exercise in all_exercises())
    forms = (question_form(member, exercise) for member in klass.members.all() for exercise in all_exercises())
    for field in (field for form in forms if form for field in form.fields.values()):
        yield from (str(field.label), str(field.help_text))
        yield from (str(word) for choice in getattr(field, "choices", ()) for word in choice)


def typed(klass: Class) -> Iterator[str]:
    """What people have called themselves, their class and their things."""
    yield from (klass.name, klass.slug, klass.join_code)
    for member in klass.members.all():
        yield from (member.name, member.slug, member.namespace.prefix)
        yield from member.tokens.values_list("name", flat=True)


@pytest.fixture
def lived_in(kafka, classroom):
    """The class after a while: something of everything that its pages can show. What people wrote has no letters."""
    klass, alice, now = classroom.klass, classroom.alice, timezone.now()
    klass.due_at, klass.late_rule, klass.feed_is_shared = now - timedelta(hours=1), LateRule.HALF, True
    klass.save()
    for exercise, state in zip(all_exercises(), cycle(Attempt.State), strict=False):
        attempted(alice, exercise.id, state)
    decided = {"exercise": EXERCISE, "state": "done", "points": 1, "reason": "+++"}
    Change.objects.create(klass=klass, by=classroom.greta, seat=alice, kind=ChangeKind.OVERRIDE, data=decided)
    Hand.objects.create(
        member=alice, lesson="producing", words="?", replied_at=now, replied_by=classroom.greta, reply="!"
    )
    raise_hand(alice, get_lesson("creating-topics"), exercise="", words="???")
    for lesson, words in (("producing", "!!"), ("producing", ""), ("", "!!!")):
        Announcement.objects.create(klass=klass, by=classroom.ines, words=words, lesson=lesson)
    for days in (-1, 1, 2):
        token, _ = make_token(alice, f"script {days}", days=days)
    token.revoked_at = token.last_used_at = now
    token.save()
    return classroom


def attempted(member: Member, exercise: str, state: str) -> None:
    seen = Observation.objects.create(member=member, exercise=exercise, version=1, data={})
    verdict = {"state": state, "seen": "1 2 3", "expected": "4 5 6", "why": "7 8 9", "misconception": ""}
    Attempt.objects.create(
        member=member, exercise=exercise, observation=seen, state=state, verdict=verdict, check_hash="0" * 64
    )


def pages(classroom, visitors: dict[str, Client]) -> Iterator[tuple[str, str, bytes]]:
    """(name, who asks, the page), for each page that is open to somebody, and for what comes of forms."""
    act = Act.objects.create(
        member=classroom.alice, kind="create-topic", fields={"name": "1", "partitions": 1, "replicas": 1},
        lesson="creating-topics", state=Act.State.DONE, settled_at=timezone.now(),
    )  # fmt: skip
    for door in [*DOORS, *(Door("lesson", ITS_OWNER, {"lesson_slug": lesson.slug}) for lesson in lessons())]:
        if door.post is None and not door.name.startswith("api:") and door.name not in DOWNLOADS:
            for who in sorted(door.let_in - {"neighbour"}):
                yield door.name, who, knock(visitors[who], door, classroom.alice, act, classroom.klass.slug).content
    yield "classes", "instructor", visitors["instructor"].get(reverse("classes")).content
    for who in ("student", "signed out"):
        yield from (("join", who, page) for page in outside_of_a_class(visitors[who], classroom.klass))
    yield from ((name, "student", page) for name, page in answers_to_forms(visitors["student"], classroom.klass))
    for who, after_forms in (("grader", after_forms_of_graders), ("instructor", after_forms_of_instructors)):
        yield from ((name, who, page.content) for name, page in after_forms(visitors[who], classroom))


def outside_of_a_class(browser: Client, klass: Class) -> Iterator[bytes]:
    code = klass.join_code
    for address in ("join/", f"join/{code}/", "join/NOCODE/", "sign-in/", "sign-in/?link=1", "c/nowhere/"):
        yield browser.get(f"/{address}").content
    for address in ("join", "return", "sign-in"):
        yield browser.post(reverse(address), {"name": "?", "code": "!", "personal_code": "!"}).content


def answers_to_forms(browser: Client, klass: Class) -> Iterator[tuple[str, bytes]]:
    def post(name: str, fields: dict, *args) -> bytes:
        return browser.post(reverse(name, args=[klass.slug, *args]), fields, headers={"HX-Request": "true"}).content

    for fields in ({"name": "", "days": 0}, {"name": "script 1", "days": 3}):
        yield "tokens", post("tokens", fields)
    for fields in ({"do": "lower"}, {"do": "raise", "words": "1" * 301}):
        yield "hand", post("hand", fields, "creating-topics")
    yield "check", post("check", {}, "creating-topics", EXERCISE)
    done = {"act_id": str(uuid4()), "names": "1", "partitions": "1", "replicas": "1"}
    yield "an act was done", post("act", done, "creating-topics", 1)


def test_the_apis_description_says_nothing_that_the_glossary_has_a_better_word_for(client, db):
    described = client.get(reverse("api:openapi-json")).json()
    assert list(in_old_words(every_text(described))) == []


def test_no_message_and_no_script_says_what_the_glossary_has_a_better_word_for():
    marked = [text for _, message in (*messages.of_python(), *messages.of_templates()) for text in message]
    assert len(marked) > 200
    assert list(in_old_words(marked)) == []


TEXTS = [*(HERE / lesson.slug.replace("-", "_") / "lesson.md" for lesson in lessons()), ORIGINAL]


@pytest.mark.parametrize("text", TEXTS, ids=lambda path: path.parent.name)
def test_no_lesson_sounds_as_if_it_were_translated(text):
    assert STIFF.findall(text.read_text()) == []


def in_old_words(texts) -> Iterator[tuple[str, str]]:
    for text in texts:
        for pattern in GLOSSARY:
            if pattern.search(text):
                yield pattern.pattern, text


def every_text(value) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for each in value.values() for text in every_text(each))
        case list():
            yield from (text for each in value for text in every_text(each))


@pytest.fixture
def marked_language(settings, tmp_path):
    """The site in a language whose every sentence is the English one between two marks."""
    ours = {message for _, message in (*messages.of_python(), *messages.of_templates()) if all(message)}
    messages.write_catalogue(tmp_path, "xx", ours | set(messages.of_django()))
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES = [("xx", "Marked")]
    settings.LANGUAGE_CODE = "xx"


@pytest.mark.usefixtures("marked_language")
def test_every_sentence_of_a_page_can_be_translated_and_has_no_old_word(lived_in, browsers):  # noqa: F811
    klass = lived_in.klass
    known = {*NAMES, *typed(klass), *course_texts(klass)} - {""}
    names = re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in sorted(known, key=len, reverse=True)))
    english, old, marked = set(), set(), 0
    for name, who, page in pages(lived_in, browsers):
        read = Reading(page.decode())
        marked += sum(OPEN in text for text in read.texts)
        rests = {names.sub("", text) for text in read.unmarked}
        english |= {(name, who, rest) for rest in rests if any(each.isalpha() for each in rest)}
        old |= {
            (name, who, *found) for found in in_old_words(re.sub(f"[{OPEN}{CLOSE}]", "", text) for text in read.texts)
        }
    assert marked > 1000
    assert sorted(english) == []
    assert sorted(old) == []


@pytest.mark.usefixtures("marked_language")
def test_what_scripts_say_comes_with_the_page(lived_in, browsers):  # noqa: F811
    def page_of(name: str, *args) -> str:
        return browsers["instructor"].get(reverse(name, args=[lived_in.klass.slug, *args])).content.decode()

    lesson, feed = page_of("lesson", "consuming"), page_of("room")
    for kind, words in WORDS.items():
        page = feed if kind == "feed" else lesson
        brought = json.loads(re.search(rf'<script id="words-{kind}" type="application/json">(.*?)</script>', page)[1])
        assert brought == {name: f"⟦{english}⟧" for name, english in _english(words).items()}


def _english(words) -> dict[str, str]:
    from django.utils import translation

    with translation.override(None):
        return {name: str(text) for name, text in words.items()}


def test_each_sentence_that_a_script_asks_for_is_there_and_none_is_idle():
    asked, scripts = set(), messages.ROOT / "static" / "js"
    for path in scripts.rglob("*.js"):
        asked |= set(re.findall(r'\btext\((?:[\w.]+ \? )?"([\w-]+)"(?: : "([\w-]+)")?', path.read_text()))
    found = {name for pair in asked for name in pair if name}
    for path in (scripts / "stage").glob("*.js"):  # which name the sentence of what has just happened
        found |= set(re.findall(r'"(stage-[\w-]+)"', path.read_text()))
    units = {"for-days", "for-hours", "for-minutes", "for-seconds"}  # a table of clock.js
    codes = {"closed-4400", "closed-4404", "closed-4413", "closed-4429"}  # the codes with which a socket is closed
    hands = {"hand-raised", "hand-answered", "hand-lowered"}  # a hand's states in the feed
    states = {f"python-{state}" for state in ("off", "loading", "ready", "busy", "stopping", "dead")}  # of the kernel
    assert found | units | codes | hands | states == {name for words in WORDS.values() for name in words}
