"""deploy/compose.yaml, judged without an engine: every name leads somewhere, nothing is open that need not be."""

import copy
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.files import DEPLOY

SERVICE_KEYS = {
    "build", "cap_add", "cap_drop", "command", "configs", "depends_on", "environment", "healthcheck", "image",
    "logging", "mem_limit", "networks", "pids_limit", "ports", "read_only", "restart", "secrets", "security_opt",
    "shm_size", "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip
HEALTH_KEYS = {"test", "interval", "timeout", "retries", "start_period"}
OWN_FILES = ("./site.yaml", "./secrets/")
"""What the site puts beside compose.yaml."""
PORT = re.compile(r"^(\$\{\w+:-127\.0\.0\.1\}|127\.0\.0\.1):\d+:\d+$")
PINNED = re.compile(r"^[\w/-]+:\d[\w.-]*$")
PASSWORD = re.compile(r"(?i)(password|secret|token)$")


def faults(compose: dict[str, Any], folder: Path) -> list[str]:
    """Return what is wrong with a compose file."""
    found: list[str] = []
    for name, service in compose["services"].items():
        found += [f"{name}: {fault}" for fault in _service(service, compose)]
    for kind in ("configs", "secrets"):
        for name, entry in compose[kind].items():
            file = entry["file"]
            if not file.startswith(OWN_FILES) and not (folder / file).is_file():
                found.append(f"{kind} {name}: there is no {file}")
    database = compose["services"]["postgres"]
    if "ports" in database or not all((compose["networks"][net] or {}).get("internal") for net in database["networks"]):
        found.append("postgres: the database can be reached from outside")
    return found


def _service(service: dict[str, Any], compose: dict[str, Any]) -> list[str]:
    found = [f"unknown key {key}" for key in sorted(service.keys() - SERVICE_KEYS)]
    found += [f"not {wish}" for wish, well in _guards(service).items() if not well]
    found += [f"port {port} is open to every network" for port in service.get("ports", []) if not PORT.match(port)]
    for kind in ("secrets", "configs", "networks"):
        for entry in service.get(kind, []):
            name = entry if isinstance(entry, str) else entry["source"]
            if name not in compose[kind]:
                found.append(f"no {kind} {name}")
    for volume in service.get("volumes", []):
        if volume.partition(":")[0] not in compose["volumes"]:
            found.append(f"no volume {volume}")
    for other, wish in service.get("depends_on", {}).items():
        if other not in compose["services"] or wish != {"condition": "service_healthy"}:
            found.append(f"does not wait for {other} to be healthy")
    for key in service.get("environment", {}):
        if PASSWORD.search(key):
            found.append(f"{key} is a secret in the environment")
    return found


def _guards(service: dict[str, Any]) -> dict[str, bool]:
    health = service.get("healthcheck") or {"test": [""]}
    own_build = "build" in service
    return {
        "read-only": service.get("read_only") is True,
        "without capabilities": service.get("cap_drop") == ["ALL"],
        "kept from new privileges": service.get("security_opt") == ["no-new-privileges:true"],
        "restarted": service.get("restart") == "unless-stopped",
        "of a pinned version": own_build or bool(PINNED.match(service.get("image", ""))),
        "checked for health": own_build or (set(health) <= HEALTH_KEYS and health["test"][0] == "CMD"),
    }


@pytest.fixture(name="compose")
def compose_fixture() -> dict[str, Any]:
    """Give the file as read."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return copy.deepcopy(read)


def test_compose_file_is_in_order(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"edge", "mosquitto", "postgres", "proxy"}
    assert faults(compose, DEPLOY) == []


@pytest.mark.parametrize(
    ("service", "change", "fault"),
    [
        ("postgres", {"ports": ["5432:5432"]}, "postgres: the database can be reached from outside"),
        ("postgres", {"networks": ["site"]}, "postgres: the database can be reached from outside"),
        ("mosquitto", {"ports": ["1883:1883"]}, "mosquitto: port 1883:1883 is open to every network"),
        ("edge", {"environment": {"DB_PASSWORD": "x"}}, "edge: DB_PASSWORD is a secret in the environment"),
        ("edge", {"secrets": ["other"]}, "edge: no secrets other"),
        ("edge", {"read_only": False}, "edge: not read-only"),
        ("proxy", {"image": "caddy:latest"}, "proxy: not of a pinned version"),
        ("proxy", {"helthcheck": {}}, "proxy: unknown key helthcheck"),
        ("proxy", {"healthcheck": None}, "proxy: not checked for health"),
        ("edge", {"depends_on": {"postgres": {"condition": "service_started"}}}, "edge: does not wait for postgres"),
    ],
)
def test_the_judge_can_fail(compose: dict[str, Any], service: str, change: dict[str, Any], fault: str) -> None:
    compose["services"][service] |= change
    assert any(found.startswith(fault) for found in faults(compose, DEPLOY))


def test_containerfile_runs_as_nobody_special_and_tells_its_health() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "/health" in last
    assert "pip install" not in last, "the last stage carries no build tools of ours"


def test_scripts_are_sound() -> None:
    for path in sorted(DEPLOY.rglob("*.sh")):
        assert os.access(path, os.X_OK)
        assert subprocess.run(["sh", "-n", path], check=False).returncode == 0


def test_real_compose_agrees_if_it_is_here(tmp_path: Path) -> None:
    asked = subprocess.run(["sh", "-c", "docker compose version"], capture_output=True, check=False)
    if asked.returncode != 0:
        pytest.skip("docker compose is not installed on this machine")
    command = ["docker", "compose", "-f", str(DEPLOY / "compose.yaml"), "config", "--no-path-resolution", "--quiet"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
