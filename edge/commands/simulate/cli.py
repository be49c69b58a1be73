"""`genba simulate`: virtual days from seeds, judged; a failure names the seed and the command that replays it."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.commands.simulate.faults import ALL, NONE, SOME
from edge.commands.simulate.run import Look, Report, live_a_day, nowhere
from edge.commands.simulate.world import Setting
from edge.fastyaml import loaded
from edge.fleet.assign import Assigner, assign
from edge.sitefile import load_site
from simulators.sitefile import parse

HOURS_TO_FINISH = 6.0
"""After the last order the site gets so long to end everything; what is open then is a finding."""
DAYS_PER_PROCESS = 10
"""FastAPI remembers the routes of some thousand calls, and with them the days they were of: 20 MB each."""


def simulate(
    site: Annotated[Path, typer.Option(help="The site file.", exists=True, dir_okay=False)] = Path("config/demo.yaml"),
    *,
    seed: Annotated[int, typer.Option(help="The seed of one day.")] = 1,
    seeds: Annotated[str | None, typer.Option(help="Several days: FIRST-LAST.")] = None,
    hours: Annotated[float, typer.Option(help="Hours in which orders come.", min=0.05)] = 1.0,
    faults: Annotated[str, typer.Option(help="none, some or all.")] = SOME,
    rate: Annotated[float, typer.Option(help="Orders an hour.", min=1)] = 60.0,
    counts: Annotated[float, typer.Option(help="Locations to be counted an hour.", min=0)] = 0.0,
    jobs: Annotated[int, typer.Option(help="Days at the same time, one process each.", min=1)] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    journal: Annotated[Path | None, typer.Option(help="Write the journal of a single day here.")] = None,
) -> None:
    """Live whole days in virtual time and check every invariant afterwards."""
    if faults not in (NONE, SOME, ALL):
        raise typer.BadParameter(f"faults is none, some or all, not {faults}")
    load_site(site)
    tasks = [(str(site), one, hours, faults, rate, journal) for one in _range(seed, seeds)]
    failed = 0
    reports = []
    screen = Console(stderr=as_json)
    table = _table()
    quiet = len(tasks) == 1 or not screen.is_terminal
    for report in track(
        _all(partial(one_day, counts=counts), tasks, jobs),
        "Days",
        len(tasks),
        console=screen,
        transient=True,
        disable=quiet,
    ):
        reports.append(report)
        _add(table, report)
        if quiet and len(tasks) > 1:  # no bar shows how far it is, and a proof takes an hour
            typer.echo(
                f"{len(reports)}/{len(tasks)}: seed {report.seed} {'broken' if report.broken else 'held'}", err=True
            )
        if report.broken:
            failed += 1
            replay = f"--site {site} --hours {hours:g} --faults {faults} --rate {rate:g}"
            replay += f" --counts {counts:g}" if counts else ""
            _tell(screen, report, f"genba simulate --seed {report.seed} {replay}")
    if as_json:
        typer.echo(json.dumps([report.as_dict() for report in reports], ensure_ascii=False, indent=1))
    else:
        screen.print(table)
        screen.print(_total(reports))
    if failed:
        raise typer.Exit(1)


def one_day(
    task: tuple[str, int, float, str, float, Path | None],
    *,
    assigner: Assigner = assign,
    look: Look = nowhere,
    counts: float = 0.0,
) -> Report:
    """Run one day; picklable, for a process of its own. `look` sees what it came to, see `live_a_day`."""
    path, seed, hours, faults, rate, journal = task
    raw: dict[str, Any] = loaded(Path(path).read_text(encoding="utf-8"))
    setting = Setting(
        site=load_site(Path(path)),
        plan=parse(raw),
        raw=raw,
        seed=seed,
        hours=hours + HOURS_TO_FINISH,
        orders_per_hour=rate,
        stop_orders_at=hours,
        counts_per_hour=counts,
        poor_radio=faults != NONE,
        assigner=assigner,
    )
    return live_a_day(setting, faults, journal_to=journal, look=look)


def _range(seed: int, seeds: str | None) -> range:
    if seeds is None:
        return range(seed, seed + 1)
    first, _, last = seeds.partition("-")
    if not (first.isdecimal() and last.isdecimal()):
        raise typer.BadParameter(f"seeds is FIRST-LAST, for example 1-200, not {seeds}")
    return range(int(first), int(last) + 1)


def _all(live: Callable[[Any], Report], tasks: list[Any], jobs: int) -> Iterator[Report]:
    if len(tasks) == 1:
        yield from map(live, tasks)
        return
    at_once = jobs * DAYS_PER_PROCESS
    for first in range(0, len(tasks), at_once):
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            yield from pool.map(live, tasks[first : first + at_once])


def _table() -> Table:
    names = ("seed", "orders", "shipped", "cancelled", "crashes", "mishaps", "resent", "hours", "seconds", "broken")
    table = Table(*names, box=SIMPLE_HEAD, padding=0)
    for column in table.columns[:-1]:
        column.justify = "right"
    return table


def _total(reports: list[Report]) -> str:
    hours = sum(report.virtual_hours * report.robots for report in reports)
    longest = max((report.longest_stand for report in reports), default=0)
    return f"{hours:,.0f} robot-hours; the longest that one stood with way before it: {longest} s"


def _add(table: Table, report: Report) -> None:
    orders = report.orders
    figures = (
        report.seed,
        orders.get("sent", 0),
        orders.get("shipped", 0),
        orders.get("cancelled", 0),
        report.crashes,
        sum(report.faults.values()),
        report.duplicates,
        report.virtual_hours,
        report.seconds,
        len(report.broken) or "none",
    )
    table.add_row(*(str(figure) for figure in figures))


def _tell(screen: Console, report: Report, replay: str) -> None:
    screen.print(f"[bold red]seed {report.seed} broke {len(report.broken)} invariants[/]")
    for line in report.broken[:20]:
        screen.print(f"  {line}", markup=False)
    screen.print(f"  replay: {replay}", markup=False)
