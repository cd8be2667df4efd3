"""A learner's own clients, driven from afar: the program runs in the browser, its clients run here.

    Program clients     ProgramAdmin, ProgramProducer, ProgramConsumer: each a real client of confluent-kafka
    configuration       what a program may set, and which addresses are the class's cluster
    wire                errors, records and partitions as JSON

Why it is so
------------
A browser can't speak Kafka's protocol, so the package `confluent_kafka` that a program imports there is a stand-in that
asks these clients. They are real ones with the program's own configuration: batches, partitioners, group membership and
the words of an error are librdkafka's. Only what must not be a program's is not: names get the seat's prefix, the address
is the class's cluster's, and settings that read files or load libraries are refused.

A program that names another address gets a real client as well, which nobody answers: then words and waits are as on
any machine, and this one connects to no address that a student has chosen.
"""

from lessons.cluster.programs.admin import ProgramAdmin
from lessons.cluster.programs.client import OutgoingRecord, ProgramClient, Told
from lessons.cluster.programs.consumer import ProgramConsumer
from lessons.cluster.programs.producer import ProgramProducer, Report
from lessons.cluster.programs.wire import Raises, error_as_json, error_named

__all__ = [
    "OutgoingRecord",
    "ProgramAdmin",
    "ProgramClient",
    "ProgramConsumer",
    "ProgramProducer",
    "Raises",
    "Report",
    "Told",
    "error_as_json",
    "error_named",
]
