"""What a person can do to the cluster, one module an act.

Why it is so
------------
An act is described once, as a pydantic model: its fields with their limits; `run`, what it does through
`lessons.cluster`; `python` and `command`, the same act as code and as a command line; `feed_line`, what the class
sees. The form, the API operation, the code under the form and the feed are derived from that. Limits that are the
app's own stand on the fields; whatever Kafka itself refuses is let through to Kafka, because its refusal is what is
to be learned.

A new act is a copied module, and a line in `ACTIONS`.
"""

from lessons.actions.add_partitions import AddPartitions
from lessons.actions.answer import AnswerQuestions
from lessons.actions.base import Action, Answer, Where
from lessons.actions.brokers import KillBroker, StartBroker, StopBroker
from lessons.actions.consume import Consume
from lessons.actions.create_topic import CreateTopic
from lessons.actions.delete_topic import DeleteTopic
from lessons.actions.describe_cluster import DescribeCluster
from lessons.actions.describe_config import DescribeConfig
from lessons.actions.describe_topic import DescribeTopic
from lessons.actions.fill_queue import FillQueue
from lessons.actions.list_topics import ListTopics
from lessons.actions.produce import Produce

ACTIONS: dict[str, type[Action]] = {
    action.kind: action
    for action in (
        DescribeCluster,
        ListTopics,
        CreateTopic,
        DeleteTopic,
        AddPartitions,
        DescribeTopic,
        DescribeConfig,
        Produce,
        FillQueue,
        Consume,
        AnswerQuestions,
        StopBroker,
        KillBroker,
        StartBroker,
    )
}

__all__ = [
    "ACTIONS",
    "Action",
    "AddPartitions",
    "Answer",
    "AnswerQuestions",
    "Consume",
    "CreateTopic",
    "DeleteTopic",
    "DescribeCluster",
    "DescribeConfig",
    "DescribeTopic",
    "FillQueue",
    "KillBroker",
    "ListTopics",
    "Produce",
    "StartBroker",
    "StopBroker",
    "Where",
]
