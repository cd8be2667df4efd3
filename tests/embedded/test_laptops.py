"""The listener for laptops comes and goes with the option; the policy in the brokers is what its source says."""

from __future__ import annotations

import pytest
from django.conf import settings

from kafkaclass.management.laptops import SEAT_RULES
from lessons.embedded.laptops import POLICY_JAR, LaptopListener
from tests.build_policy import build
from tests.waiting import PATIENCE_S

from .conftest import first_record, keep_a_record, new_cluster

LISTENER = LaptopListener("127.0.0.1", SEAT_RULES, (0, 0, 0))


@pytest.mark.every_way  # it starts twelve brokers
@pytest.mark.long
def test_brokers_that_were_made_without_it_run_with_it_and_again_without(tmp_path):
    ports = []
    for number, listener in enumerate((None, LISTENER, None, LISTENER)):
        cluster = new_cluster(tmp_path, for_laptops=listener)
        cluster.prepare()
        cluster.start()
        try:
            cluster.wait_until_up(PATIENCE_S)
            cluster.limit_laptops()
            if number == 0:
                keep_a_record(cluster.bootstrap_servers, "kept", "before all")
            assert first_record(cluster.bootstrap_servers, "kept") == "before all"
            assert bool(cluster.laptop_servers) == bool(listener)
            ports.append(cluster.plan.laptop_ports)
        finally:
            cluster.stop()
    assert ports[1] == ports[2] == ports[3]  # what was downloaded names them


@pytest.mark.long
def test_the_policy_is_what_its_source_says(tmp_path):
    build(tmp_path / "again.jar", maven_url=settings.MAVEN_URL)
    assert (tmp_path / "again.jar").read_bytes() == POLICY_JAR.read_bytes()
