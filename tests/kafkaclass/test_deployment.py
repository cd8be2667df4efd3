"""The containers, without containers: what Dockerfile and docker-compose.yml say agrees with what runs without them."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from packaging.version import Version

from kafkaclass.kafka_variables import security_settings
from kafkaclass.management import running, web
from lessons.course.acts import ACTIONS
from lessons.embedded.cluster import WISHED_CONTROLLER_PORTS, WISHED_PORTS
from lessons.embedded.config import BROKER_IDS, BrokerFiles, ClusterPlan, broker_name, write_broker_config
from lessons.embedded.jars import COORDINATES
from lessons.embedded.ports import LOOPBACK
from tests import running_nginx
from tests.environment import environment
from tests.waiting import PATIENCE_S, wait_for

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
COPIED = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY ")]
# The image's own variables, which are no settings of the broker: kafka's docker/examples/README.md.
NOT_SETTINGS = {"KAFKA_HEAP_OPTS"}


def settings_in_container(broker_id: int) -> dict[str, str]:
    """What the image makes of KAFKA_…: the name in small letters, a dot for each underscore."""
    environment = SERVICES[broker_name(broker_id)]["environment"]
    return {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in environment.items()
        if name.startswith("KAFKA_") and name not in NOT_SETTINGS
    }


def embedded_settings(broker_id: int, folder: Path) -> dict[str, str]:
    """Those of an embedded broker on the same ports, with the names of machines in place of the loopback address."""
    files = BrokerFiles(folder)
    plan = ClusterPlan(cluster_id="", ports=WISHED_PORTS, controller_ports=WISHED_CONTROLLER_PORTS)
    write_broker_config(files, broker_id=broker_id, plan=plan)
    settings = dict(line.split("=", 1) for line in files.properties.read_text().splitlines())
    return {
        **settings,
        "listeners": settings["listeners"].replace(LOOPBACK, ""),
        "advertised.listeners": settings["advertised.listeners"].replace(LOOPBACK, broker_name(broker_id)),
        "controller.quorum.voters": re.sub(rf"(\d)@{re.escape(LOOPBACK)}", r"\1@kafka\1", settings["controller.quorum.voters"]),
        "log.dirs": "/var/lib/kafka/data",
    }  # fmt: skip


@pytest.mark.parametrize("broker_id", BROKER_IDS)
def test_a_broker_in_a_container_is_set_as_an_embedded_one(broker_id, tmp_path):
    assert settings_in_container(broker_id) == embedded_settings(broker_id, tmp_path)


def test_all_brokers_are_one_cluster_of_the_embedded_version_and_each_keeps_its_records():
    brokers = [SERVICES[broker_name(broker_id)] for broker_id in BROKER_IDS]
    [cluster_id] = {broker["environment"]["CLUSTER_ID"] for broker in brokers}
    assert re.fullmatch(r"[\w-]{22}", cluster_id)
    assert {broker["image"] for broker in brokers} == {f"apache/kafka:{COORDINATES[0].rpartition(':')[2]}"}
    volumes = [broker["volumes"] for broker in brokers]
    assert volumes == [[f"{broker_name(broker_id)}:/var/lib/kafka/data"] for broker_id in BROKER_IDS]


def test_the_web_site_asks_the_brokers_where_they_listen():
    advertised = [settings_in_container(broker_id)["advertised.listeners"] for broker_id in BROKER_IDS]
    servers = SERVICES["web"]["environment"]["KAFKA_BOOTSTRAP_SERVERS"]
    assert [f"PLAINTEXT://{server}" for server in servers.split(",")] == advertised
    assert servers.startswith("kafka1:9092,kafka2:9093")  # as in the notebook


def test_the_ports_of_brokers_and_nginx_are_published_on_loopback_alone():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.pop("nginx") == ["${KAFKACLASS_LISTEN:-127.0.0.1}:8000:8000"]
    assert published == {
        broker_name(one): [f"127.0.0.1:{port}:{port}"] for one, port in zip(BROKER_IDS, WISHED_PORTS, strict=True)
    }


def test_every_image_is_pinned_and_every_service_has_a_health_check():
    images = [service["image"] for service in SERVICES.values() if "build" not in service]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert all(re.search(r":\d+\.\d+", image) for image in images), images
    assert all("test" in service["healthcheck"] for name, service in SERVICES.items() if name != "web")
    assert "healthcheck" not in SERVICES["web"]
    assert health_check()[0] == "python"  # its image's


def test_every_volume_that_is_used_is_declared_and_every_anchor_is_used():
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])
    for anchor in re.findall(r"&([\w-]+)$", COMPOSE_TEXT, re.MULTILINE):
        assert f"*{anchor}\n" in COMPOSE_TEXT


def test_docker_compose_takes_the_file_or_where_there_is_none_yaml_does():
    assert {"services", "configs", "volumes"} <= COMPOSE.keys()
    if compose := find_compose():
        done = subprocess.run([*compose, "config", "-q"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def find_compose() -> list[str] | None:
    """One that knows a configuration's `content`; none of them needs a daemon for this."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            asked = [*command, "version", "--short"]
            version = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip().lstrip("v")
            if version and Version(version.partition("+")[0]) >= Version("2.23.1"):
                return command
    return None


def test_each_web_container_has_a_data_folder_of_its_own_and_all_have_one_key():
    web = SERVICES["web"]
    assert web["deploy"]["replicas"] > 1
    [volume] = web["volumes"]
    shared = Path(volume.partition(":")[2])
    assert Path(web["environment"]["KAFKACLASS_SECRET_KEY_FILE"]).parent == shared
    assert not Path(web["environment"]["KAFKACLASS_DATA"]).is_relative_to(shared)


def test_postgresql_has_a_connection_for_each_that_the_web_processes_may_open():
    [most] = re.findall(r'"max_size": (\d+)', (ROOT / "kafkaclass" / "settings.py").read_text())
    [limit] = re.findall(r"max_connections=(\d+)", " ".join(SERVICES["postgres"]["command"]))
    assert int(limit) > (SERVICES["web"]["deploy"]["replicas"] + 1) * 2 * int(most)  # with one more of `--scale`


def test_the_web_site_reads_each_variable_that_it_gets():
    assert not_read(SERVICES["web"]["environment"]) == []


def not_read(names: Iterable[str]) -> list[str]:
    """Which of these variables settings.py has no use for."""
    read = set(re.findall(r'environ\.get\("(\w+)"', (ROOT / "kafkaclass" / "settings.py").read_text()))
    return [name for name in names if name not in read and not security_settings({name: "x"})]


# --- nginx ---------------------------------------------------------------------------------------------------

README = (ROOT / "README.md").read_text()
NGINX = COMPOSE["configs"]["nginx"]["content"].replace("$$", "$")
UPGRADE = 'map $http_upgrade $connection_upgrade { default upgrade; "" close; }'


def proxied(config: str) -> set[str]:
    """What it does with a request. In the containers the scheme may be told by one more proxy, in front of it."""
    [location] = re.findall(r"location \S+ \{\n(.+?)\n +\}\n", config, re.DOTALL)
    return {line.strip() for line in location.replace("$outer_scheme", "$scheme").splitlines()}


def test_nginx_does_the_same_in_the_readme_in_the_containers_and_in_the_test_that_plays_a_class_behind_it():
    [of_readme] = re.findall(r"```\n(map .+?)```", README, re.DOTALL)
    of_test = running_nginx.CONFIG.replace("{kept}", "").replace("{{", "{").replace("}}", "}")
    assert len(proxied(of_readme)) == 8
    assert proxied(of_readme) == proxied(of_test) == proxied(NGINX)
    for config in (of_readme, of_test, NGINX):
        assert UPGRADE in config
        assert "access_log off;" in config  # the addresses hold sign-in links


def test_nginx_finds_the_web_containers_and_listens_on_the_published_port():
    nginx = SERVICES["nginx"]
    assert nginx["configs"] == [{"source": "nginx", "target": "/etc/nginx/conf.d/default.conf"}]
    assert nginx["depends_on"] == {"web": {"condition": "service_healthy"}}
    assert "server web:8000 resolve;" in NGINX  # so that a container that was made anew is found
    assert Version(re.search(r":([\d.]+)", nginx["image"])[1]) >= Version("1.27.3")  # the first that does that
    assert "listen 8000;" in NGINX
    assert "http://127.0.0.1:8000/readyz" in nginx["healthcheck"]["test"]


@pytest.mark.skipif(not running_nginx.has_nginx(), reason="There is no nginx here: `apt-get install nginx-light`.")
def test_nginx_takes_its_configuration(tmp_path):
    """Debian's is older than the image's: it cannot look a name up anew, and no name of a container leads anywhere here."""
    here = NGINX.replace("server web:8000 resolve;", "server 127.0.0.1:8000;")
    assert here != NGINX
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{here}}}\n")
    command = [running_nginx.program(), "-t", "-p", tmp_path, "-e", tmp_path / "error.log", "-c", config]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_image_runs_as_nobody_special():
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users
    assert users[-1] not in ("root", "0")


def test_daphnes_options_are_written_once():
    options = [option for option in web._OPTIONS if option.startswith("--")]
    assert options
    for text in (DOCKERFILE, COMPOSE_TEXT):
        assert "daphne" not in re.sub(r"#.*", "", text)
        assert not [option for option in options if option in text]
    assert image_command() == ["python", "manage.py", "up", "--host", "0.0.0.0"]
    assert SERVICES["web"]["command"] == ["python", "manage.py", "serve", "--host", "0.0.0.0"]


def test_what_the_image_copies_is_not_ignored_and_all_else_is():
    lines = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == set(COPIED)


def image_command() -> list[str]:
    return json.loads(re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)[-1])


def health_check() -> list[str]:
    [command] = re.findall(r"^HEALTHCHECK .*\\\n +CMD (.+)$", DOCKERFILE, re.MULTILINE)
    return json.loads(command)


def is_healthy(port: int) -> bool:
    _python, option, program = health_check()
    assert "8000" in program
    return subprocess.run([sys.executable, option, program.replace("8000", str(port))], check=False).returncode == 0


@pytest.fixture
def image(tmp_path) -> Path:
    """A folder with what the Dockerfile copies and nothing else."""
    folder = tmp_path / "app"
    folder.mkdir()
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def start_as_in_the_image(image: Path, data_dir: Path, bootstrap_servers: str) -> subprocess.Popen[bytes]:
    """The image's command, but on loopback and on a free port."""
    _python, *arguments, _host = image_command()
    inherited = {name: value for name, value in environment().items() if not name.startswith("PYTHON")}
    own = {
        "KAFKACLASS_DATA": str(data_dir),
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with data_dir.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, *arguments, LOOPBACK, "--port", "0"],
            cwd=image, env={**inherited, **own}, stdout=log, stderr=log,
        )  # fmt: skip


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        assert answer.status == 200
        return answer.read().decode()


@pytest.mark.long
def test_what_the_image_copies_is_enough_to_serve_pages_and_styles_and_nothing_is_written_beside_it(
    image, bootstrap_servers, tmp_path
):
    data_dir = tmp_path / "data"
    before = sorted(image.rglob("*"))
    process = start_as_in_the_image(image, data_dir, bootstrap_servers)
    try:
        known = wait_for(lambda: running.read(data_dir), why=lambda: data_dir.with_suffix(".log").read_text())
        page = get(f"{known.url}/join/")
        assert is_healthy(urlsplit(known.url).port or 0)
        styles = re.findall(r'href="(/static/[^"]+\.css)"', page)
        assert styles
        assert all(get(f"{known.url}{style}") for style in styles)
        acts = json.loads(get(f"{known.url}/api/v1/openapi.json"))["paths"]
        assert [path for path in acts if path.rstrip("/").rpartition("/")[2] in ACTIONS]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
    assert process.returncode == 0
    assert not is_healthy(urlsplit(known.url).port or 0)
    assert not (data_dir / "kafka").exists()
    assert sorted(image.rglob("*")) == before
