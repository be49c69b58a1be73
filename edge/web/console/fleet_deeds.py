"""Machines that are taken into the fleet and out of it at the console, in the name of who does it."""

from fastapi import APIRouter
from starlette.responses import Response

from edge.processes import staff
from edge.processes.carry import last_node
from edge.processes.robots import manned_row
from edge.store.tx import Reader
from edge.web.console.deed import Question, Wish, add_act, done
from edge.web.console.desk import Desk, View
from edge.web.robots import fleet_of


def fleet_routes(router: APIRouter, desk: Desk) -> None:
    """Add /console/do/robot-take-in, robot-take-out and robot-carried."""

    async def take_in(view: View, wish: Wish) -> Response:
        machine = wish.text("manufacturer"), wish.text("serial")
        await fleet_of(desk.services).take_in(view.session.actor, wish.only(), *machine)
        return done(view, wish, view.t("did.robot_take_in"))

    async def take_out(view: View, wish: Wish) -> Response:
        await fleet_of(desk.services).take_out(view.session.actor, wish.only(), carried_away=False)
        return done(view, wish, view.t("did.robot_take_out"))

    async def carried(view: View, wish: Wish) -> Response:
        await fleet_of(desk.services).take_out(view.session.actor, wish.only(), carried_away=True)
        return done(view, wish, view.t("did.robot_take_out"))

    add_act(router, desk, "robot-take-in", take_in, roles=staff.MANAGERS, ask=_ask_in)
    add_act(router, desk, "robot-take-out", take_out, roles=staff.MANAGERS, ask=_ask_out)
    add_act(router, desk, "robot-carried", carried, roles=staff.MANAGERS, ask=_ask_carried)


def _ask_in(_reader: Reader, wish: Wish) -> Question:
    values = {"robot": wish.only(), "machine": f"{wish.text('manufacturer')}/{wish.text('serial')}"}
    return Question("take_in", [("take_in.drives", {}), ("take_in.counts", {})], values)


def _ask_out(reader: Reader, wish: Wish) -> Question:
    row = manned_row(reader, wish.only())
    lines = [("fleet_out.home", {"node": last_node(reader, row.id)}), ("fleet_out.vacant", {})]
    return Question("fleet_out", lines, {"robot": row.id, "machine": f"{row.manufacturer}/{row.serial}"})


def _ask_carried(reader: Reader, wish: Wish) -> Question:
    row = manned_row(reader, wish.only())
    lines = [("fleet_out.carried", {"node": last_node(reader, row.id)}), ("fleet_out.vacant", {})]
    return Question("fleet_out", lines, {"robot": row.id, "machine": f"{row.manufacturer}/{row.serial}"})
