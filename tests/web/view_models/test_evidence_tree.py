from django.template.loader import render_to_string

from lessons.web.view_models.evidence_tree import CUT, LONG, tree


def test_a_long_value_is_cut_and_can_be_opened_and_another_one_is_not():
    long = "y" * (LONG + 1)
    drawn = render_to_string("grading/_tree.html", {"node": tree({"a": "x" * LONG, "b": long})})
    assert f'<span class="leaf" dir="auto" translate="no">{"x" * LONG}</span>' in drawn
    assert (
        f'<bdi translate="no">{"y" * CUT}…</bdi> <span>{LONG + 1} characters</span></summary><bdi translate="no">{long}</bdi>'
        in drawn
    )
