"""`genba bench`: measure this machine with the parts that run a site, all ratios within one run."""

import logging

import structlog
import typer

from edge.commands.lazy import Lazy, Place

BENCHES = {
    "store": Place("edge.commands.bench.store", "store", "Decisions a second, alone and in groups; time to start."),
    "restart": Place("edge.commands.bench.restart", "restart", "A killed edge: how soon it serves again."),
    "scan": Place("edge.commands.bench.scan", "scan", "Handhelds over HTTP: scan, durable, answer."),
    "robots": Place("edge.commands.bench.robots", "robots", "Robots at a broker: what each costs the edge."),
    "fleet": Place("edge.commands.bench.fleet", "fleet", "Missions of many robots at a broker; no state lost."),
    "decode": Place("edge.commands.bench.decode", "decode", "Bar codes and tags: what a scan costs to understand."),
    "modbus": Place("edge.commands.bench.modbus", "modbus", "Units polled while one is slow and one dead."),
    "gate": Place("edge.commands.bench.gate", "gate", "Loads through an RFID gate: decided right, and how soon."),
    "points": Place("edge.commands.bench.points", "points", "Read points: who left, told how soon and how wrongly."),
    "shift": Place("edge.commands.bench.shift", "shift", "A whole shift in virtual time on one core."),
    "assign": Place("edge.commands.bench.assign", "assign", "Who takes which tour: against the nearest robot."),
    "traffic": Place("edge.commands.bench.traffic", "traffic", "Robots on a dense grid: tasks a step, planning time."),
    "all": Place("edge.commands.bench.every", "every", "All of these but traffic, one after the other."),
}


class Benches(Lazy):
    """The benches by name."""

    places = BENCHES


bench = typer.Typer(cls=Benches, no_args_is_help=True, add_completion=False, help="Measure this machine.")


@bench.callback()
def _root() -> None:
    """Measure this machine."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
