"""Jars are as listed, or nothing starts. The smallest jar of the list comes from Maven Central, the others from here."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator

import pytest
from django.conf import settings

from lessons.embedded import BrokerProblem, EmbeddedCluster
from lessons.embedded.jars import COORDINATES, Jar, Repository, fetch_class_path, listed_jars

from .conftest import Said
from .maven import BODY, JAR, Maven, running_maven

SMALLEST = next(jar for jar in listed_jars() if ":jspecify:" in jar.coordinate)
HALF = len(BODY) // 2


@pytest.fixture
def maven() -> Iterator[Maven]:
    with running_maven() as maven:
        yield maven


def fetch(folder, maven_url, *, jar=JAR):
    [path] = fetch_class_path(folder, say=Said(), jars=[jar], maven_url=maven_url)
    return path


def problem(folder, maven_url, *, jar=JAR) -> str:
    with pytest.raises(BrokerProblem) as caught:
        fetch(folder, maven_url, jar=jar)
    assert not (folder / jar.file_name).exists()
    return str(caught.value)


def unused_url() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_the_list_has_each_artifact_once_and_all_that_was_asked_for():
    jars = listed_jars()
    names = [jar.coordinate.rsplit(":", 1)[0] for jar in jars]
    assert len(set(names)) == len(names) == len({jar.file_name for jar in jars})
    assert set(COORDINATES) <= {jar.coordinate for jar in jars}
    assert all(len(jar.sha256) == 64 for jar in jars)


def test_a_missing_jar_comes_from_maven_central(tmp_path):
    said = Said()
    [path] = fetch_class_path(tmp_path / "jars", say=said, jars=[SMALLEST], maven_url=settings.MAVEN_URL)
    assert path.read_bytes().startswith(b"PK")
    assert said.has("Fetching Kafka: 1 jars")
    assert {one.name for one in path.parent.iterdir()} == {".lock", SMALLEST.file_name}


def test_a_mirror_is_asked_instead(tmp_path, maven):
    path = fetch(tmp_path, f"{maven.url}/")
    assert path.read_bytes() == BODY
    assert maven.asked == [("/maven2/org/example/made-for-tests/1.0/made-for-tests-1.0.jar", None)]


def test_a_cluster_fetches_from_the_mirror_that_it_is_given(tmp_path, maven):
    maven.status = 503
    cluster = EmbeddedCluster(tmp_path / "data", jar_dir=tmp_path / "jars", maven_url=maven.url, say=Said())
    try:
        with pytest.raises(BrokerProblem, match=f"127.0.0.1:{maven.server_port} answered 503"):
            cluster.prepare()
    finally:
        cluster.stop()


def test_a_tampered_jar_is_fetched_again(tmp_path, maven):
    path = fetch(tmp_path, maven.url)
    path.write_bytes(BODY + b"and something else")
    assert fetch(tmp_path, maven.url).read_bytes() == BODY


def test_jars_at_hand_are_not_asked_for(tmp_path, maven):
    fetch(tmp_path, maven.url)
    maven.asked.clear()
    said = Said()
    assert fetch_class_path(tmp_path, say=said, jars=[JAR], maven_url=maven.url) == (tmp_path / JAR.file_name,)
    assert maven.asked == said.words == []


def test_a_download_that_is_cut_asks_for_the_rest_until_it_has_all(tmp_path, maven):
    maven.answers = [1000, HALF]
    assert fetch(tmp_path, maven.url).read_bytes() == BODY
    assert [wished for _, wished in maven.asked] == [None, "bytes=1000-", f"bytes={1000 + HALF}-"]


def test_what_arrived_before_the_server_went_away_is_not_asked_for_again(tmp_path, maven):
    maven.answers = [HALF, 0]
    assert "the connection was closed before the end" in problem(tmp_path, maven.url)
    maven.asked.clear()
    assert fetch(tmp_path, maven.url).read_bytes() == BODY
    assert [wished for _, wished in maven.asked] == [f"bytes={HALF}-"]


def test_a_server_without_ranges_sends_all_of_it_again(tmp_path, maven):
    maven.knows_ranges = False
    maven.answers = [HALF]
    assert fetch(tmp_path, maven.url).read_bytes() == BODY


def test_a_download_that_was_whole_and_had_no_name_yet_needs_no_byte_more(tmp_path, maven):
    (tmp_path / f"{JAR.file_name}.part").write_bytes(BODY)
    assert fetch(tmp_path, maven.url).read_bytes() == BODY
    assert len(maven.asked) == 1


@pytest.mark.parametrize("beginning", [b"of another file", BODY + b"and more"])
def test_a_beginning_that_is_of_something_else_is_thrown_away(tmp_path, maven, beginning):
    (tmp_path / f"{JAR.file_name}.part").write_bytes(beginning)
    assert fetch(tmp_path, maven.url).read_bytes() == BODY
    assert [wished for _, wished in maven.asked] == [f"bytes={len(beginning)}-", None]


def test_another_file_under_the_name_of_the_jar_is_refused_and_not_kept(tmp_path, maven):
    maven.body = BODY[:-1] + b"!"
    assert "is not the jar that" in problem(tmp_path, maven.url)
    assert [one.name for one in tmp_path.iterdir()] == [".lock"]


def test_one_jar_that_fails_ends_the_wait_for_the_others_and_what_is_whole_stays(tmp_path, maven):
    missing = Jar("org.example:missing:1.0", sha256="0" * 64)
    fetch(tmp_path, maven.url)
    with pytest.raises(BrokerProblem, match=r"missing-1\.0\.jar"):
        fetch_class_path(tmp_path, say=Said(), jars=[JAR, missing], maven_url=maven.url)
    assert (tmp_path / JAR.file_name).read_bytes() == BODY


@pytest.mark.parametrize(("status", "advice"), [(404, "has to name a whole mirror"), (503, "Try again later")])
def test_what_the_server_refuses_is_said_with_its_answer(tmp_path, maven, status, advice):
    maven.status = status
    said = problem(tmp_path, maven.url)
    assert f"127.0.0.1:{maven.server_port} answered {status}" in said
    assert advice in said


def test_without_a_network_the_problem_says_what_is_needed(tmp_path):
    said = problem(tmp_path, unused_url())
    assert "Connection refused" in said
    assert "The first start needs the internet" in said
    assert "continues where it stopped" in said


def test_a_name_that_nobody_knows_is_said_so(tmp_path):
    assert re.search(r"from maven\.invalid: .*(name|Name|address)", problem(tmp_path, "https://maven.invalid/maven2"))


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = Repository(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout_s=0.2)
        with pytest.raises(BrokerProblem, match="it did not answer in time"):
            silent.load(JAR, tmp_path / "part")


@pytest.mark.parametrize(
    "url",
    ["nexus", "ftp://nexus/maven2", "https://", "http://nexus:port/", "http://[nexus", "https://ann:secret@nexus/"],
)
def test_a_mirror_that_is_no_address_is_said_so(tmp_path, url):
    said = problem(tmp_path, url)
    assert "KAFKACLASS_MAVEN has to look like" in said


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="Linux has a disk that is always full")
def test_a_full_disk_is_said_so(tmp_path, maven):
    (tmp_path / f"{JAR.file_name}.part").symlink_to("/dev/full")
    assert f"can't be saved in {tmp_path}: No space left on device" in problem(tmp_path, maven.url)
