"""`genba sim epcis`: the test repository as a program of its own, on a real port."""

import os
import random
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from simulators.epcis.app import create_app
from simulators.epcis.repository import Repository
from simulators.sitefile import load
from simulators.wms.cli import SECRET_PREFIX, secret


def epcis(
    site: Annotated[Path, typer.Argument(help="The site file.", exists=True, dir_okay=False)],
    *,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at.")] = 8073,
    seed: Annotated[int, typer.Option(help="Seed of its troubles.")] = 1,
) -> None:
    """Run a test repository: captures events, shows them at /events and its figures at /report."""
    token = secret(load(site).epcis_secret)
    admin = os.environ.get(f"{SECRET_PREFIX}EPCIS_ADMIN")
    app = create_app(Repository(), token, random.Random(seed), admin_token=admin)
    uvicorn.run(app, host=host, port=port, log_level="warning")
