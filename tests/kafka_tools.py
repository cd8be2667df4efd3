"""Kafka's own command line, to run the commands that the lessons show. For tests only.

The one jar of `kafka-tools` beside the broker's own is enough for these; with all that it declares (Connect, Jersey,
Jetty) it would be 93.
"""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

from django.conf import settings

from lessons.embedded.cluster import DEFAULT_JAR_DIR
from lessons.embedded.jars import Jar, fetch_class_path
from lessons.embedded.java import find_java

TOOLS_JAR = Jar(
    "org.apache.kafka:kafka-tools:4.3.1",
    sha256="62f3c5dd7aa3442d4c5bc6a95f86e2502178ea09de8e27f74d9563bf955e253c",
)
AOT_CACHE = DEFAULT_JAR_DIR.parent / "kafka-tools.aot"
MAIN_CLASSES = {
    "kafka-cluster": "org.apache.kafka.tools.ClusterTool",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-console-share-consumer": "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
    "kafka-delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
    "kafka-reassign-partitions": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-transactions": "org.apache.kafka.tools.TransactionsCommand",
}


def tools_class_path(jar_dir: Path = DEFAULT_JAR_DIR) -> str:
    """Raises: BrokerProblem"""
    jars = [
        *fetch_class_path(jar_dir, say=print, jars=[TOOLS_JAR], maven_url=settings.MAVEN_URL),
        *fetch_class_path(jar_dir, say=print, maven_url=settings.MAVEN_URL),
    ]
    return ":".join(map(str, jars))


def write_tools(folder: Path) -> None:
    """Write `kafka-topics.sh` and the others into the folder, as Kafka's distribution has them in bin/."""
    java, cache = shlex.join(_java()), shlex.quote(str(AOT_CACHE))
    for name, main_class in MAIN_CLASSES.items():
        script = folder / f"{name}.sh"
        script.write_text(
            f'#!/bin/sh\n[ -f {cache} ] && set -- -XX:AOTCache={cache} "-Xlog:aot*=off" {main_class} "$@" || set -- {main_class} "$@"\n'
            f'exec {java} "$@"\n'
        )
        script.chmod(0o755)


def _java() -> list[str]:
    return [
        str(find_java().path), "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", tools_class_path(),
    ]  # fmt: skip


def start_writing_aot_cache(bootstrap_servers: str) -> subprocess.Popen[bytes] | None:
    """In the background, unless there is one: with it a command costs half."""
    if AOT_CACHE.exists() or not find_java().writes_aot_cache:
        return None
    half = AOT_CACHE.with_suffix(".half")
    lists_topics = [MAIN_CLASSES["kafka-topics"], "--bootstrap-server", bootstrap_servers, "--list"]
    command = shlex.join([*_java()[:1], f"-XX:AOTCacheOutput={half}", *_java()[1:], *lists_topics])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(
        ["nice", "-n", "19", "sh", "-c", f"{command} && mv {shlex.quote(str(half))} {shlex.quote(str(AOT_CACHE))}"],
        **quiet,
    )
