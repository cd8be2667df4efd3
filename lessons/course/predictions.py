"""Predictions about a topic: they count when they are older than what they predict.

Why it is so
------------
A prediction is never graded for being right, so all that a check has to know is what came first. An act of the seat has a
time. What a program of the student's own did has none; but the check that followed the prediction saw which topic there
was at that time, or that there was none, and that is among the observations that were kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lessons.cluster.metadata import Topic
from lessons.course.evidence import Evidence, PastAct
from lessons.course.exercise import Exercise, Verdict, done, not_begun, not_yet
from lessons.course.moments import moment_of

KEPT_MOMENTS = 40  # of sending, in the evidence

Prediction = Mapping[str, Any]  # JSON: `at`, and the `answer`


def predictions(evidence: Evidence, exercise: Exercise, field: str) -> list[dict[str, Any]]:
    """All that were made, oldest first."""
    given = evidence.submissions(exercise.id)
    return [{"at": act.settled_at, "answer": act.fields["answers"].get(field)} for act in given]


def possible(given: Iterable[Prediction], choices: Collection[str]) -> list[Prediction]:
    """Those that are one of the choices, whatever else was stored."""
    return [each for each in given if isinstance(each["answer"], str) and each["answer"] in choices]


def topic_facts(topic: Topic | None) -> dict[str, Any] | None:
    """A topic as JSON: its id, its number of partitions, and of the replicas that one of them has."""
    if topic is None:
        return None
    replicas = max((len(partition.replicas) for partition in topic.partitions), default=0)
    return {"topic_id": topic.topic_id, "partitions": len(topic.partitions), "replicas": replicas}


def ids_when_predicted(evidence: Evidence, exercise: Exercise) -> list[str | None]:
    """The ids of the topic that checks saw after a prediction; None among them: there was no topic."""
    seen = [each for each in evidence.earlier(exercise.id) if each.get("predictions")]
    return list(dict.fromkeys((each.get("topic") or {}).get("topic_id") for each in seen))


def acts_on(acts: Iterable[PastAct], name: str) -> list[dict[str, Any]]:
    """Those of these acts that were done to this topic, with its id."""
    found = []
    for act in acts:
        data = act.data.get("topics", {}).get(name, act.data)  # of an act on several
        is_of = data is not act.data or name in (act.fields.get("name"), act.fields.get("topic"))
        if is_of and act.state == "done":
            found.append({"at": act.settled_at, "topic_id": data.get("topic_id")})
    return found


def older(given: Sequence[Prediction], moment: str) -> list[Prediction]:
    """Those that were made before that moment."""
    return [each for each in given if datetime.fromisoformat(each["at"]) < datetime.fromisoformat(moment)]


def none_given(stored: Sequence[Prediction], *, expected: str) -> Verdict:
    """The verdict where nothing that was stored is one of the choices."""
    say = not_yet if stored else not_begun
    return say("Nothing was predicted yet.", expected=expected)


def latest_moments(times_ms: Iterable[int]) -> list[str]:
    """The latest different times of records, oldest first."""
    return [moment_of(at_ms) for at_ms in sorted(set(times_ms))[-KEPT_MOMENTS:]]


def sent_by_key(evidence: Evidence, topic: str) -> list[str]:
    """The moments of the newest records with a key, oldest first; none if there is no topic. Raises: ClusterError."""
    return latest_moments(each.at_ms for each in (evidence.newest(topic) if evidence.topic(topic) else ()) if each.key)


@dataclass(frozen=True)
class Foretold:
    """The words for a prediction of what records do. `said`: of each choice, once it is seen what is true; `before`: what
    the prediction came before; `now`: what is left to do, and `left` the name of that in the verdict; `late`: what is older
    than it (empty: that makes no difference), and `again`: what helps."""

    said: Mapping[str, str]
    expected: str
    before: str
    now: str
    late: str = ""
    again: str = ""
    left: str = "not-sent"

    def judge(
        self, stored: Sequence[Prediction], moments: Sequence[str], *, not_ready: Verdict | None = None
    ) -> Verdict:
        """`moments`: of what was predicted, oldest first. One that a prediction came before is enough. `not_ready`: why there
        can be none yet; said once there is a prediction."""
        given = possible(stored, self.said)
        if not given:
            return none_given(stored, expected=self.expected)
        if not_ready:
            return not_ready
        for moment in moments:
            if first := older(given, moment):
                answer = first[-1]["answer"]
                return done(f"{self.before}, you predicted “{answer}”. {self.said[answer]}")
        if moments and self.late:
            return not_yet(self.late, expected=self.expected, misconception="afterwards", why=self.again)
        seen = f"Your prediction is stored: “{given[-1]['answer']}”."
        return not_yet(seen, expected=self.expected, misconception=self.left, why=self.now)
