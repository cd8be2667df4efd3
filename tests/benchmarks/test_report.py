"""The report of the benchmarks: medians, tables, goals, and the file."""

from __future__ import annotations

import json
from itertools import count

from tests.benchmarks.report import Row, arguments, goals, medians_of, show, tables, told


def test_medians_are_of_rows_with_the_same_name():
    number = count(1)

    def measure() -> list[Row]:
        run = next(number)
        return [Row("bare", {"ms": run * 10}), Row("ours", {"ms": run * run}, goals={"ms": 3})]

    assert medians_of(3, measure) == [Row("bare", {"ms": 20}), Row("ours", {"ms": 4}, goals={"ms": 3})]


def test_rows_with_the_same_numbers_share_a_table():
    rows = [Row("a", {"ms": 1.5}), Row("longer", {"ms": 1234.5}), Row("b", {"MiB": 7})]
    assert tables(rows) == "           ms\na        1.50\nlonger  1,234\n\n   MiB\nb    7\n"


def test_a_goal_is_met_up_to_its_number():
    rows = [Row("a", {"ms": 20.0, "KB": 81}, goals={"ms": 20, "KB": 80})]
    assert goals(rows) == "met      a, ms: 20.0, at most 20\nNOT MET  a, KB: 81, at most 80\n"


def test_numbers_have_three_digits_and_whole_ones_are_whole():
    assert [told(number) for number in (0.0, 0.123, 12.345, 1234.5, 7)] == ["0", "0.12", "12.3", "1,234", "7"]


def test_the_file_has_rows_options_and_machine(tmp_path, capsys):
    options = arguments("What it measures.").parse_args(["--runs", "1", "--json", str(tmp_path / "rows.json")])
    show(options, [Row("a", {"ms": 1.5}, goals={"ms": 2})])
    written = json.loads((tmp_path / "rows.json").read_text())
    assert written["rows"] == [{"name": "a", "numbers": {"ms": 1.5}, "goals": {"ms": 2}}]
    assert written["options"] == {"runs": 1}
    assert written["machine"]["cores"] >= 1
    assert "met      a, ms: 1.50, at most 2" in capsys.readouterr().out
