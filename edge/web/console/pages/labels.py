"""Labels as pictures: of a parcel as its printer would print it, and of each template with sample data."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from drivers.printer.drawing import png
from drivers.printer.sheet import LabelError, Sheet
from edge.labels.layout import lay_out
from edge.labels.template import SAMPLE
from edge.model.reasons import Refusal
from edge.model.states import Role
from edge.processes.labels import values_of
from edge.processes.people import Session
from edge.web.console.desk import Desk
from edge.web.security import person

Supervisor = Annotated[Session, Depends(person(Role.SUPERVISOR))]
"""A label shows a name and an address: only who may print it anew may see it."""


def add(router: APIRouter, desk: Desk) -> None:
    """Add the page of templates and the pictures."""
    site = desk.services.site

    @router.get("/console/labels")
    async def show(request: Request, session: Supervisor) -> Response:
        return (await desk.view(request, session)).page("labels", "devices", templates=site.templates)

    @router.get("/console/labels/template/{number}")
    async def template(number: int, _session: Supervisor) -> Response:
        if not 0 <= number < len(site.templates):
            raise Refusal("request.not_found")
        heads = [device.dpi for device in site.devices if device.kind == "zpl"]
        return await _picture(lay_out(site.templates[number], SAMPLE, dpi=next(iter(heads), 203)))

    @router.get("/console/labels/parcel/{parcel_id}")
    async def parcel(parcel_id: str, _session: Supervisor) -> Response:
        found = await desk.read(values_of, parcel_id)
        if found is None:
            raise Refusal("request.not_found")
        row, values = found
        printer = site.station[row.station].printer if row.station in site.station else None
        try:
            sheet = lay_out(site.label_of(row.carrier, row.owner), values, dpi=site.dpi_of(printer))
        except LabelError as error:
            raise Refusal("label.not_drawn", parcel=row.tracking, error=str(error)) from error
        return await _picture(sheet)


async def _picture(sheet: Sheet) -> Response:
    """Draw off the event loop: a large label takes tens of milliseconds."""
    data = await asyncio.to_thread(png, sheet)
    return Response(data, media_type="image/png", headers={"Cache-Control": "no-store"})
