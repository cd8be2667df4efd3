"""The AOT cache is written by a throwaway broker and used afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lessons.embedded.aot import AotWriter, fitting_cache
from lessons.embedded.cluster import DEFAULT_JAR_DIR
from lessons.embedded.config import BrokerFiles, Launch
from lessons.embedded.jars import fetch_class_path
from lessons.embedded.java import find_java
from lessons.embedded.laptops import POLICY_JAR
from lessons.embedded.process import find_java_of
from tests.running_brokers import write_aot_cache
from tests.waiting import wait_for

from .conftest import Said


@pytest.fixture
def launch(tmp_path) -> Launch:
    """With a jar folder of its own, so that the cache of this machine stays."""
    jar_dir = tmp_path / "jars"
    jar_dir.mkdir()
    for jar in DEFAULT_JAR_DIR.glob("*.jar"):
        shutil.copy2(jar, jar_dir)
    return Launch(java=find_java(), class_path=fetch_class_path(jar_dir, say=Said()), heap_mb=128)


def test_the_cache_that_was_written_fits_until_a_jar_changes(launch, tmp_path):
    write_aot_cache()
    jars = (*fetch_class_path(DEFAULT_JAR_DIR, say=Said()), POLICY_JAR)
    of_this_machine = Launch(java=find_java(), class_path=jars, heap_mb=128)
    cache = fitting_cache(of_this_machine, DEFAULT_JAR_DIR)
    assert cache is not None
    used = replace(of_this_machine, aot_cache=cache)
    # AOTMode=on ends Java when the cache does not fit.
    command = used.command(BrokerFiles(tmp_path), "kafka.tools.StorageTool", "random-uuid", flags=("-XX:AOTMode=on",))
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0

    first, *others = of_this_machine.class_path
    changed = Path(shutil.copy2(first, tmp_path))
    os.utime(changed, (1, 1))
    assert fitting_cache(replace(of_this_machine, class_path=(changed, *others)), DEFAULT_JAR_DIR) is None


def test_a_stop_kills_the_throwaway_broker_at_once(launch, tmp_path):
    folder = tmp_path / "aot"
    writer = AotWriter(launch, jar_dir=tmp_path / "jars", folder=folder)
    writer.start()
    wait_for(lambda: bool(find_java_of(folder)))
    writer.stop()
    wait_for(lambda: not find_java_of(folder) and not folder.exists())
    assert fitting_cache(launch, tmp_path / "jars") is None
