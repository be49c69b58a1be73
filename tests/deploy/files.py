"""Where the files of `deploy/` are."""

from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"
