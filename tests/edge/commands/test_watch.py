"""`genba watch`: what devices say, in words, against the simulators on real ports; it writes nothing unless told to."""

import asyncio
import contextlib
import random
import re
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.codes import epc
from drivers.modbus.points import Value
from drivers.modbus.tcp import ModbusTcp
from drivers.mqtt.aio import connector
from drivers.mqtt.port import Connect
from drivers.printer.status import Status
from drivers.rfid.port import Trouble
from drivers.streams import dial, listen
from edge.cli import app
from edge.clock import real_source
from edge.commands.failed import Failed
from edge.commands.run import trusting
from edge.commands.watch import WATCHES, observe
from edge.commands.watching import reader as reader_watch
from edge.commands.watching import unit as unit_watch
from edge.commands.watching.teller import Teller, visible
from edge.commands.watching.unit import held
from edge.devices.drivers import Drivers
from edge.devices.readers import Ways
from edge.model.causes import CAUSES, cause_of
from edge.model.words import WORDS
from edge.site import Device, Gate, Site
from simulators.plc.device import Plc
from simulators.plc.framing import Request
from simulators.printer.device import PrinterDevice
from simulators.reader import Field, Reader, silence
from simulators.scale.device import Build, ScaleDevice
from simulators.scanner.device import ScannerDevice
from tests.drivers.seen import Seen
from tests.support.faces import face_site
from tests.support.store import small_site
from tests.support.walls import wall_site

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "config" / "demo.yaml"
ANYWHERE = "tcp://127.0.0.1:0"
PREFIX = 7
SSCC = "049123450000000019"
POINTS: dict[str, dict[str, Any]] = {
    "gate1_inner": {"table": "discrete", "address": 0},
    "gate1_outer": {"table": "discrete", "address": 1, "invert": True},
    "gate1_green": {"table": "coil", "address": 0, "safe": False},
    "gate1_red": {"table": "coil", "address": 1, "safe": False},
    "door": {"table": "coil", "address": 2},
    "count": {"table": "input", "address": 0, "type": "uint32", "counter": True},
    "tank": {"table": "input", "address": 100, "type": "int16", "scale": 0.1},
    "speed": {"table": "holding", "address": 0, "type": "uint16", "safe": 0},
    "mode": {"table": "holding", "address": 1, "type": "uint16"},
    "host": {"table": "holding", "address": 9, "type": "uint16"},
}


class Watched:
    """A device that is watched, and the lines that were written."""

    def __init__(self, lines: Seen[str]) -> None:
        self.lines = lines

    async def says(self, text: str) -> str:
        """Wait for a line with this text and return it."""
        found = await self.lines.until(lambda seen: any(text in line for line in seen))
        return next(line for line in found if text in line)


def device(address: str, kind: str, **more: Any) -> Device:
    return Device(id=f"{kind}-1", kind=kind, address=address, **more)  # type: ignore[arg-type]


def site() -> Site:
    """Return a site whose gate has its eyes and lights at plc-1."""
    gate = Gate(
        id="GATE-1",
        reader="rfid-1",
        io="plc-1",
        inner="gate1_inner",
        outer="gate1_outer",
        green="gate1_green",
        red="gate1_red",
    )
    return small_site().model_copy(update={"gates": [gate]})


def teller(language: str = "en", write: Any = print) -> Teller:
    return Teller(site(), language, lambda: datetime.now(UTC), write)


@contextlib.asynccontextmanager
async def watching(
    one: Device,
    language: str = "en",
    holds: dict[str, Value] | None = None,
    mqtt: Connect | None = None,
    plan: Site | None = None,
) -> AsyncIterator[Watched]:
    """Watch a device with the drivers of the edge; leaving ends it as Ctrl-C does."""
    lines: Seen[str] = Seen()
    source = real_source()
    ways = Ways(dial, lambda: mqtt or connector("127.0.0.1"), {"reader_password": "right"}.__getitem__, trusting)
    drivers = Drivers(dial, ModbusTcp().connect, ways, source)
    say = Teller(plan or site(), language, source.now, lines)
    stop = asyncio.Event()
    task = asyncio.create_task(observe(one, drivers, say, holds=holds or {}, stop=stop))
    try:
        yield Watched(lines)
    finally:
        stop.set()
        await task


@contextlib.asynccontextmanager
async def a_reader() -> AsyncIterator[Reader]:
    field = Field(random.Random(1), chance=1.0)
    device = Reader(ANYWHERE, field=field, listen=listen, now=lambda: datetime.now(UTC), dice=random.Random(2))
    await device.start()
    yield device
    await device.stop()


@contextlib.asynccontextmanager
async def a_plc(
    points: dict[str, dict[str, Any]] | None = None, plc: type[Plc] = Plc
) -> AsyncIterator[tuple[Plc, Device]]:
    """Offer a PLC and the device of a site file that is joined to the small site's gate."""
    played = plc(points or POINTS)
    address = await played.start(listen, ANYWHERE)
    yield played, Device(id="plc-1", kind="modbus", address=address, points=POINTS, poll=10, watchdog="host")  # type: ignore[arg-type]
    await played.close()


async def test_tags_are_told_once_a_second_with_their_key_and_antennas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_watch, "GATHER", 1.0)
    monkeypatch.setattr(silence, "_FROM_ANSWER", (0.0, 0.0))  # tags that answer in every round
    code = epc.sscc_96(SSCC, PREFIX)
    async with a_reader() as reader:
        reader.field.enter([code, "E2801160600002054CC2096F"], 60, (1, 2), rssi_dbm=-40)
        async with watching(device(reader.address, "rfid", antennas=[1, 2])) as watched:
            line = await watched.says(f"Handling unit (SSCC) {SSCC}")
            await watched.says("Tag not GS1: antenna 1 ")
    assert re.search(r"^\d\d:\d\d:\d\d\.\d{3}  Tag .*: antenna 1 -\d\d dBm, antenna 2 -\d\d dBm ×\d+ \[", line)
    assert code in line
    lines = watched.lines.items
    times = [int(found[1]) for line in lines if (found := re.search(r"×(\d+)", line))]
    assert lines[-1].endswith(f"In all: {sum(times)} reads of 2 tags; losses of the link: 0.")
    assert len(times) < sum(times)


async def test_I06_a_reader_that_is_held_is_told_at_once_with_what_to_do() -> None:
    async with a_reader() as reader, watching(device(reader.address, "rfid")) as first:
        await first.says("Connected.")
        async with watching(device(reader.address, "rfid"), "ja") as second:
            await second.says("ほかのプログラムがリーダーを使っています。")
    assert not any("Connected" in line or "つながりました" in line for line in second.lines.items)
    assert "要らないほう(genba watch の間はエッジ)を止めてください。" in (await second.says("ほかのプログラム"))


async def test_a_reader_that_goes_is_told_and_counted() -> None:
    async with a_reader() as reader, watching(device(reader.address, "rfid")) as watched:
        await watched.says("Connected.")
        reader.cut()
        await watched.says("Not connected. ")
    assert watched.lines.items[-1].endswith("losses of the link: 1.")


async def test_points_are_told_by_name_with_what_they_mean_at_their_gate() -> None:
    async with a_plc() as (plc, unit):
        plc.set_input("tank", -125)
        async with watching(unit) as watched:
            await watched.says("Connected.")
            plc.set_input("gate1_inner", 1)
            await watched.says("  gate1_inner: beam broken (gate GATE-1, inner)")
            plc.set_input("gate1_inner", 0)
            await watched.says("  gate1_inner: beam free (gate GATE-1, inner)")
            plc.set_input("gate1_outer", 1)
            await watched.says("  gate1_outer: beam broken (gate GATE-1, outer)")
            plc.set_input("gate1_red", 1)
            await watched.says("  gate1_red: red light on (gate GATE-1)")
            plc.set_input("door", 1)
            await watched.says("  door: on")
            plc.count("count", 3)
            await watched.says("  count: 3 (+3)")
            plc.set_input("count", 1)
            await watched.says("  count: 1 (the counter went back)")
    assert await watched.says("now: gate1_green: green light off (gate GATE-1)")
    assert await watched.says("now: count: 0")
    assert await watched.says("now: tank: -12.5")
    assert watched.lines.items[-1].endswith("In all: 7 changes; losses of the link: 0.")


@pytest.mark.parametrize(
    ("plan", "device_id", "pressed", "lines"),
    [
        (
            face_site("green"),
            "rack-io",
            ["button_2", "short_3"],
            [
                "green_1: green light of A-01-1 off",
                "units_4: display of A-04-1: 0",
                "button_2: button of A-02-1 pressed",
                "short_3: short button of A-03-1 pressed",
            ],
        ),
        (
            wall_site("blue"),
            "wall-io",
            ["W1-02_button"],
            ["W1-01_blue: blue light of W1-01 off", "W1-02_button: button of W1-02 pressed"],
        ),
    ],
    ids=["locations", "slots"],
)
async def test_points_are_told_with_the_slot_or_location_they_hang_at(
    plan: Site, device_id: str, pressed: list[str], lines: list[str]
) -> None:
    points = {name: point.model_dump(exclude_unset=True) for name, point in plan.device[device_id].points.items()}
    plc = Plc(points)
    address = await plc.start(listen, ANYWHERE)
    one = plan.device[device_id].model_copy(update={"address": address})
    try:
        async with watching(one, plan=plan) as watched:
            await watched.says(lines[0])
            for point in pressed:
                plc.set_input(point, 1)
            for line in lines:
                await watched.says(line)
    finally:
        await plc.close()


async def test_watching_writes_nothing_neither_outputs_nor_the_watchdog() -> None:
    written: list[tuple[str, float]] = []
    plc = Plc(POINTS, on_output=lambda name, value: written.append((name, value)))
    unit = device(await plc.start(listen, ANYWHERE), "modbus", points=POINTS, poll=10, watchdog="host")
    for output in ("gate1_green", "gate1_red", "door", "speed"):
        plc.set_input(output, 1)
    written.clear()
    async with watching(unit, "ja") as watched:
        await watched.says("つながりました。")
        for step in (1, 2, 3):  # each a whole poll
            plc.count("count")
            await watched.says(f"count: {step}(+1)")
    assert written == []
    await plc.close()


async def test_I62_an_output_is_held_the_watchdog_fed_and_all_left_safe() -> None:
    outputs: Seen[tuple[str, float]] = Seen()
    plc = Plc(POINTS, on_output=lambda name, value: outputs((name, value)))
    unit = device(await plc.start(listen, ANYWHERE), "modbus", points=POINTS, poll=10, watchdog="host")
    plc.set_input("gate1_red", 1)
    holds = held(unit, ["gate1_green=on", "speed = 7"], teller())
    assert holds == {"gate1_green": True, "speed": 7}
    async with watching(unit, holds=holds) as watched:
        await watched.says("gate1_green is held at on.")
        await outputs.until(lambda seen: ("gate1_green", 1) in seen and ("speed", 7) in seen)
        await outputs.until(lambda seen: any(name == "host" for name, _ in seen))
    assert await watched.says("Left at the safe value: gate1_green, speed")
    assert (plc.value("gate1_green"), plc.value("speed"), plc.value("gate1_red")) == (0, 0, 1)
    await plc.close()


async def test_an_output_that_cannot_be_left_safe_is_told() -> None:
    async with a_plc() as (plc, unit), watching(unit, holds={"gate1_green": True}) as watched:
        await watched.says("  gate1_green: green light on")
        await plc.go_offline()
        await watched.says("Not connected. ")
    assert await watched.says("Could not be left at the safe value: gate1_green")


class Interlocked(Plc):
    """A PLC that takes the writing of a coil and does not follow."""

    async def obey(self, request: Request) -> bytes:
        return request.pdu if request.pdu[0] == 5 else await super().obey(request)


async def test_an_output_that_does_not_follow_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unit_watch, "FOLLOW", 0.05)
    async with a_plc(plc=Interlocked) as (plc, unit), watching(unit, holds={"gate1_green": True}) as watched:
        await watched.says("gate1_green does not become on. Check interlocks")
        for step in (1, 2, 3):
            plc.count("count", 1)
            await watched.says(f"count: {step} (+1)")
    assert sum("does not become" in line for line in watched.lines.items) == 1


async def test_I54_a_held_output_that_is_given_up_is_told() -> None:
    async with a_plc(plc=Interlocked) as (_, unit):
        points = {**POINTS, "gate1_green": {**POINTS["gate1_green"], "valid": 0.1}}
        timely = Device.model_validate({**unit.model_dump(exclude_unset=True), "points": points})
        async with watching(timely, holds={"gate1_green": True}) as watched:
            await watched.says("gate1_green could not become on while it was valid")


async def test_a_point_that_the_unit_does_not_have_is_told() -> None:
    there = {name: point for name, point in POINTS.items() if name != "tank"}
    async with a_plc(there) as (_plc, unit), watching(unit) as watched:
        await watched.says("tank: the unit refuses to read it (exception 2 (address)). Check table and address")
        await watched.says("Connected.")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("amber=on", "plc-1 has no output amber. Choose one of: gate1_green, gate1_red, door, speed, mode, host"),
        ("gate1_inner=on", "plc-1 has no output gate1_inner."),
        ("gate1_green", "--set gate1_green: this cannot be read. Write POINT=VALUE"),
        ("gate1_green=maybe", "--set gate1_green=maybe: this cannot be read."),
        ("speed=fast", "--set speed=fast: this cannot be read."),
        ("speed=inf", "inf cannot be written to speed."),
        ("speed=70000", "70000 cannot be written to speed."),
        ("mode=1", "mode has no safe value to be left at. Give it `safe`"),
    ],
)
def test_what_cannot_be_held_is_told_before_anything_is_connected(wish: str, told: str) -> None:
    unit = Device(id="plc-1", kind="modbus", address="tcp://127.0.0.1:1", points=POINTS)  # type: ignore[arg-type]
    with pytest.raises(Failed) as caught:
        held(unit, [wish], teller())
    assert str(caught.value).startswith(told)


async def test_scans_are_told_with_their_meaning_and_what_is_no_code_with_its_bytes() -> None:
    scanner = ScannerDevice(random.Random(1))
    one = device(await scanner.start(listen, ANYWHERE), "scanner")
    async with watching(one) as watched:
        await scanner.connected()
        await scanner.scan("4912345000316")
        await watched.says("“4912345000316” Item code (GTIN/JAN): 4912345000316")
        await scanner.scan("4912345000316")
        await watched.says("The same code within 0.3 s counts once: 1 more came.")
        await scanner.scan("]C1010491234500031610AB\x1d21X1")
        await watched.says("“]C1010491234500031610AB<1D>21X1” GS1 element string: (01)04912345000316(10)AB(21)X1; ")
        await scanner.scan("NOREAD")
        await watched.says("Triggered, but no code was seen.")
        await scanner.send(b"\x00\xff\xfe\x80\r")
        await watched.says("This is no code: b'\\x00\\xff\\xfe\\x80'. Check baud rate")
        await scanner.close()
        await watched.says("Not connected. The device closed the connection.")
    total = "In all: 2 scans, 1 without a code, 1 unreadable; losses of the link: 1."
    assert watched.lines.items[-1].endswith(total)


async def test_a_scan_is_told_in_japanese_alone() -> None:
    scanner = ScannerDevice(random.Random(1))
    one = device(await scanner.start(listen, ANYWHERE), "scanner")
    async with watching(one, "ja") as watched:
        await scanner.connected()
        await scanner.scan("000000000011")
        line = await watched.says("「000000000011」")
    await scanner.close()
    assert "送り状番号: 000000000011" in line
    assert "parcel" not in line


async def test_weights_are_told_as_they_move_and_rest() -> None:
    scale = ScaleDevice(random.Random(1), Build(settling=0.6, capacity=6000))
    one = device(await scale.start(listen, ANYWHERE), "scale")
    async with watching(one) as watched:
        await watched.says("0 g, stable")
        scale.place(1234)
        await watched.says(" g, moving")
        await watched.says("1234 g, stable")
        scale.place(9000)
        await watched.says("Outside the scale's range. Take the load off.")
        scale.mute(on=True)
        await watched.says("Not connected. No answer in time.")
    assert watched.lines.items[-1].endswith("In all: 2 stable weights, 0 unreadable lines; losses of the link: 1.")
    await scale.close()


async def test_a_line_that_is_no_weight_is_shown() -> None:
    async def serve(reader: asyncio.StreamReader, writer: Any) -> None:
        while await reader.readuntil(b"\n"):
            writer.write(b"ST,+0012.34 lb\r\n")

    server = await listen(ANYWHERE, serve)
    async with watching(device(server.address, "scale")) as watched:
        await watched.says("This is no weight: b'ST,+0012.34 lb'. Check unit (g, kg)")
    await server.close()


async def test_a_scale_that_never_says_whether_it_rests_is_called_so() -> None:
    async def serve(reader: asyncio.StreamReader, writer: Any) -> None:
        while await reader.readuntil(b"\n"):
            writer.write(b"  500.00 g\r\n")

    server = await listen(ANYWHERE, serve)
    async with watching(device(server.address, "scale")) as watched:
        await watched.says("500 g; the scale does not say whether it rests")
    await server.close()


async def test_a_printers_status_is_told_as_it_changes() -> None:
    printer = PrinterDevice()
    one = device(await printer.start(listen, ANYWHERE), "zpl")
    async with watching(one) as watched:
        await watched.says("Ready to print (0 waiting).")
        printer.take_paper_out()
        await watched.says("Out of paper. Load a roll.")
        await printer.go_offline()
        await watched.says("Not connected. ")
    assert watched.lines.items[-1].endswith("In all: 1 changes of status; losses of the link: 1.")
    assert printer.labels == []


async def test_a_printer_without_status_is_called_so() -> None:
    printer = PrinterDevice()
    printer.speaks_status = False
    one = device(await printer.start(listen, ANYWHERE), "zpl")
    async with watching(one, "ja") as watched:
        await watched.says("状態の問合せ(~HS)に応答しません。")
    await printer.go_offline()


async def test_why_there_is_no_link_is_told_for_real_errors(tmp_path: Path) -> None:
    async def nothing(reader: asyncio.StreamReader, _writer: Any) -> None:
        await reader.read()

    gone = await listen(ANYWHERE, nothing)
    await gone.close()
    terminal = await listen(f"pty:{tmp_path / 'used'}", nothing)
    _, holder = await dial(terminal.address)
    for address, code in (
        (gone.address, "link.refused"),
        (f"serial:{tmp_path / 'absent'}", "link.no_port"),
        (terminal.address, "link.busy_port"),
        ("tcp://no-such-host.invalid:9004", "link.no_name"),
    ):
        async with watching(device(address, "scanner")) as watched:
            await watched.says(f"Not connected. {teller().words(code)} (")
    async with watching(device(gone.address, "modbus")) as watched:
        await watched.says(teller().words("link.nobody"))
    holder.close()
    await terminal.close()


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("Occupied: another client holds the reader", "link.occupied"),
        ("PermissionError: [Errno 13] Permission denied: '/dev/ttyUSB0'", "link.forbidden"),
        ("OSError: [Errno 113] No route to host", "link.no_route"),
        ("TimeoutError", "link.silent"),
        ("ModbusLost: unit 3 is dead behind its gateway: exception 11 (gateway_target)", "link.no_unit"),
        ("ModbusLost: unit 1 did not answer in 0.3 s", "link.silent"),
        ("ModbusLost: the line was lost: closed by the device", "link.closed"),
        ("ModbusLost: heartbeat belt_alive stopped", "link.heartbeat"),
        ("closed by the device", "link.closed"),
        ("ValueError: something else", "link.other"),
    ],
)
def test_a_lost_link_is_explained(error: str, code: str) -> None:
    assert cause_of(error) == code


def test_whatever_can_be_told_has_words() -> None:
    told = {f"watch.{trouble}" for trouble in set(Trouble) - {Trouble.OCCUPIED, Trouble.UNAUTHORIZED}}
    told |= {f"watch.{name}" for name in Status.__dataclass_fields__ if name != "waiting"}
    told |= {f"watch.kind_{kind}" for kind in (*WATCHES, "modbus")} | {code for _, code in CAUSES}
    told |= {f"watch.{kind}_{state}" for kind in ("beam", "light", "bit") for state in ("on", "off")}
    assert told - WORDS.keys() == set()


def test_no_device_can_write_control_characters_to_the_terminal() -> None:
    assert visible("a\x1b[2Jb\x1d") == "a<1B>[2Jb<1D>"


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "there is no device plc-9. Choose one of: reader-1, plc-1, printer-1, scale-1, printer-2, scale-2"),
        ("ja", "機器 plc-9 はありません。 この中から選んでください: reader-1, plc-1, "),
    ],
)
def test_an_unknown_device_is_told_with_those_that_are_there(language: str, told: str) -> None:
    answer = CliRunner().invoke(app, ["watch", str(DEMO), "plc-9", "--lang", language])
    assert isinstance(answer.exception, Failed)
    assert told in str(answer.exception)


def test_a_wish_for_what_has_no_outputs_is_told() -> None:
    answer = CliRunner().invoke(app, ["watch", str(DEMO), "scale-1", "--set", "gate1_green=on", "--lang", "ja"])
    assert isinstance(answer.exception, Failed)
    assert str(answer.exception).startswith("scale-1 は Modbus 機器ではありません。")
    sensors = device("tcp://127.0.0.1:1", "modbus", points={"eye": {"table": "discrete", "address": 0}})
    with pytest.raises(Failed, match="modbus-1 has no outputs"):
        held(sensors, ["eye=on"], teller())


async def start(file: Path, *words: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "edge.cli", "watch", str(file), "scale-1", "--lang", "en", *words, cwd=ROOT, stdout=PIPE
    )


async def test_the_command_shows_until_ctrl_c_and_ends_with_the_totals(tmp_path: Path) -> None:
    scale = ScaleDevice(random.Random(1), Build(settling=0.01))
    address = await scale.start(listen, ANYWHERE)
    scale.place(250)
    file = tmp_path / "site.yaml"
    file.write_text(DEMO.read_text(encoding="utf-8").replace("tcp://127.0.0.1:4001", address), encoding="utf-8")
    process = await start(file)
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(60):
        while not any("250 g, stable" in line for line in lines):
            lines.append((await process.stdout.readline()).decode())
        process.send_signal(signal.SIGINT)
        rest = (await process.stdout.read()).decode()
    assert await process.wait() == 0
    assert "Watching scale-1 (scale, tcp://" in lines[0]
    assert "In all: 1 stable weights" in rest
    timed = await start(file, "--seconds", "0.1")
    out, _ = await timed.communicate()
    assert timed.returncode == 0
    assert "In all: " in out.decode()
    await scale.close()
