"""The systemd unit: hardened as P55 asks, no more exposed than P54 and P80 allow, fed with what `genba run` reads."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import typer.models
import yaml

from edge.commands import run
from tests.deploy.files import DEPLOY
from tests.support.need import require

UNIT = DEPLOY / "genba.service"
MOST_EXPOSED = 1.5
HARDENED = {
    "Type": "notify",
    "Restart": "always",
    "RestartSec": "2s",
    "WatchdogSec": "30s",
    "TimeoutStopSec": "20s",
    "User": "genba",
    "StateDirectory": "genba",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
    "ProtectSystem": "strict",
    "ProtectProc": "invisible",
    "ProcSubset": "pid",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures": "native",
    "IPAddressDeny": "any",
    "LimitNOFILE": "65536",
    "MemoryMax": "1G",
    "TasksMax": "256",
}
ON = (
    "NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "PrivateUsers", "ProtectKernelTunables",
    "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectClock", "ProtectHostname",
    "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "LockPersonality", "MemoryDenyWriteExecute",
    "RemoveIPC",
)  # fmt: skip


def service(path: Path) -> dict[str, list[str]]:
    """Return the [Service] settings of a unit file, each with all its values."""
    settings: dict[str, list[str]] = {}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif section == "[Service]" and "=" in line and not line.startswith("#"):
            key, _, value = line.partition("=")
            settings.setdefault(key, []).append(value)
    return settings


def exposure(folder: Path) -> float:
    """Return the exposure that systemd reckons for genba.service in a folder."""
    program = require("systemd-analyze")
    said = subprocess.run(
        [program, "security", "--offline=true", "--no-pager", str(folder / "genba.service")],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = re.search(r"Overall exposure level for genba.service: ([\d.]+)", said)
    assert found, said
    return float(found[1])


def test_P55_unit_is_hardened() -> None:
    settings = service(UNIT)
    assert {key: settings.get(key) for key in HARDENED} == {key: [value] for key, value in HARDENED.items()}
    assert {key: settings.get(key) for key in ON} == {key: ["yes"] for key in ON}
    assert settings["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]
    assert "StartLimitIntervalSec=0" in UNIT.read_text()


def test_P54_P80_exposure_is_low(tmp_path: Path) -> None:
    shutil.copy(UNIT, tmp_path)
    assert exposure(tmp_path) <= MOST_EXPOSED


def test_P54_the_measure_can_fail(tmp_path: Path) -> None:
    (tmp_path / "genba.service").write_text("[Service]\nExecStart=/bin/true\n")
    assert exposure(tmp_path) > 9


@pytest.mark.parametrize("name", ["serial.conf", "wms.conf"])
def test_drop_ins_keep_it_low(tmp_path: Path, name: str) -> None:
    shutil.copy(UNIT, tmp_path)
    folder = tmp_path / "genba.service.d"
    folder.mkdir()
    shutil.copy(DEPLOY / "dropins" / name, folder)
    assert exposure(tmp_path) <= MOST_EXPOSED


def test_systemd_finds_no_mistake(tmp_path: Path) -> None:
    unit = tmp_path / "genba.service"
    unit.write_text(UNIT.read_text().replace("/opt/genba/bin/genba", shutil.which("true") or "/bin/true"))
    checked = subprocess.run([require("systemd-analyze"), "verify", unit], capture_output=True, text=True, check=False)
    assert [line for line in checked.stderr.splitlines() if "genba.service" in line] == []


def test_environment_file_sets_what_genba_run_reads() -> None:
    known = {
        option.envvar
        for hint in get_type_hints(run.run, include_extras=True).values()
        for option in get_args(hint)
        if isinstance(option, typer.models.ParameterInfo)
    }
    lines = [line.lstrip("#") for line in (DEPLOY / "genba.env").read_text().splitlines()]
    set_here = {line.partition("=")[0] for line in lines if line.startswith("GENBA_")}
    assert set_here == known


def test_example_of_secrets_names_those_of_the_demo_site() -> None:
    site = yaml.safe_load((DEPLOY.parent / "config" / "demo.yaml").read_text(encoding="utf-8"))
    example = yaml.safe_load((DEPLOY / "secrets.example.yaml").read_text(encoding="utf-8"))
    assert set(example) == {site["wms"]["secret"], site["broker"]["secret"]}
    assert set(example.values()) == {""}, "an example has no default password (P59)"
