"""`genba robot`: which machine has which place in the fleet, who wants one, and taking in and out.

While the edge runs it is asked, in the name of a supervisor or engineer. Only then somebody can be taken in: a machine
must be heard.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import typer

from edge.app import roadmap_of
from edge.commands.language import told
from edge.commands.running import LOCAL, EdgeAddress, Running
from edge.commands.tables import table
from edge.commands.where import ACTOR, DATA, DatabaseUrl, DataFolder, SiteFile, Where, out
from edge.devices.usage import length_on
from edge.model.reasons import Refusal
from edge.processes import everybody, stays
from edge.store.store import Store
from edge.store.tx import Tx

robots = typer.Typer(help="The fleet's places: who has one, who wants one.", no_args_is_help=True)
Place = Annotated[str, typer.Argument(help="The robot's id in the site file.")]
PLACES = (
    ("枠", "place"),
    ("型", "type"),
    ("待機場所", "home"),
    ("機体", "machine"),
    ("登録者", "by"),
    ("いつから", "since"),
    ("今の地点", "at"),
)
NEWCOMERS = (
    ("待っている機体", "wants in"),
    ("VDA 5050", "VDA 5050"),
    ("型名", "model"),
    ("kg", "kg"),
    ("電池", "battery"),
    ("地点", "node"),
    ("いつから", "since"),
    ("合う枠", "fits"),
)


@robots.command("list")
def list_robots(
    *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None, edge: EdgeAddress = LOCAL
) -> None:
    """Show the places, and the machines on the broker that want in."""

    async def show(store: Store) -> None:
        await store.run_as(ACTOR, stays.sync_robots)
        _show_places(await store.read(stays.places))

    def ask(running: Running) -> None:
        found = running.ask("GET", "/api/robots")
        _show_places(found["places"])
        _show_newcomers(found["newcomers"], found["heard"])

    Where(site, data, database, edge).do(show, ask)


@robots.command("take-in")
def take_in(
    place: Place,
    manufacturer: Annotated[str, typer.Argument(help="As in the machine's topics.")],
    serial: Annotated[str, typer.Argument(help="As in the machine's topics.")],
    *,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Take a machine that is heard on the broker into service at a vacant place."""

    async def refuse(_store: Store) -> None:
        raise Refusal("robot.must_run")

    def ask(running: Running) -> None:
        body = {"manufacturer": manufacturer, "serial": serial}
        running.ask("POST", f"/api/robots/{quote(place)}/machine", body)

    Where(site, data, database, edge).do(refuse, ask)
    out.print(told(f"{manufacturer}/{serial} は {place} になりました。", f"{manufacturer}/{serial} is {place} now."))


@robots.command("take-out")
def take_out(
    place: Place,
    *,
    carried_away: Annotated[
        bool, typer.Option("--carried-away", help="You have seen that it no longer stands on the floor.")
    ] = False,
    site: SiteFile,
    data: DataFolder = DATA,
    database: DatabaseUrl = None,
    edge: EdgeAddress = LOCAL,
) -> None:
    """Make a place vacant: its machine goes back, or is swapped."""

    async def take(store: Store) -> None:
        length = length_on(roadmap_of(store.site))
        await store.run_as(ACTOR, stays.take_out, place, length, carried_away=carried_away)

    def ask(running: Running) -> None:
        word = str(carried_away).lower()
        running.ask("DELETE", f"/api/robots/{quote(place)}/machine?carried_away={word}")

    Where(site, data, database, edge).do(take, ask)
    out.print(told(f"{place} は空きました。", f"{place} is vacant."))


@robots.command("stop-all")
def stop_all(
    *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None, edge: EdgeAddress = LOCAL
) -> None:
    """Have every robot stop where it is. This is no emergency stop: it goes by radio."""
    _tell_all("PUT", "stopped", everybody.stop_all, Where(site, data, database, edge))
    out.print(told("全ロボットに停止を伝えました。", "All robots are told to stop."))


@robots.command("drive-on")
def drive_on(
    *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None, edge: EdgeAddress = LOCAL
) -> None:
    """Let the robots drive on after stop-all."""
    _tell_all("DELETE", "stopped", everybody.drive_on, Where(site, data, database, edge))
    out.print(told("ロボットはまた走ります。", "The robots drive on."))


@robots.command("call-home")
def call_home(
    *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None, edge: EdgeAddress = LOCAL
) -> None:
    """Have every robot leave the ways free and go home; tours are kept."""
    _tell_all("PUT", "home", everybody.call_home, Where(site, data, database, edge))
    out.print(told("全ロボットを待機場所へ呼びました。", "All robots are called home."))


@robots.command("work-again")
def work_again(
    *, site: SiteFile, data: DataFolder = DATA, database: DatabaseUrl = None, edge: EdgeAddress = LOCAL
) -> None:
    """Let the robots go on with their tours after call-home."""
    _tell_all("DELETE", "home", everybody.work_again, Where(site, data, database, edge))
    out.print(told("ロボットはまた働きます。", "The robots work again."))


def _tell_all(method: str, halt: str, decide: Callable[[Tx], None], where: Where) -> None:
    async def say(store: Store) -> None:
        await store.run_as(ACTOR, decide)

    def ask(running: Running) -> None:
        running.ask(method, f"/api/robots/all/{halt}")

    where.do(say, ask)


def _show_places(found: Sequence[Mapping[str, Any]]) -> None:
    """Show who has which place, and below, where the edge says so, why each does what it does."""
    shown = table(PLACES)
    for one in found:
        machine = told("空き", "vacant") if one["serial"] is None else f"{one['manufacturer']}/{one['serial']}"
        by = "" if one["serial"] is None else told("サイトファイル", "site file") if one["named"] else one["by"] or ""
        shown.add_row(one["id"], one["type"], one["home"], machine, by, one["since"] or "", one.get("node") or "")
    out.print(shown)
    for one in found:
        if one.get("why") is not None:
            out.print(f"{one['id']}: {one['why']['text']}", soft_wrap=True)


def _show_newcomers(found: Iterable[Mapping[str, Any]], heard: int) -> None:
    if not heard:
        out.print(told("ブローカーに他の機体はいません。", "Nobody else is heard on the broker."))
        return
    listed = list(found)
    shown = table(NEWCOMERS)
    for one in listed:
        machine = f"{one['manufacturer']}/{one['serial']}"
        cells = ["" if one[name] is None else str(one[name]) for name in ("load_kg", "battery", "node")]
        shown.add_row(machine, one["version"], one["model"], *cells, one["since"], _fits(one))
    out.print(shown)
    if heard > len(listed):
        out.print(told(f"ほかに {heard - len(listed)} 台います。", f"And {heard - len(listed)} more."))


def _fits(one: Mapping[str, Any]) -> str:
    if one["fits"]:
        return ", ".join(one["fits"])
    why = one["hindrance"] or next(iter(one["misfits"].values()), None)
    return told("空いている枠がありません", "no place is vacant") if why is None else f"{why['text']} {why['next']}"
