"""The AOT cache is written by a throwaway broker and used afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from lessons.embedded.aot import AotWriter, fitting_cache
from lessons.embedded.cluster import DEFAULT_JAR_DIR
from lessons.embedded.config import BrokerFiles, Launch
from lessons.embedded.jars import fetch_class_path
from lessons.embedded.java import find_java
from lessons.embedded.process import find_java_of

from .conftest import Said, eventually


@pytest.fixture
def launch(tmp_path) -> Launch:
    """With a jar folder of its own, so that the cache of this machine stays."""
    jar_dir = tmp_path / "jars"
    jar_dir.mkdir()
    for jar in DEFAULT_JAR_DIR.glob("*.jar"):
        shutil.copy2(jar, jar_dir)
    return Launch(java=find_java(), class_path=fetch_class_path(jar_dir, say=Said()), heap_mb=128)


@pytest.mark.long
def test_the_cache_is_written_and_fits_until_a_jar_changes(launch, tmp_path):
    jar_dir, folder = tmp_path / "jars", tmp_path / "aot"
    assert fitting_cache(launch, jar_dir) is None
    writer = AotWriter(launch, jar_dir=jar_dir, folder=folder)
    writer.start()
    assert writer.wait(timeout_s=120)
    assert not folder.exists()

    cache = fitting_cache(launch, jar_dir)
    used = Launch(launch.java, launch.class_path, heap_mb=128, aot_cache=cache)
    # AOTMode=on ends Java when the cache does not fit.
    command = used.command(BrokerFiles(tmp_path), "kafka.tools.StorageTool", "random-uuid", flags=("-XX:AOTMode=on",))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0

    jar = launch.class_path[0]
    os.utime(jar, (1, 1))
    assert fitting_cache(launch, jar_dir) is None


def test_a_stop_kills_the_throwaway_broker_at_once(launch, tmp_path):
    folder = tmp_path / "aot"
    writer = AotWriter(launch, jar_dir=tmp_path / "jars", folder=folder)
    writer.start()
    eventually(lambda: bool(find_java_of(folder)))
    writer.stop()
    eventually(lambda: not find_java_of(folder) and not folder.exists(), timeout_s=5)
    assert fitting_cache(launch, tmp_path / "jars") is None
