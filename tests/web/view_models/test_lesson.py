from __future__ import annotations

from lessons.classroom.grading.standings import standings_of
from lessons.classroom.models import Attempt
from lessons.course.loader import get_lesson
from lessons.web.view_models.lesson import exercise_cards


def test_state_and_words_of_a_card_are_of_one_moment_and_a_later_card_has_a_higher_version(alice):
    lesson = get_lesson("creating-topics")
    exercise = lesson.exercises[0]

    def store(state: str, seen: str) -> None:
        Attempt.objects.create(
            member=alice, exercise=exercise.id, state=state, verdict={"seen": seen}, check_hash=exercise.text_hash
        )

    store(Attempt.State.NOT_YET, "Two are missing.")
    before = standings_of(alice)
    store(Attempt.State.DONE, "All three are there.")
    cards = [exercise_cards(alice, lesson, standings)[0] for standings in (before, None)]
    assert [(card.state, card.seen) for card in cards] == [
        ("not_yet", "Two are missing."), ("done", "All three are there."),
    ]  # fmt: skip
    assert cards[0].version < cards[1].version
