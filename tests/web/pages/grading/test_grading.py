from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lessons.classroom.models import Act, Attempt, Change, Member, Observation
from lessons.course.exercise import Verdict
from lessons.course.loader import all_exercises
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db
EXERCISE = "creating-topics.three-topics"
WITH_TWO = {"topics": {"test1p": {"topic_id": "AbC", "partitions": 1, "replicas": 1}}}


@pytest.fixture
def greta(classroom) -> Client:
    return browser_of(classroom.greta)


def looked_at(member: Member, state: str, seen: str = "It was seen.", *, act: Act | None = None, data=WITH_TWO):
    observation = Observation.objects.create(
        member=member, exercise=EXERCISE, version=1, data=data, cluster_id="cluster-7",
        read=[["topic", name] for name in ("test1p", "test2p", "test2die")],
    )  # fmt: skip
    return Attempt.objects.create(
        member=member, exercise=EXERCISE, observation=observation, state=state, check_hash="a" * 64,
        verdict={"state": state, "seen": seen, "expected": "three topics", "misconception": "", "why": ""},
        deciding_act=act,
    )  # fmt: skip


def acted(member: Member, line: str, state: str = "done", **more):
    return Act.objects.create(
        member=member, lesson="creating-topics", kind="create-topic", fields={"name": line}, line=line, state=state,
        settled_at=timezone.now(), answer={"words": f"Kafka's words about {line}."}, **more,
    )  # fmt: skip


def table(client: Client, klass, **params: str) -> str:
    return client.get(reverse("grading", args=[klass.slug]), params).content.decode()


def evidence_url(member: Member, name: str = "evidence") -> str:
    return reverse(name, args=[member.klass.slug, member.slug, EXERCISE])


def evidence(client: Client, member: Member, query: str = "") -> str:
    return client.get(evidence_url(member) + query).content.decode()


def decide(client: Client, member: Member, do: str, **fields: str):
    return client.post(evidence_url(member, "decide"), {"do": do, **fields})


def cell(page: str, member: Member) -> str:
    """The cell of this seat, as text with its marks' labels."""
    found = re.search(rf'<td class="?([^>]*?)"?><a href="{member.slug}/{EXERCISE}/">(.*?)</a></td>', page)
    assert found, page
    with_labels = re.sub(r'<i role=img aria-label="([^"]*)">', r" \1 ", found[2])
    return " ".join(re.sub(r"<[^>]*>", " ", with_labels).split())


def test_the_table_has_a_row_a_student_and_tells_each_state_in_words(greta, classroom):
    looked_at(classroom.alice, "done")
    looked_at(classroom.bob, "could_not_check")
    page = table(greta, classroom.klass)
    assert cell(page, classroom.alice).startswith("done 2 1×")
    assert cell(page, classroom.bob).startswith("could not check 0×")
    assert "1 could not be checked and counts against nobody" in page
    assert page.count('aria-label="not started"') == 2 * (len(all_exercises()) - 1)
    assert "style=" not in page


def test_a_late_one_and_an_overridden_one_are_marked(greta, classroom):
    classroom.klass.due_at = timezone.now() - timedelta(days=1)
    classroom.klass.late_rule = "half"
    classroom.klass.save()
    looked_at(classroom.alice, "done")
    assert cell(table(greta, classroom.klass), classroom.alice).startswith("done 1 late 1×")
    decide(greta, classroom.alice, "override", state="done", points="1.5", reason="It was agreed.")
    assert cell(table(greta, classroom.klass), classroom.alice) == "done 1.5 by hand"


def test_the_filter_stays_in_the_form_and_in_the_links_that_sort(greta, classroom):
    page = table(greta, classroom.klass, text="ali", sort="-points")
    assert classroom.alice.slug in page
    assert classroom.bob.slug not in page
    assert 'value="ali"' in page
    assert "?text=ali&amp;sort=points" in page
    assert "No students match this filter" in table(greta, classroom.klass, text="nobody at all")


def test_names_are_text_whatever_is_in_them(greta, classroom):
    Member.objects.filter(pk=classroom.alice.pk).update(name='<b>"x"</b>\u202e🦆')
    looked_at(classroom.alice, "not_yet", seen="<script>alert(1)</script>")
    for page in (
        table(greta, classroom.klass),
        evidence(greta, classroom.alice),
        greta.get(reverse("seat", args=[classroom.klass.slug, classroom.alice.slug])).content.decode(),
    ):
        assert '<b>"x"' not in page
        assert "&lt;b&gt;&quot;x&quot;&lt;/b&gt;" in page
        assert "<script>alert" not in page


def test_the_evidence_says_what_was_expected_and_seen_and_which_acts_led_to_it(greta, classroom):
    first = acted(classroom.alice, "test1p")
    acted(classroom.alice, "test2p", state="refused")
    looked_at(classroom.alice, "done", act=first)
    acted(classroom.alice, "a later act")
    page = evidence(greta, classroom.alice)
    for words in ("three topics", "It was seen.", "cluster-7", "AbC", "topic_id", "a" * 64, "changed since"):
        assert words in page
    assert "Kafka&#x27;s words about test1p." in page
    assert page.index("created test1p") < page.index("deciding action") < page.index("was refused: creating test2p")
    assert "a later act" not in page


def test_every_attempt_is_listed_and_can_be_opened(greta, classroom):
    old = looked_at(classroom.alice, "not_yet", seen="There was nothing.", data={"topics": {}})
    looked_at(classroom.alice, "done", seen="All were there.")
    page = evidence(greta, classroom.alice)
    assert page.index("There was nothing.", page.index("Attempts, oldest first")) < page.index(
        "All were there.", page.index("Attempts, oldest first")
    )
    assert "AbC" in page
    other = evidence(greta, classroom.alice, f"?attempt={old.pk}")
    assert "This is not the attempt that counts" in other
    assert "AbC" not in other
    assert greta.get(evidence_url(classroom.alice), {"attempt": "99999"}).status_code == 404
    assert greta.get(evidence_url(classroom.bob), {"attempt": str(old.pk)}).status_code == 404


def test_an_override_wants_a_reason_and_no_more_points_than_there_are(greta, classroom):
    alice = classroom.alice
    without = decide(greta, alice, "override", state="done", points="2", reason=" ")
    too_many = decide(greta, alice, "override", state="done", points="2.5", reason="why not")
    odd = decide(greta, alice, "override", state="could_not_check", points="nan", reason="x")
    assert (without.status_code, too_many.status_code, odd.status_code) == (422, 422, 422)
    assert "Give a reason" in without.content.decode()
    assert "less than or equal to 2" in too_many.content.decode()
    assert not Change.objects.exists()
    assert decide(greta, alice, "override", state="done", points="2", reason="On paper.").status_code == 302
    page = evidence(greta, alice)
    assert "overridden" in page
    assert "On paper." in page


def test_an_override_is_removed_and_both_stay_in_the_history(greta, classroom):
    looked_at(classroom.alice, "not_yet")
    decide(greta, classroom.alice, "override", state="done", points="2", reason="On paper.")
    decide(greta, classroom.alice, "remove-override")
    assert cell(table(greta, classroom.klass), classroom.alice).startswith("not yet 1×")
    told = greta.get(reverse("history", args=[classroom.klass.slug])).content.decode()
    assert told.index("removed an override") < told.index("set “done” with 2 points")
    assert [change.data["before"]["state"] for change in Change.objects.order_by("pk")] == ["not_yet", "done"]


def test_the_history_tells_what_has_no_words_yet_by_its_kind(greta, classroom):
    def changed(kind, **data):
        Change.objects.create(klass=classroom.klass, by=classroom.ines, seat=classroom.alice, kind=kind, data=data)

    changed("rename", before="Alise", after="Alice")
    changed("late-rule", before="counts", after="half")
    changed("something-new", before=[1], what={"is": "it"})
    changed("door", shape="of another time")
    changed("settings", setting="lessons_off", before=[], after=["producing", "consuming"])
    told = greta.get(reverse("history", args=[classroom.klass.slug])).content.decode()
    assert "renamed “Alise” to “Alice”" in told
    assert "late rule: counts → half" in told
    assert "something new" in told
    assert "changed the lessons that are switched off from none to producing, consuming" in told


def test_the_history_goes_on_on_further_pages(greta, classroom):
    for number in range(51):
        Change.objects.create(klass=classroom.klass, by=classroom.ines, kind=f"kind-{number}-")
    address = reverse("history", args=[classroom.klass.slug])
    assert "kind 0 " not in greta.get(address).content.decode()
    assert "kind 0 " in greta.get(address, {"page": "2"}).content.decode()


def test_a_students_page_has_every_exercise_and_the_latest_acts(greta, classroom):
    looked_at(classroom.alice, "done")
    acted(classroom.alice, "test1p")
    page = greta.get(reverse("seat", args=[classroom.klass.slug, classroom.alice.slug])).content.decode()
    assert all(exercise.title in page.replace("&#x27;", "'") for exercise in all_exercises())
    assert "created test1p" in page
    assert evidence_url(classroom.alice) in page


class Mended:
    """Today's check says otherwise than yesterday's."""

    def __init__(self, monkeypatch):
        self.exercise = next(each for each in all_exercises() if each.id == EXERCISE)
        self.monkeypatch = monkeypatch

    def to(self, state: str, text_hash: str = "b" * 64) -> None:
        self.monkeypatch.setattr(type(self.exercise), "judge", lambda *_: Verdict(state, "Judged anew."))
        self.monkeypatch.setattr(type(self.exercise), "text_hash", text_hash)


@pytest.fixture
def mended(monkeypatch) -> Mended:
    return Mended(monkeypatch)


@pytest.fixture
def regrade(greta, classroom):
    address = reverse("re-grade", args=[classroom.klass.slug, EXERCISE])

    def post(digest: str | None = None):
        page = greta.get(address).content.decode()
        found = re.search(r'name="digest" value="(\w+)"', page)
        return greta.post(address, {"digest": digest or (found[1] if found else "")})

    post.page = lambda: greta.get(address).content.decode()
    return post


@pytest.mark.usefixtures("kafka")
def test_a_regrade_shows_old_and_new_and_stores_nothing_before_it_is_accepted(greta, classroom, mended, regrade):
    old = looked_at(classroom.alice, "not_yet", seen="Not the right ones.")
    looked_at(classroom.bob, "done")
    mended.to("done")
    page = regrade.page()
    assert "Not the right ones." in page
    assert "Judged anew." in page
    assert "Bob" not in page
    assert Attempt.objects.count() == 2
    assert regrade().url.endswith("?accepted=1")
    new = Attempt.objects.get(replaces=old)
    assert (new.state, new.observation, new.check_hash) == ("done", old.observation, "b" * 64)
    assert cell(table(greta, classroom.klass), classroom.alice).startswith("done 2 1×")
    change = Change.objects.get(kind="re-grade")
    assert change.data["attempts"] == [[old.pk, new.pk]]
    told = greta.get(reverse("history", args=[classroom.klass.slug])).content.decode()
    assert "re-graded 1 attempt: “not yet” became “done”" in told
    assert "No verdict would change" in regrade.page()


@pytest.mark.usefixtures("kafka")
def test_a_regrade_may_lower_and_then_the_old_attempt_counts_no_more(greta, classroom, mended, regrade):
    looked_at(classroom.alice, "done")
    mended.to("not_yet")
    regrade()
    assert cell(table(greta, classroom.klass), classroom.alice).startswith("not yet 1×")
    assert "re-graded, no longer counts" in evidence(greta, classroom.alice)


def test_a_regrade_is_refused_when_the_check_or_the_attempts_changed_since_it_was_shown(classroom, mended, regrade):
    looked_at(classroom.alice, "not_yet")
    mended.to("done")
    shown = re.search(r'name="digest" value="(\w+)"', regrade.page())[1]
    mended.to("done", text_hash="c" * 64)
    refused = regrade(digest=shown)
    assert refused.status_code == 409
    assert "Nothing was saved" in refused.content.decode()
    shown = re.search(r'name="digest" value="(\w+)"', regrade.page())[1]
    looked_at(classroom.bob, "not_yet")
    assert regrade(digest=shown).status_code == 409
    assert Attempt.objects.count() == 2


def test_what_todays_check_cannot_read_is_listed_and_stays_as_it_is(classroom, regrade):
    looked_at(classroom.alice, "done", data={"an": "older shape"})
    page = regrade.page()
    assert "Can’t be re-graded" in page
    assert classroom.alice.slug in page
    assert "No verdict would change" in page


def test_evidence_of_a_seat_that_was_merged_is_re_graded_with_that_seats_values(classroom, monkeypatch, regrade):
    attempt = looked_at(classroom.alice, "not_yet")
    Attempt.objects.filter(pk=attempt.pk).update(member=classroom.bob)  # as merging does
    exercise = next(each for each in all_exercises() if each.id == EXERCISE)
    monkeypatch.setattr(type(exercise), "judge", lambda self, data, seed: Verdict("done", f"Judged with {seed}."))
    page = regrade.page()
    assert f"Judged with {classroom.klass.slug}.{classroom.alice.slug}.{EXERCISE}." in page
    assert classroom.bob.slug in page


@pytest.mark.usefixtures("kafka")
def test_nobodys_work_becomes_late_by_being_judged_again(greta, classroom, mended, regrade):
    act = acted(classroom.alice, "test1p")
    looked_at(classroom.alice, "not_yet")
    classroom.klass.due_at = timezone.now()
    classroom.klass.save()
    acted(classroom.alice, "test2p")  # after that look
    mended.to("done")
    regrade()
    assert Attempt.objects.get(state="done").deciding_act == act
    assert "late" not in cell(table(greta, classroom.klass), classroom.alice)


@pytest.mark.usefixtures("kafka")
def test_a_student_is_told_what_was_decided_and_cleared_and_nobody_else_is(
    greta, classroom, alice_client, mended, regrade
):
    looked_at(classroom.alice, "not_yet")
    mended.to("done")
    regrade()
    decide(greta, classroom.alice, "override", state="not_yet", points="0.5", reason="That was <Bob>'s.")
    for seat, topics in ((classroom.alice, 2), (None, 5)):
        Change.objects.create(
            klass=classroom.klass, by=classroom.ines, seat=seat, kind="reset", data={"topics": topics, "groups": 1}
        )
    own = [
        "re-graded 1 attempt: “not yet” became “done” · ", "set “not yet” with 0.5 points · ",
        "That was &lt;Bob&gt;&#x27;s.", "deleted 2 topics and 1 group</span>",
    ]  # fmt: skip
    of_class = "deleted 5 topics and 1 group of the whole class</span>"
    bob_client = browser_of(classroom.bob)
    my_work, lessons = (reverse(name, args=[classroom.klass.slug]) for name in ("my-work", "lessons"))
    told = alice_client.get(my_work).content.decode()
    assert [words for words in (*own, of_class) if words not in told] == []
    newest = alice_client.get(lessons).content.decode()  # no more than three on all pages
    assert [words for words in (*own, of_class) if words not in newest] == own[:1]
    for address in (my_work, lessons):
        bobs = bob_client.get(address).content.decode()
        assert [words for words in (*own, of_class) if words in bobs] == [of_class]


@pytest.mark.usefixtures("kafka")
def test_the_students_own_page_says_the_same_late_or_overridden_and_why(greta, classroom, alice_client):
    classroom.klass.due_at, classroom.klass.late_rule = timezone.now() - timedelta(days=1), "half"
    classroom.klass.save()
    looked_at(classroom.alice, "done", seen="All were there.")
    address = reverse("lesson", args=[classroom.klass.slug, "creating-topics"])
    late = " ".join(alice_client.get(address).content.decode().split())
    assert 'data-state="done"' in late
    assert "<b>Late.</b> It counts half: 1 of 2 points." in late
    decide(greta, classroom.alice, "override", state="not_yet", points="0.5", reason="That was <Bob>'s.")
    lowered = alice_client.get(address).content.decode()
    assert 'data-state="not_yet"' in lowered
    assert "0.5 of 2 points" in lowered
    assert "That was &lt;Bob&gt;&#x27;s." in lowered
    assert "All were there." in lowered
    assert "Late." not in lowered
