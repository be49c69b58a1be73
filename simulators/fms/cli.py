"""`genba sim fms`: a maker's fleet management system on a real port."""

import asyncio
import os
import random
import time
from pathlib import Path
from typing import Annotated

import httpx
import typer
import uvicorn
import yaml

from simulators.fms.app import Manager, Post
from simulators.fms.yard import Yard, managed

TIMEOUT = 10.0


def fms(
    *,
    site: Annotated[Path, typer.Option(help="Site file: its roadmap's nodes are the manager's places.")],
    robots: Annotated[
        list[str] | None,
        typer.Option(
            "--robot", help="NAME=NODE, where a robot stands; without it those of the site file stand at home."
        ),
    ] = None,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes a free one.")] = 8090,
    callback: Annotated[str, typer.Option(help="Where to tell of every change.")] = "",
    seed: Annotated[int, typer.Option(help="Seed of all chance.")] = 1,
) -> None:
    """Play a manager; its token and callback secret come from GENBA_SIM_TOKEN and GENBA_SIM_SECRET."""
    raw = yaml.safe_load(site.read_text(encoding="utf-8"))
    nodes = raw["roadmap"]["nodes"]
    places = {node["id"]: (node["x"], node["y"]) for node in nodes}
    named = dict(word.split("=", 1) for word in robots or [])
    placed = named or managed(raw) or {"F1": nodes[0]["id"]}
    try:
        asyncio.run(_serve(places, placed, port, callback, random.Random(seed)))
    except KeyboardInterrupt:
        typer.echo("the manager left")


async def _serve(
    places: dict[str, tuple[int, int]], robots: dict[str, str], port: int, callback: str, dice: random.Random
) -> None:
    async with httpx.AsyncClient(timeout=TIMEOUT) as http:
        manager = Manager(
            Yard(places, robots, dice),
            os.environ.get("GENBA_SIM_TOKEN", "token"),
            dice,
            post=_poster(http, callback) if callback else None,
            secret=os.environ.get("GENBA_SIM_SECRET", ""),
            now=time.time,
        )
        server = uvicorn.Server(uvicorn.Config(manager.app, port=port, log_level="warning", lifespan="off"))
        work = asyncio.create_task(manager.run())
        typer.echo(f"{len(robots)} robots behind http://127.0.0.1:{port}")
        try:
            await server.serve()
        finally:
            work.cancel()


def _poster(http: httpx.AsyncClient, url: str) -> Post:
    async def post(body: bytes, signature: str) -> bool:
        headers = {"X-Signature": signature, "Content-Type": "application/json"}
        try:
            return (await http.post(url, content=body, headers=headers)).is_success
        except httpx.HTTPError:
            return False

    return post
