from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lessons.classroom.exports.canvas import read_gradebook
from lessons.classroom.exports.roster import NotARoster, match
from lessons.classroom.grading.completion import completion
from lessons.classroom.models import Change
from lessons.course.loader import all_exercises
from tests.classroom.exports.exported import FIRST, SECOND, TITLE, called, judge, rows_of
from tests.signing_in import browser_of

pytestmark = pytest.mark.django_db

HEADER = f"Student,ID,SIS User ID,SIS Login ID,Section,{TITLE[FIRST]} (4711),Essay (12),Current Score"
GRADEBOOK = f"""\
{HEADER}
,,,,,Manual Posting,,
    Points Possible,,,,,2,10,(read only)
"Adams, Alice",101,A-1,alice,"Section 1, Monday",,7,70
"Brown, Bob",102,,bob@example.org,Section 1,EX,8,80
"Cole, Cora",104,,cora,Section 1,,,
"Student, Test",103,,abc,Section 1,,,
"""


def upload(client: Client, classroom, book: str | bytes, **query):
    data = book if isinstance(book, bytes) else book.encode()
    url = reverse("canvas", args=[classroom.klass.slug])
    return client.post(url, {"file": SimpleUploadedFile("gradebook.csv", data)}, query_params=query)


def canvas_file(client: Client, classroom, page, *, columns: str = "", **query):
    signed = re.search(r'name="gradebook" value="([^"]+)"', page.content.decode())
    assert signed
    return client.post(
        reverse("canvas-file", args=[classroom.klass.slug]),
        {"gradebook": signed[1], "columns": columns},
        query_params=query,
    )


def test_a_gradebook_of_canvas_comes_back_with_its_own_ids_and_headers(classroom, greta):
    called(classroom.alice, "Ally", "ALICE ")
    called(classroom.bob, "Bob Brown")
    judge(classroom.alice, FIRST)
    page = upload(greta, classroom, "\ufeff" + GRADEBOOK)
    assert [(seat.name, person.id) for seat, person in page.context["by_id"]] == [("Ally", "101")]
    assert [(seat.name, person.id) for seat, person in page.context["by_name"]] == [("Bob Brown", "102")]
    assert [person.student for person in page.context["people_left"]] == ["Cole, Cora"]
    head, possible, alice, bob = rows_of(canvas_file(greta, classroom, page))
    assert head[:7] == [
        *["Student", "ID", "SIS User ID", "SIS Login ID", "Section"],
        f"{TITLE[FIRST]} (4711)",
        TITLE[SECOND],
    ]
    assert "Points Possible" in possible[0]
    assert possible[1:5] == [""] * 4
    assert [int(points) for points in possible[5:]] == [exercise.points for exercise in all_exercises()]
    assert alice[:6] == ["Adams, Alice", "101", "A-1", "alice", "Section 1, Monday", possible[5]]
    assert bob[:6] == ["Brown, Bob", "102", "", "bob@example.org", "Section 1", "EX"]


def test_the_total_alone_is_one_column_that_nobody_has_of_whom_an_exercise_could_not_be_checked(classroom, greta):
    called(classroom.alice, "Alice", "alice")
    called(classroom.bob, "Bob", "bob@example.org")
    judge(classroom.alice, FIRST)
    judge(classroom.bob, FIRST)
    judge(classroom.bob, SECOND, "could_not_check")
    page = upload(greta, classroom, GRADEBOOK)
    head, possible, alice, bob = rows_of(canvas_file(greta, classroom, page, columns="total"))
    assert head[5:] == [f"{classroom.klass.name}: total"]
    assert possible[5:] == [str(sum(exercise.points for exercise in all_exercises()))]
    first = next(exercise for exercise in all_exercises() if exercise.id == FIRST)
    assert (alice[5:], bob[5:]) == ([str(first.points)], [""])


def test_the_file_for_canvas_is_filtered_as_the_page_is(classroom, greta):
    called(classroom.alice, "Alice", "alice")
    called(classroom.bob, "Bob", "bob@example.org")
    page = upload(greta, classroom, GRADEBOOK, text="bob", zeros="1")
    [_, _, bob] = rows_of(canvas_file(greta, classroom, page, text="bob", zeros="1"))
    assert (bob[1], bob[6]) == ("102", "0")


@pytest.mark.parametrize(
    ("alice", "bob", "left"),
    [
        (("Alice Adams", ""), ("Alice Adams", ""), ["Alice Adams", "Alice Adams"]),
        (("Ally", "alice"), ("Bobby", "A-1"), ["Ally", "Bobby"]),
        (("Ally", "alice"), ("Alice Adams", ""), ["Alice Adams"]),
        (("Al", ""), ("B", "nobody@example.org"), ["Al", "B"]),
        (("Adams, Alice", ""), ("Brown,  bob", ""), []),
    ],
    ids=[
        "two with one name",
        "two ids of one person",
        "a name of whom an id knows",
        "nobody known",
        "names as Canvas writes them",
    ],
)
def test_who_could_be_two_is_nobody(classroom, alice, bob, left):
    called(classroom.alice, *alice)
    called(classroom.bob, *bob)
    seats = [row.seat for row in completion(classroom.klass).rows]
    matches = match(seats, read_gradebook(GRADEBOOK.encode()).people)
    assert [seat.name for seat in matches.seats_left] == left


def test_who_was_not_found_in_canvas_is_matched_by_hand_and_has_that_id_from_then_on(classroom, greta):
    called(classroom.alice, "Al")
    called(classroom.bob, "Bob Brown")
    page = upload(greta, classroom, GRADEBOOK)
    assert [seat.name for seat in page.context["seats_left"]] == ["Al"]
    assert "Adams, Alice · alice" in page.content.decode()
    chosen = {"gradebook": page.context["gradebook"], f"id-{classroom.alice.slug}": "alice"}
    again = greta.post(reverse("canvas", args=[classroom.klass.slug]), chosen)
    assert [(seat.name, person.id) for seat, person in again.context["by_id"]] == [("Al", "101")]
    change = Change.objects.get(kind="external-id")
    assert (change.by, change.seat, change.data["after"]) == (classroom.greta, classroom.alice, "alice")
    assert greta.post(reverse("canvas", args=[classroom.klass.slug]), {**chosen, "gradebook": "x"}).status_code == 422


def test_what_was_chosen_by_hand_is_still_there_after_a_save_that_was_refused(classroom, greta):
    called(classroom.alice, "Al")
    called(classroom.bob, "Bo")
    page = upload(greta, classroom, GRADEBOOK)
    twice = {f"id-{seat.slug}": "alice" for seat in (classroom.alice, classroom.bob)}
    refused = greta.post(
        reverse("canvas", args=[classroom.klass.slug]), {"gradebook": page.context["gradebook"], **twice}
    )
    assert refused.status_code == 422
    assert refused.content.decode().count('<option value="alice" selected>') == 2
    assert refused.content.decode().count("Another seat has this id, too.") == 2
    assert not Change.objects.exists()


def test_a_filter_never_makes_a_name_the_only_one(classroom, greta):
    for member in (classroom.alice, classroom.bob):
        called(member, "Alice Adams")
    page = upload(greta, classroom, GRADEBOOK, text=classroom.alice.slug)
    assert [seat.slug for seat in page.context["seats_left"]] == [classroom.alice.slug]


def test_hostile_cells_of_a_gradebook_are_text_on_the_page_and_guarded_in_the_file(classroom, greta):
    called(classroom.alice, "<script>alert(1)</script>", "alice")
    page = upload(greta, classroom, GRADEBOOK.replace('"Adams, Alice"', '"=1+1""<b>"'))
    assert "<script>alert" not in page.content.decode()
    assert "=1+1&quot;&lt;b&gt;" in page.content.decode()
    assert rows_of(canvas_file(greta, classroom, page))[2][0] == "'=1+1\"<b>"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The submitted file is empty."),
        ("name,points\nA,1\n", "lacks the columns"),
        (b"Student,ID,Section\n\xff,1,2\n", "not UTF-8"),
        ('Student,ID,Section\n"A,1,2\n', "not CSV"),
        ("Student,ID,Section\n" + "x" * (2 * 1024 * 1024), "larger than 2 MB"),
    ],
    ids=["empty", "another file", "not UTF-8", "an open quote", "too large"],
)
def test_what_is_no_gradebook_is_refused_in_words(classroom, greta, text, words):
    refused = upload(greta, classroom, text)
    assert refused.status_code == 422
    assert words in refused.content.decode()


def test_a_gradebook_that_was_changed_on_its_way_is_refused(classroom, greta):
    page = upload(greta, classroom, GRADEBOOK)
    url = reverse("canvas-file", args=[classroom.klass.slug])
    signed = page.context["gradebook"]
    for wrong in ("", signed[:-1], signed + "x"):
        assert greta.post(url, {"gradebook": wrong}).status_code == 422
    ines = browser_of(classroom.ines)
    assert ines.post(url, {"gradebook": signed}).status_code == 422


def test_semicolons_and_first_and_last_names_in_columns_of_their_own_are_read_too():
    book = read_gradebook(b"LastName;FirstName;ID;SIS Login ID;Section;Essay (1)\nAdams;Alice;101;alice;One;\n")
    [alice] = book.people
    assert (alice.student, alice.name, alice.id, alice.sis_login_id) == ("Adams, Alice", "alice adams", "101", "alice")


def test_a_title_that_canvas_has_twice_is_nobodys_column():
    assert read_gradebook(b"Student,ID,Section,A (1),A (2),B (3)\n").headers == {"B": "B (3)"}
    with pytest.raises(NotARoster):
        read_gradebook(b"ID,Section\n")


def test_a_gradebook_of_more_lines_than_any_course_has_is_refused_before_it_is_read():
    with pytest.raises(NotARoster, match="20,000 lines"):
        read_gradebook(b"Student,ID,Section\n" + b"\n" * 20_000)
