"""What the README has for Kubernetes: its own schemas take it, and it names what is there."""

from __future__ import annotations

import re

import kubernetes_validate
import pytest
import yaml

from lessons.web.operating import Operating
from lessons.web.operating.probes import Readiness
from tests.kafkaclass.test_deployment import DOCKERFILE, README, not_read

OLDEST, NEWEST = "1.30", kubernetes_validate.latest_version()
[SECTION] = re.findall(r"^## On Kubernetes\n(.+?)^## ", README, re.DOTALL | re.MULTILINE)
[TEXT] = re.findall(r"```yaml\n(.+?)```", SECTION, re.DOTALL)
RESOURCES = {each["kind"]: each for each in yaml.safe_load_all(TEXT)}
POD = RESOURCES["Deployment"]["spec"]["template"]["spec"]
[WEB] = POD["containers"]
[HOST] = [each["host"] for each in RESOURCES["Ingress"]["spec"]["rules"]]
IN_SECRET = re.findall(r"--from-literal=(\w+)=", SECTION)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("kind", ["Deployment", "Service", "Ingress", "PersistentVolumeClaim", "CronJob"])
def test_kubernetes_takes_each_resource(kind, version):
    kubernetes_validate.validate(RESOURCES[kind], version, strict=True)


def test_a_key_that_kubernetes_does_not_know_is_refused():
    with pytest.raises(kubernetes_validate.ValidationError, match="replica"):
        kubernetes_validate.validate({**RESOURCES["Service"], "spec": {"replica": 2}}, NEWEST, strict=True)


def test_settings_read_each_variable_and_the_secret_has_what_serve_needs():
    named = {each["name"]: each["value"] for each in WEB["env"]}
    assert not_read([*named, *IN_SECRET]) == []
    assert not set(named) & set(IN_SECRET)
    assert {"KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL", "KAFKACLASS_SECRET_KEY"} <= {*named, *IN_SECRET}
    assert WEB["envFrom"] == [{"secretRef": {"name": "kafkaclass"}}]
    assert "create secret generic kafkaclass " in SECTION
    assert named["KAFKACLASS_HOSTS"] == HOST
    assert named["KAFKACLASS_TLS"] == "1"
    assert f"https://{HOST}" in SECTION


def test_the_backup_runs_as_the_site_does_and_writes_to_the_one_volume_that_is_kept():
    pod = RESOURCES["CronJob"]["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    [backup], [volume] = pod["containers"], pod["volumes"]
    assert {**backup, **pod["securityContext"]}.items() >= {"image": WEB["image"], **POD["securityContext"]}.items()
    assert backup["envFrom"] == WEB["envFrom"]
    assert volume["persistentVolumeClaim"]["claimName"] == RESOURCES["PersistentVolumeClaim"]["metadata"]["name"]
    [mounted] = backup["volumeMounts"]
    assert mounted["name"] == volume["name"]
    assert f"python manage.py backup {mounted['mountPath']}/" in backup["args"][-1]


async def status_of(path: str) -> int:
    """As the site answers it, before Django is asked."""
    sent: list[dict[str, object]] = []

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def pages(*_: object) -> None:
        sent.append({"status": 404})

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    await Operating(pages, Readiness(lambda: ""))(scope, None, send)
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("probe", "path"), [("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")]
)
async def test_a_probe_asks_what_the_site_answers(probe, path):
    assert WEB[probe]["httpGet"] == {"path": path, "port": WEB["ports"][0]["name"]}
    assert await status_of(path) == 200
    assert await status_of(f"{path}/") == 404


def test_the_pods_are_found_and_run_as_the_image_does():
    deployment, service = RESOURCES["Deployment"]["spec"], RESOURCES["Service"]["spec"]
    assert deployment["replicas"] > 1
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"] == service["selector"] == labels
    assert service["ports"][0]["targetPort"] == WEB["ports"][0]["name"]
    [path] = RESOURCES["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    found = path["backend"]["service"]
    assert found == {"name": RESOURCES["Service"]["metadata"]["name"], "port": {"name": service["ports"][0]["name"]}}
    assert f"EXPOSE {WEB['ports'][0]['containerPort']}" in DOCKERFILE
    assert f"--uid {POD['securityContext']['runAsUser']} " in DOCKERFILE
    assert [f"VOLUME {each['mountPath']}" in DOCKERFILE for each in WEB["volumeMounts"]] == [True]
    assert WEB["args"] == ["python", "manage.py", "serve", "--host", "0.0.0.0"]
