"""`genba watch`: what one device says, live and in words, for the engineer who connects it."""

import asyncio
import logging
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Protocol

import typer

from drivers.modbus.points import Value
from drivers.modbus.wired import Modbus
from drivers.streams import dial
from edge.clock import real_source
from edge.commands.failed import Failed
from edge.commands.language import Language, spoken
from edge.commands.logs import set_up_logs
from edge.commands.run import broker_of, trusting
from edge.commands.watching.printer import PrinterWatch
from edge.commands.watching.reader import ReaderWatch
from edge.commands.watching.scale import ScaleWatch
from edge.commands.watching.scanner import ScannerWatch
from edge.commands.watching.teller import Teller
from edge.commands.watching.unit import UnitWatch, held
from edge.devices.drivers import Drivers
from edge.devices.readers import Ways
from edge.secret import Secrets
from edge.site import Device
from edge.sitefile import SiteError, load_site

WATCHES: Mapping[str, Callable[[Device, Drivers, Teller], "Watch"]] = {
    "rfid": ReaderWatch,
    "zpl": PrinterWatch,
    "scale": ScaleWatch,
    "scanner": ScannerWatch,
}
"""What watches a kind of device; a Modbus unit, which may be told to hold outputs, is apart."""


class Watch(Protocol):
    """Watches one device."""

    async def run(self) -> None:
        """Watch until cancelled."""
        ...

    def end(self) -> None:
        """Say the last lines."""
        ...


def watch(
    site: Annotated[Path, typer.Argument(help="The site file.")],
    device: Annotated[str, typer.Argument(help="Id of a device in it.")],
    *,
    secrets: Annotated[
        Path | None, typer.Option(envvar="GENBA_SECRETS", help="File of secrets, for readers that ask for a password.")
    ] = None,
    seconds: Annotated[float | None, typer.Option(help="End after so many seconds.", min=0.1)] = None,
    hold: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="POINT=VALUE", help="Hold an output of a Modbus unit; at the end it is left safe."
        ),
    ] = None,
    lang: Annotated[
        Language | None, typer.Option(help="Language of the lines; without it that of LC_ALL, LC_MESSAGES or LANG.")
    ] = None,
) -> None:
    """Show live what one device says, while the edge is stopped; nothing is written but what --set names."""
    language = lang or spoken()
    try:
        plan, known = load_site(site), Secrets(secrets)
    except SiteError as error:
        raise Failed(error.told(language)) from error
    source = real_source()
    teller = Teller(plan, language, source.now, typer.echo)
    chosen = plan.device.get(device)
    if chosen is None:
        details = {"file": site, "device": device, "devices": ", ".join(plan.device)}
        raise Failed(teller.words("watch.no_device", details))
    holds = held(chosen, hold or [], teller)
    set_up_logs(level=logging.CRITICAL)  # what drivers log is said here in words
    ways = Ways(dial, lambda: broker_of(plan, known), known.get, trusting)
    try:
        asyncio.run(_until_stopped(chosen, Drivers(dial, Modbus(dial).connect, ways, source), teller, holds, seconds))
    except SiteError as error:
        raise Failed(error.told(language)) from error


async def _until_stopped(
    device: Device, drivers: Drivers, teller: Teller, holds: Mapping[str, Value], seconds: float | None
) -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await observe(device, drivers, teller, holds=holds, stop=stop, seconds=seconds)


async def observe(
    device: Device,
    drivers: Drivers,
    teller: Teller,
    *,
    holds: Mapping[str, Value],
    stop: asyncio.Event,
    seconds: float | None = None,
) -> None:
    """Watch a device until `stop` is set or so many seconds have passed, then say the totals."""
    kind = teller.words(f"watch.kind_{device.kind}")
    teller.say("watch.begin", {"device": device.id, "kind": kind, "address": device.address})
    watching = (
        UnitWatch(device, drivers, teller, holds)
        if device.kind == "modbus"
        else WATCHES[device.kind](device, drivers, teller)
    )
    running, stopped = asyncio.ensure_future(watching.run()), asyncio.ensure_future(stop.wait())
    await asyncio.wait([running, stopped], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    running.cancel()
    stopped.cancel()
    (ended, _) = await asyncio.gather(running, stopped, return_exceptions=True)
    watching.end()
    if isinstance(ended, Exception):
        raise ended
