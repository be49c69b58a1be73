"""The simulated printer: what it reads off ZPL, its status, its paper."""

import asyncio
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drivers.streams import dial, listen
from simulators.printer.cli import command
from simulators.printer.device import PrinterDevice
from simulators.printer.labels import read_label, split_formats
from simulators.world import loop as virtual
from simulators.world.streams import Network
from tests.drivers.seen import Seen

H72 = (
    b"^XA^CI28^PW800^LL600^FO40,120^BY3^BCN,120,Y,N,N^FD123456789013^FS^FO40,320^BQN,2,6^FDLA,ORD-1^FS"
    b"^FO300,320^BXN,6,200^FD010490123456789421ABC^FS^XZ"
)
START = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)


def test_H72_the_test_label_is_read() -> None:
    label = read_label(H72)
    assert (label.tracking, label.qr, label.epc) == ("123456789013", "ORD-1", None)


def test_texts_tags_pictures_and_escapes_are_read() -> None:
    label = read_label(
        b"^XA^FO1,1^FH_^FDa_5Eb _E5_A4_A7^FS^FH^FDc_7E^FS^FDd_7E^FS^RFW,H^FD3134^FS^GFA,4,4,2,FF00FF00^FS"
        b"^FB9,2^FDone\\&two^FS^XZ"
    )
    assert label.texts == ("a^b 大", "c~", "d_7E", "one\ntwo")
    assert label.epc == "3134"
    assert label.pictures == ((16, 2),)


def test_formats_are_cut_off_a_stream() -> None:
    assert split_formats(b"~JA^XAone^XZ\r\n^XAtwo^XZ^XAthr") == ([b"^XAone^XZ", b"^XAtwo^XZ"], b"^XAthr")
    assert split_formats(b"nothing yet") == ([], b"nothing yet")


async def test_jobs_in_pieces_and_status_in_between_over_a_real_socket() -> None:
    labels: Seen[object] = Seen()
    device = PrinterDevice(on_label=labels, print_time=0.001)
    reader, writer = await dial(await device.start(listen, "tcp://127.0.0.1:0"))
    for piece in (b"~H", b"S\r\n", H72[:50], H72[50:], H72 + b"~HS"):
        writer.write(piece)
        await writer.drain()
    status = (await reader.readuntil(b"0000,0\x03\r\n")).decode()
    first, second, _ = status.strip().splitlines()
    assert first.strip("\x02\x03").split(",")[1:5] == ["0", "0", "1245", "000"]
    assert len(first.split(",")) == 12
    assert len(second.split(",")) == 11
    await reader.readuntil(b"0000,0\x03\r\n")
    await labels.until(lambda seen: len(seen) == 2)
    writer.close()
    await device.go_offline()


def test_out_of_paper_and_off_by_typing() -> None:
    async def main() -> list[int]:
        network = Network(random.Random(1))
        device = PrinterDevice()
        _, writer = await network.dial(await device.start(network.listen, "tcp://p:9100"))
        counts = []
        for line in ("paper out", "paper in", "off", "on"):
            await command(device, line)
            if line != "on":
                writer.write(H72)
            await asyncio.sleep(5)
            counts.append(len(device.labels))
        with pytest.raises(ValueError, match="paper out"):
            await command(device, "jump")
        return counts

    assert virtual.run(main(), 1, START) == [0, 2, 2, 2]


def test_the_modules_of_a_simulator_never_meet_the_controller() -> None:
    root = Path(__file__).parents[3] / "simulators"
    for folder in ("plc", "printer", "scale", "scanner"):
        for file in sorted((root / folder).glob("*.py")):
            assert "edge" not in [word.partition(".")[0] for word in file.read_text().replace("import ", " ").split()]
