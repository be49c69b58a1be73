"""The HTTPS proxy's file, judged by the program itself."""

import subprocess

from tests.deploy.files import DEPLOY
from tests.support.need import require


def test_caddy_takes_the_file() -> None:
    program = require("caddy")
    command = [program, "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "caddy" / "Caddyfile")]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
