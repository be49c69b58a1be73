"""`genba demo`: a broker, the edge, a floor and a WMS, each a process of its own, and faster than life."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.cells import cell_len
from rich.console import Console

from edge.commands.demo.children import Child, answers, first_failure, keep_broker
from edge.commands.demo.grounds import Grounds, lay_out, let_in
from edge.commands.demo.verdict import Verdict, judge, open_orders
from edge.commands.failed import Failed
from edge.commands.language import told
from edge.commands.logs import LogForm, set_up_logs
from edge.commands.tables import table
from edge.model.states import Role

WATCHED, UNWATCHED = 4.0, 10.0
"""Pace at which a person can follow, and at which a small machine still keeps up when nobody looks."""
ORDERS_PER_HOUR = 120.0
"""At pace 1; the crew of the demo site packs about twice as many."""
LOOK_EVERY = 0.5
SAY_EVERY = 5.0
SETTLE_WITHIN = 30.0
"""Seconds for the last confirmations to reach the WMS once every order ended."""
DOORS = (Role.SUPERVISOR, Role.SUPPORT, Role.ENGINEER)
"""Who may look at the console."""

out = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Play:
    """What is played."""

    pace: float
    rate: float
    seed: int
    orders: int | None
    within: float | None


def demo(
    *,
    orders: Annotated[int | None, typer.Option(help="Stop ordering after so many.", min=1)] = None,
    until_done: Annotated[bool, typer.Option("--until-done", help="End when all orders ended, and judge.")] = False,
    browser: Annotated[bool, typer.Option(help="Open the console in a browser.")] = True,
    pace: Annotated[
        float | None,
        typer.Option(help="How many times faster than life it goes; default 4, or 10 with --until-done.", min=0.5),
    ] = None,
    rate: Annotated[float | None, typer.Option(help="Orders an hour; default 120 times the pace.", min=1)] = None,
    seed: Annotated[int, typer.Option(help="Seed of goods, orders and chance.")] = 1,
    site: Annotated[Path, typer.Option(help="The site to play.")] = Path("config/demo.yaml"),
    keep: Annotated[Path | None, typer.Option(help="Work in this new folder and keep it.")] = None,
    listen: Annotated[str | None, typer.Option(help="Address and port of the edge; default a free one here.")] = None,
    epcis: Annotated[bool, typer.Option("--epcis", help="Tell an EPCIS 2.0 repository too.")] = False,
    within: Annotated[float | None, typer.Option(help="With --until-done: seconds until giving up.", min=1)] = None,
) -> None:
    """See a whole site at work: zero set-up, everything on this machine, nothing left behind."""
    if until_done and orders is None:
        raise Failed(
            told(
                "--until-done: 注文の数も指定してください。例: --orders 50。",
                "--until-done: say how many orders, for example --orders 50.",
            )
        )
    set_up_logs(LogForm.CONSOLE, level=30)
    folder = _folder(keep)
    pace = pace or (UNWATCHED if until_done else WATCHED)
    play = Play(pace=pace, rate=rate or ORDERS_PER_HOUR * pace, seed=seed, orders=orders, within=within)
    kept = True
    try:
        grounds = lay_out(folder, site, pace=pace, listen=listen, epcis=epcis)
        code = asyncio.run(_main(play, grounds, until_done=until_done, browser=browser))
        kept = keep is not None or code != 0
    finally:
        if kept:
            out.print(told(f"すべて {folder} にあります", f"Everything is in {folder}"), soft_wrap=True)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    raise typer.Exit(code)


def _folder(keep: Path | None) -> Path:
    """Return a new folder; Failed when the wanted one holds something: a demo starts with full shelves."""
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="genba-demo-"))
    if keep.exists() and any(keep.iterdir()):
        raise Failed(
            told(
                f"--keep {keep}: フォルダーが空ではありません。"
                "デモは在庫のある状態から始まるので、新しいフォルダーにしてください。",
                f"--keep {keep}: this folder is not empty. Choose a new one: a demo starts with full shelves.",
            )
        )
    keep.mkdir(parents=True, exist_ok=True)
    return keep


async def _main(play: Play, grounds: Grounds, *, until_done: bool, browser: bool) -> int:
    await let_in(grounds)
    loop, me = asyncio.get_running_loop(), asyncio.current_task()
    for sign in (signal.SIGTERM, signal.SIGINT):
        if me is not None:
            loop.add_signal_handler(sign, me.cancel)
    broker_up = asyncio.Event()
    children = _children(grounds, play)

    async def until() -> int:
        async with _clients(grounds) as (edge, wms):
            await answers(edge, "/health", "edge")
            await answers(wms, "/report", "wms")
            _welcome(grounds)
            if browser and _has_screen():
                await asyncio.to_thread(webbrowser.open, f"{grounds.edge_url}/console")
            if not until_done:
                await asyncio.Event().wait()
            return await _finish(edge, wms, play)

    try:
        work = [keep_broker(grounds, broker_up), *(_after(broker_up, child) for child in children)]
        return await first_failure(work, until)
    except asyncio.CancelledError:
        out.print(told("止めました。", "Stopped."))
        return 0


def _children(grounds: Grounds, play: Play) -> list[Child]:
    folder, edge = grounds.folder, grounds.edge_url
    wms_port = grounds.wms_url.rpartition(":")[2]
    pace, seed, rate = str(play.pace), str(play.seed), str(play.rate)
    run = ["run", str(grounds.site_file), "--data", str(grounds.data), "--secrets", str(grounds.secrets_file)]
    run += ["--listen", grounds.listen, "--logs", "json"]
    floor = ["sim", "floor", str(grounds.site_file), "--badges", str(grounds.badges_file)]
    floor += ["--passwords", str(grounds.passwords_file), "--edge", edge, "--pace", pace, "--seed", seed]
    wms = ["sim", "wms", str(grounds.site_file), "--edge", edge, "--database", str(folder / "wms.db")]
    wms += ["--port", wms_port, "--rate", rate, "--seed", seed, "--restless", str(play.pace * 5)]
    if play.orders is not None:
        wms += ["--orders", str(play.orders)]
    secrets = {
        f"GENBA_SECRET_{grounds.site.wms.secret.upper()}": grounds.wms_token,
        "GENBA_SECRET_HOST_API_KEY": grounds.host_key,
    }
    repository = ["sim", "epcis", str(grounds.site_file), "--port", grounds.epcis_url.rpartition(":")[2]]
    told = (
        {} if grounds.site.epcis is None else {f"GENBA_SECRET_{grounds.site.epcis.secret.upper()}": grounds.epcis_token}
    )
    return [
        *([Child("epcis", folder, repository, told)] if told else []),
        Child("edge", folder, run),
        Child("floor", folder, floor, immortal=False),
        Child("wms", folder, wms, secrets),
    ]


async def _after(event: asyncio.Event, child: Child) -> None:
    await event.wait()
    await child.run()


@contextlib.asynccontextmanager
async def _clients(grounds: Grounds) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    key = {"Authorization": f"Bearer {grounds.host_key}"}
    async with (
        httpx.AsyncClient(base_url=grounds.edge_url, headers=key, trust_env=False) as edge,
        httpx.AsyncClient(base_url=grounds.wms_url, trust_env=False) as wms,
    ):
        yield edge, wms


async def _finish(edge: httpx.AsyncClient, wms: httpx.AsyncClient, play: Play) -> int:
    """Wait until all orders ended and the books agree, and say what came of it."""
    verdict = None
    try:
        async with asyncio.timeout(play.within):
            await _all_ended(wms, play.orders or 0)
            verdict = await _settled(edge, wms)
    except TimeoutError:
        verdict = await judge(edge, wms)
        out.print(told(f"{play.within:.0f} 秒であきらめました。", f"Gave up after {play.within:.0f} s."))
    for line in verdict.lines():
        out.print(line, markup=False, soft_wrap=True)
    return 1 if verdict.wrong else 0


async def _all_ended(wms: httpx.AsyncClient, orders: int) -> None:
    loop = asyncio.get_running_loop()
    said, said_at = "", 0.0
    while True:
        with contextlib.suppress(httpx.HTTPError):
            books = (await wms.get("/books")).raise_for_status().json()
            left = len(open_orders(books))
            ended = len(books["orders"]) - left
            if ended >= orders and not left:
                return
            sent = len(books["orders"])
            line = told(
                f"注文 {orders} 件のうち {sent} 件を送り、{ended} 件が終わりました",
                f"{sent} of {orders} orders sent, {ended} ended",
            )
            if line != said and loop.time() - said_at >= SAY_EVERY:
                said, said_at = line, loop.time()
                out.print(line)
        await asyncio.sleep(LOOK_EVERY)


async def _settled(edge: httpx.AsyncClient, wms: httpx.AsyncClient) -> Verdict:
    """Judge again and again until all is right, or for as long as the last confirmations may take."""
    until = asyncio.get_running_loop().time() + SETTLE_WITHIN
    while True:
        with contextlib.suppress(httpx.HTTPError):
            verdict = await judge(edge, wms)
            if not verdict.wrong or asyncio.get_running_loop().time() > until:
                return verdict
        await asyncio.sleep(LOOK_EVERY)


def _welcome(grounds: Grounds) -> None:
    site = grounds.site.site.name
    name = told(site.ja, site.en)
    title = told(f"{name}: ログインできる人", f"{name}: log in as")
    headings = (("人", "who"), ("役割", "may"), ("バッジ", "badge"), ("PIN", "PIN"))
    shown = table(headings, title=title)
    for worker in grounds.site.people:
        if any(role in worker.roles for role in DOORS):
            entry = grounds.badges[worker.id]
            shown.add_row(f"{worker.name.ja} {worker.name.en}", ", ".join(worker.roles), entry["badge"], entry["pin"])
    out.print(shown)
    places = [
        (told("コンソール", "Console"), f"{grounds.edge_url}/console"),
        (told("ハンディ", "Handheld"), f"{grounds.edge_url}/h"),
        ("WMS", f"{grounds.wms_url}/"),
    ]
    if grounds.epcis_url:
        places.append(
            ("EPCIS", told(f"{grounds.epcis_url}/report、/events", f"{grounds.epcis_url}/report and /events"))
        )
    width = max(cell_len(what) for what, _ in places) + 2
    for what, where in places:
        out.print(f"{what}{' ' * (width - cell_len(what))}{where}", soft_wrap=True)
    out.print(
        told(
            f"ログと全員のバッジ・PIN は {grounds.folder} にあります。Ctrl-C で終わります。",
            f"Logs, and everybody's badge and PIN, in {grounds.folder}. Ctrl-C ends it.",
        ),
        soft_wrap=True,
    )


def _has_screen() -> bool:
    """Tell whether a browser can show anything: a text browser would take our terminal."""
    return sys.platform == "darwin" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
