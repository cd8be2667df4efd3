from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from lessons.classroom.exports.tables import NO_GRADE_IN_MOODLE, csv_text, guarded, moodle_rows, unique_title, wide_rows
from lessons.classroom.grading.completion import completion
from lessons.course.loader import all_exercises
from tests.classroom.exports.exported import (
    COLUMN,
    FIRST,
    HOSTILE,
    SECOND,
    THIRD,
    TITLE,
    called,
    decide,
    export,
    judge,
    rows_of,
)

pytestmark = pytest.mark.django_db


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


def test_no_two_columns_have_one_title(classroom):
    exercises = completion(classroom.klass).exercises
    titles = [unique_title(exercise, exercises) for exercise in exercises]
    assert len(set(titles)) == len(titles)
    assert not any(re.search(r"\([0-9]+\)$", title) for title in titles)  # Canvas would take it for its own number
    assert len(next(iter(wide_rows(completion(classroom.klass))))) == len(exercises) + 7
