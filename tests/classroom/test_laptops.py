"""Students' own programs, as real clients on a "laptop": what Kafka lets a seat do, and where the walls are.

Three brokers of its own, with the listener for laptops.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
    ScramMechanism,
    UserScramCredentialDeletion,
)
from django.urls import reverse

from lessons.classroom import process
from lessons.classroom.feed import create_feed_topic
from lessons.classroom.people.seats import give_new_personal_code, set_removed
from lessons.cluster import clients, groups, records, share_groups, topics, users
from lessons.cluster.limits import MAX_GROUPS_PER_SEAT, MAX_REPLICAS_PER_SEAT
from lessons.cluster.records import Message
from lessons.embedded.cluster import EmbeddedCluster
from tests.classroom.laptop import (
    Cable,
    change,
    code_of,
    describe,
    each,
    plugged_in,
    produced,
    read,
    refused_user,
    share,
)
from tests.kafka_tools import write_tools
from tests.running_brokers import running_brokers
from tests.signing_in import browser_of
from tests.waiting import PATIENCE_S, wait_for

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

NOT_ALLOWED = {"TOPIC_AUTHORIZATION_FAILED", "GROUP_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED"}
NOT_ALLOWED |= {"TRANSACTIONAL_ID_AUTHORIZATION_FAILED"}


@pytest.fixture(scope="module")
def cable() -> Iterator[Cable]:
    with plugged_in() as cable:
        yield cable


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory, cable: Cable) -> Iterator[EmbeddedCluster]:
    with running_brokers(tmp_path_factory.mktemp("brokers-for-laptops"), laptop_host=cable.host) as cluster:
        cluster.limit_laptops()
        yield cluster


@pytest.fixture
def class_with_laptops(brokers: EmbeddedCluster, classroom, settings) -> Iterator[object]:
    before = clients.connection()
    settings.KAFKA_BOOTSTRAP_SERVERS = brokers.bootstrap_servers
    settings.LAPTOP_SERVERS, settings.LAPTOP_CA = brokers.laptop_servers, str(brokers.authority)
    clients.configure(clients.Connection(brokers.bootstrap_servers, laptop_servers=brokers.laptop_servers))
    groups.create_offsets_topic()
    create_feed_topic(classroom.klass)
    process.current().laptops.start()
    try:
        yield classroom
    finally:
        clients.configure(before)


def press(member, what: str):
    return browser_of(member).post(reverse("programs", args=[member.klass.slug]), {"do": what})


def downloaded(member, name: str) -> str:
    answer = browser_of(member).get(reverse("program-file", args=[member.klass.slug, name]))
    assert answer.status_code == 200
    return answer.content.decode()


def config_of(member) -> dict[str, object]:
    """As a student gets it: a press, and a download."""
    assert press(member, "make").status_code == 302
    return json.loads(downloaded(member, "kafka.json"))


def walls_around(config: dict, own: str, others: str, feed: str) -> dict[str, Callable[[], object]]:
    """What Kafka has to refuse to the user of this configuration, whose names begin with `own`."""
    admin = AdminClient(config)
    return {
        "more partitions": lambda: each(admin.create_partitions([NewPartitions(f"{own}test1p", 2)])),
        "another's topic, created": lambda: each(admin.create_topics([NewTopic(f"{others}mine", 1, 1)])),
        "one without a prefix": lambda: each(admin.create_topics([NewTopic("mine", 1, 1)])),
        "another's topic, deleted": lambda: each(admin.delete_topics([f"{others}test1p"])),
        "another's topic, grown": lambda: each(admin.create_partitions([NewPartitions(f"{others}test1p", 9)])),
        "another's topic, written": lambda: produced(config, f"{others}test1p"),
        "another's topic, read": lambda: read(config, f"{others}test1p", f"{own}readers"),
        "another's group": lambda: read(config, f"{own}test1p", f"{others}readers"),
        "another's offsets": lambda: each(
            admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(f"{others}readers")])
        ),
        "another's group, described": lambda: each(admin.describe_consumer_groups([f"{others}readers"])),
        "another's settings, described": lambda: each(
            admin.describe_configs([ConfigResource(ResourceType.TOPIC, f"{others}test1p")])
        ),
        "another's transactional.id": lambda: Producer(
            {**config, "transactional.id": f"{others}booking"}
        ).init_transactions(PATIENCE_S),
        "the feed, written": lambda: produced(config, feed),
        "the feed, read": lambda: read(config, feed, f"{own}readers"),
        "everybody's offsets": lambda: read(config, "__consumer_offsets", f"{own}readers"),
        "another's settings": lambda: change(admin, f"{others}test1p", "retention.ms", "1"),
        "another's group, shared": lambda: share(config, f"{own}test1p", f"{others}sharers"),
        "another's group's settings": lambda: change(
            admin, f"{others}sharers", "share.auto.offset.reset", "earliest", of=ResourceType.GROUP
        ),
        "what share groups have done": lambda: read(config, "__share_group_state", f"{own}readers"),
        "a broker's settings": lambda: each(admin.describe_configs([ConfigResource(ResourceType.BROKER, "1")])),
        "a user's password": lambda: each(
            admin.alter_user_scram_credentials([UserScramCredentialDeletion("x", ScramMechanism.SCRAM_SHA_256)])
        ),
    }


def rules_of(admin: AdminClient, own: str) -> dict[str, Callable[[], object]]:
    """What no seat may make of its own topics."""
    return {
        "partitions": lambda: each(admin.create_topics([NewTopic(f"{own}wide", 9_900, 3)])),
        "a setting at the start": lambda: each(
            admin.create_topics([NewTopic(f"{own}deep", 1, 1, config={"retention.bytes": str(2**40)})])
        ),
        "a setting": lambda: change(admin, f"{own}test1p", "segment.bytes", str(2**30)),
        "a group's": lambda: change(admin, f"{own}sharers", "share.session.timeout.ms", "7000", of=ResourceType.GROUP),
        "one that no form has": lambda: change(admin, f"{own}test1p", "flush.messages", "1"),
    }


def test_a_laptop_uses_what_is_the_seats_and_nothing_else(class_with_laptops):
    alice, bob = class_with_laptops.alice, class_with_laptops.bob
    config = config_of(alice)
    own, others = alice.namespace.prefix, bob.namespace.prefix
    topics.create_topic(bob.namespace, "test1p", partitions=1, replicas=1)
    admin = AdminClient(config)

    each(admin.create_topics([NewTopic(f"{own}test1p", 1, 3)]))
    produced(config, f"{own}test1p", "first")
    assert read(config, f"{own}test1p", f"{own}readers") == b"first"
    assert share(config, f"{own}test1p", f"{own}sharers") == b"first"
    transactional = Producer({**config, "transactional.id": f"{own}booking"})
    transactional.init_transactions(PATIENCE_S)
    transactional.begin_transaction()
    transactional.produce(f"{own}test1p", "in a transaction")
    transactional.commit_transaction(PATIENCE_S)
    listed = set(admin.list_topics(timeout=PATIENCE_S).topics)
    assert {name for name in listed if not name.startswith("_")} == {f"{own}test1p"}
    assert f"_{alice.klass.slug}.feed" in listed
    assert {group.group_id for group in admin.list_consumer_groups().result(PATIENCE_S).valid} == {f"{own}readers"}

    change(admin, f"{own}test1p", "retention.ms", "60000")
    walls = walls_around(config, own, others, f"_{alice.klass.slug}.feed")
    assert {wall: code for wall, call in walls.items() if (code := code_of(call)) not in NOT_ALLOWED} == {}
    asked = partial(admin.list_offsets, {TopicPartition(f"{others}test1p", 0): OffsetSpec.latest()})
    assert code_of(lambda: each(asked())) in {*NOT_ALLOWED, "_NOENT"}  # it is told of no leader
    rules = rules_of(admin, own)
    assert {rule: code_of(call) for rule, call in rules.items()} == dict.fromkeys(rules, "POLICY_VIOLATION")
    groups_at_once = Counter(
        code_of(lambda n=n: change(admin, f"{own}g{n}", share_groups.RESET, "latest", of=ResourceType.GROUP))
        for n in range(MAX_GROUPS_PER_SEAT + 5)
    )
    assert groups_at_once.keys() == {"", "POLICY_VIOLATION"}
    at_once = admin.create_topics([NewTopic(f"{own}many{number}", 1, 3) for number in range(1000)])
    codes = Counter(code_of(lambda future=future: future.result(PATIENCE_S)) for future in at_once.values())
    assert 3 * codes[""] <= MAX_REPLICAS_PER_SEAT
    assert codes["POLICY_VIOLATION"] == 1000 - codes[""]
    [description] = describe(admin, f"{others}test1p").values()
    assert description == "TOPIC_AUTHORIZATION_FAILED"
    assert topics.list_own(bob.namespace) == ["test1p"]  # nobody has deleted it


def test_a_password_is_shown_on_request_and_changed_by_a_press_and_a_wrong_one_opens_nothing(class_with_laptops):
    alice = class_with_laptops.alice
    config = config_of(alice)
    page = browser_of(alice).get(reverse("programs", args=[alice.klass.slug])).content.decode()
    assert config["sasl.password"] not in page
    assert config["sasl.password"] in press(alice, "show").content.decode()
    assert refused_user(config) == ""
    assert refused_user({**config, "sasl.password": "wrong"}) == "_AUTHENTICATION"
    assert refused_user({**config, "sasl.username": "ANONYMOUS"}) == "_AUTHENTICATION"
    new = press(alice, "change").content.decode()
    assert config["sasl.password"] not in new
    changed = json.loads(downloaded(alice, "kafka.json"))
    assert changed["sasl.password"] in new
    wait_for(lambda: refused_user(config))
    wait_for(lambda: not refused_user(changed))


def test_a_seat_that_is_removed_reaches_nothing_by_old_connections_or_new_ones_until_it_is_restored(class_with_laptops):
    alice, ines = class_with_laptops.alice, class_with_laptops.ines
    config, topic = config_of(alice), f"{alice.namespace.prefix}test1p"
    admin = AdminClient(config)
    each(admin.create_topics([NewTopic(topic, 1, 1)]))
    reports: list = []
    producer = Producer({**config, "message.timeout.ms": 5000, "retries": 0})

    def is_delivered() -> bool:
        producer.produce(topic, "x", on_delivery=lambda error, _message: reports.append(error))
        producer.flush(PATIENCE_S)
        return reports[-1] is None

    assert is_delivered()
    set_removed(alice, ines, removed=True)
    wait_for(lambda: not is_delivered())
    wait_for(lambda: refused_user(config))
    assert users.user_of(alice.namespace) not in users.list_allowed()
    set_removed(alice, ines, removed=False)
    alice.refresh_from_db()
    again = config_of(alice)
    assert again["sasl.password"] != config["sasl.password"]
    wait_for(lambda: not refused_user(again))
    assert refused_user(config)
    produced(again, topic)
    alice.refresh_from_db()
    give_new_personal_code(alice, ines)  # somebody else may have had the old one, and read the password by it
    wait_for(lambda: refused_user(again))


def test_a_program_that_wants_ten_thousand_topics_is_stopped_and_may_go_on_when_it_has_cleaned_up(class_with_laptops):
    alice = class_with_laptops.alice
    config, own = config_of(alice), alice.namespace.prefix
    admin = AdminClient(config)
    made: list[str] = []

    def refusal() -> str:
        """To ten topics more, when the seat may make as many at once again."""
        names = [f"{own}t{len(made) + number}" for number in range(10)]
        futures = admin.create_topics([NewTopic(name, 2, 3) for name in names])
        codes = [code_of(lambda future=future: future.result(PATIENCE_S)) for future in futures.values()]
        made.extend(name for name, code in zip(names, codes, strict=True) if not code)
        return "TOPIC_AUTHORIZATION_FAILED" if "TOPIC_AUTHORIZATION_FAILED" in codes else ""

    wait_for(refusal)
    assert MAX_REPLICAS_PER_SEAT < 2 * 3 * len(made) < 10_000
    each(admin.delete_topics(made[10:]))
    wait_for(lambda: not refusal())


def test_a_program_that_floods_a_topic_is_slowed_down_and_the_class_goes_on(class_with_laptops):
    alice, bob = class_with_laptops.alice, class_with_laptops.bob
    config, topic = config_of(alice), f"{alice.namespace.prefix}flood"
    admin = AdminClient(config)
    each(admin.create_topics([NewTopic(topic, 3, 1)]))
    slowed, ended = threading.Event(), threading.Event()
    flooding = Producer({**config, "throttle_cb": lambda event: slowed.set(), "linger.ms": 50})

    def flood() -> None:
        while not ended.is_set():
            try:
                flooding.produce(topic, os.urandom(10_000))
            except BufferError:
                flooding.poll(0.1)
            flooding.poll(0)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        assert slowed.wait(PATIENCE_S)
        topics.create_topic(bob.namespace, "meanwhile", partitions=1, replicas=3)
        [sent] = records.produce(bob.namespace, "meanwhile", [Message(value=b"1")])
        [found] = records.read_range(bob.namespace.full("meanwhile"), 0)
        assert (sent.error, found.value) == (None, b"1")
    finally:
        ended.set()
        thread.join()
        flooding.purge()


def test_what_a_lesson_offers_runs_on_the_laptop_as_it_is(class_with_laptops, cable, tmp_path):
    """A downloaded notebook from top to bottom, and one of Kafka's tools."""
    alice = class_with_laptops.alice
    config_of(alice)
    for name in ("kafka.json", "client.properties"):
        (tmp_path / name).write_text(downloaded(alice, name))
    for slug in ("creating-topics", "producing", "consuming"):
        url = reverse("notebook", args=[alice.klass.slug, slug])
        (tmp_path / f"{slug}.ipynb").write_bytes(browser_of(alice).get(url).content)
        run = "import sys, nbformat, nbclient; n = nbformat.read(sys.argv[1], 4); nbclient.NotebookClient(n).execute(); print(n)"
        printed = cable.on_the_laptop(sys.executable, "-c", run, f"{slug}.ipynb", cwd=tmp_path)
        assert "test1p" in printed
        assert "127.0.0.1" not in printed
    assert {"test1p", "test2p"} <= set(topics.list_own(alice.namespace))
    write_tools(tmp_path)
    page = browser_of(alice).get(reverse("programs", args=[alice.klass.slug])).content.decode()
    assert "--command-config client.properties" in re.sub(r"<[^>]+>", "", page)
    servers = json.loads((tmp_path / "kafka.json").read_text())["bootstrap.servers"]
    listed = cable.on_the_laptop(
        "./kafka-topics.sh", "--bootstrap-server", servers, "--command-config", "client.properties", "--list",
        cwd=tmp_path,
    )  # fmt: skip
    assert f"{alice.namespace.prefix}test1p" in listed.splitlines()


def test_a_laptop_does_not_reach_the_listeners_without_passwords(brokers, cable, tmp_path):
    if not cable.namespace:
        pytest.skip("this machine makes no network namespaces")
    knock = "import socket, sys\nprint(socket.socket().connect_ex((sys.argv[1], int(sys.argv[2]))) == 0)"

    def answers(port: int) -> str:
        return cable.on_the_laptop(sys.executable, "-c", knock, cable.host, str(port), cwd=tmp_path).strip()

    assert {answers(port) for port in brokers.plan.laptop_ports} == {"True"}
    assert {answers(port) for port in (*brokers.plan.ports, *brokers.plan.controller_ports)} == {"False"}


def test_staff_see_whose_laptop_reads_in_which_group_and_from_where(class_with_laptops, cable):
    alice, ines = class_with_laptops.alice, class_with_laptops.ines
    config, own = config_of(alice), alice.namespace.prefix
    topics.create_topic(alice.namespace, "test1p", partitions=1, replicas=1)
    consumer = Consumer({**config, "group.id": f"{own}readers", "client.id": "at-home"})
    consumer.subscribe([f"{own}test1p"])

    def shown() -> str:
        return browser_of(ines).get(reverse("programs", args=[ines.klass.slug])).content.decode()

    def reads() -> bool:
        consumer.poll(0.1)
        return "as at-home" in shown()

    try:
        if cable.namespace:  # else it comes from where the app does
            wait_for(reads)
            assert "<code>readers</code>" in shown()
    finally:
        consumer.close()
    assert "as at-home" not in shown()
    assert alice.name in shown()


def test_where_the_cluster_lets_the_app_make_no_users_the_page_says_so(class_with_laptops):
    """As on somebody else's cluster: the app is a user like any other there."""
    alice, bob = class_with_laptops.alice, class_with_laptops.bob
    config = config_of(alice)
    before = clients.connection()
    servers = str(config.pop("bootstrap.servers"))
    clients.configure(clients.Connection(servers, tuple((name, str(value)) for name, value in config.items())))
    try:
        answer = press(bob, "make")
    finally:
        clients.configure(before)
    assert answer.status_code == 422
    assert "The cluster does not let this app make users." in answer.content.decode()
    assert "CLUSTER_AUTHORIZATION_FAILED" in answer.content.decode()
    bob.refresh_from_db()
    assert bob.kafka_user_since is None
