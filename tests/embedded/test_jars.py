"""Jars are as listed, or nothing starts. The smallest jar of the list is fetched here, really."""

from __future__ import annotations

import socket

import pytest

from lessons.embedded import BrokerProblem
from lessons.embedded.jars import COORDINATES, Jar, fetch_class_path, listed_jars

from .conftest import Said

SMALLEST = next(jar for jar in listed_jars() if ":jspecify:" in jar.coordinate)


@pytest.fixture
def without_network(monkeypatch):
    def refuse(*_arguments):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_list_has_each_artifact_once_and_all_that_was_asked_for():
    jars = listed_jars()
    names = [jar.coordinate.rsplit(":", 1)[0] for jar in jars]
    assert len(set(names)) == len(names) == len({jar.file_name for jar in jars})
    assert set(COORDINATES) <= {jar.coordinate for jar in jars}
    assert all(len(jar.sha256) == 64 for jar in jars)


def test_a_missing_jar_is_fetched_and_the_home_folder_stays_as_it_was(tmp_path, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    said = Said()
    (path,) = fetch_class_path(tmp_path / "jars", say=said, jars=[SMALLEST])
    assert path.exists()
    assert said.has("Fetching Kafka")
    assert list(home.iterdir()) == []
    assert [one.name for one in (tmp_path / "jars").iterdir() if one.is_dir()] == []


def test_a_tampered_jar_is_fetched_again(tmp_path):
    (path,) = fetch_class_path(tmp_path, say=Said(), jars=[SMALLEST])
    good = path.read_bytes()
    path.write_bytes(good + b"and something else")
    fetch_class_path(tmp_path, say=Said(), jars=[SMALLEST])
    assert path.read_bytes() == good


def test_a_jar_that_differs_after_it_was_fetched_is_refused_and_not_kept(tmp_path):
    other = Jar(SMALLEST.coordinate, sha256="0" * 64)
    with pytest.raises(BrokerProblem, match="is not the jar that"):
        fetch_class_path(tmp_path, say=Said(), jars=[other])
    assert not (tmp_path / other.file_name).exists()


def test_jars_at_hand_need_no_network(tmp_path, request):
    fetch_class_path(tmp_path, say=Said(), jars=[SMALLEST])
    request.getfixturevalue("without_network")
    said = Said()
    assert fetch_class_path(tmp_path, say=said, jars=[SMALLEST]) == (tmp_path / SMALLEST.file_name,)
    assert said.words == []


@pytest.mark.usefixtures("without_network")
def test_without_network_and_without_jars_the_problem_says_what_is_needed(tmp_path):
    with pytest.raises(BrokerProblem, match="The first start needs the internet"):
        fetch_class_path(tmp_path, say=Said(), jars=[SMALLEST])
