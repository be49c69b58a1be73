"""TCP, serial and pseudo-terminal streams, on real ones."""

import asyncio
import termios
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from drivers.ports import Writer
from drivers.streams import dial, listen


async def shout(reader: asyncio.StreamReader, writer: Writer) -> None:
    """Answer every line in capitals."""
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:0", "tcp://[::1]:0", "pty:"])
async def test_bytes_go_both_ways(address: str) -> None:
    try:
        server = await listen(address, shout)
    except OSError:
        pytest.skip(f"this machine cannot listen at {address}")
    reader, writer = await dial(server.address)
    writer.write(b"one\ntwo\n")
    await writer.drain()
    assert await reader.readexactly(8) == b"ONE\nTWO\n"
    assert not writer.is_closing()
    writer.close()
    await writer.wait_closed()
    assert writer.is_closing()
    await server.close()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:0", "pty:"])
async def test_I47_an_unplugged_device_ends_the_stream(address: str) -> None:
    server = await listen(address, shout)
    reader, writer = await dial(server.address)
    writer.write(b"x\n")
    await reader.readexactly(2)
    await server.close()
    try:
        rest = await reader.read()
    except OSError:
        rest = b""
    assert rest == b""
    writer.close()
    with pytest.raises(OSError, match=r"Connect call failed|No such file"):
        await dial(server.address)


async def test_I47_a_serial_port_can_be_opened_again_after_it_was_closed(tmp_path: Path) -> None:
    server = await listen(f"pty:{tmp_path / 'scanner'}", shout)
    assert server.address == f"serial:{tmp_path / 'scanner'}"
    for _ in range(3):
        reader, writer = await dial(f"{server.address}?baud=115200&stop=2")
        writer.write(b"again\n")
        assert await reader.readexactly(6) == b"AGAIN\n"
        writer.close()
        await writer.wait_closed()
    await server.close()
    assert not (tmp_path / "scanner").is_symlink()


async def test_a_terminal_may_be_closed_twice_as_a_socket_may() -> None:
    server = await listen("pty:", shout)
    _, writer = await dial(server.address)
    writer.close()
    await writer.wait_closed()
    writer.close()
    await server.close()


async def test_a_serial_port_has_one_owner() -> None:
    server = await listen("pty:", shout)
    _, writer = await dial(server.address)
    with pytest.raises(OSError, match="exclusively lock"):
        await dial(server.address)
    writer.close()
    await writer.wait_closed()
    await server.close()


async def test_a_line_that_refuses_its_settings_is_an_os_error(mocker: MockerFixture) -> None:
    with pytest.raises(ValueError, match="parity"):
        await dial("serial:/dev/ttyS0?parity=Q")
    mocker.patch("drivers.streams.serial.Serial", side_effect=termios.error(22, "Invalid argument"))
    with pytest.raises(OSError, match="/dev/ttyS0 refuses"):
        await dial("serial:/dev/ttyS0?parity=E&bits=7")


async def test_many_bytes_reach_a_slow_terminal() -> None:
    got = bytearray()
    full = asyncio.Event()

    async def collect(reader: asyncio.StreamReader, _writer: Writer) -> None:
        while data := await reader.read(1000):
            got.extend(data)
            if len(got) >= 200_000:
                full.set()

    server = await listen("pty:", collect)
    _, writer = await dial(server.address)
    for _ in range(200):
        writer.write(bytes(range(250)) * 4)
        await writer.drain()
    await full.wait()
    assert bytes(got) == bytes(range(250)) * 800
    writer.close()
    await server.close()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "serial:/dev/no-such-port"])
async def test_nobody_there_is_an_os_error(address: str) -> None:
    with pytest.raises(OSError, match=r"No such file|Connect call failed"):
        await dial(address)


@pytest.mark.parametrize("address", ["udp://x:1", "tcp://x", "serial", "tcp://:80", "/dev/ttyS0"])
async def test_a_wrong_address_says_what_is_right(address: str) -> None:
    with pytest.raises(ValueError, match=r"tcp://host:port"):
        await dial(address)
    if not address.startswith("tcp"):
        with pytest.raises(ValueError, match="pty:"):
            await listen(address, shout)


async def test_a_handler_that_fails_does_not_stop_the_server() -> None:
    async def fail(reader: asyncio.StreamReader, _writer: Writer) -> None:
        await reader.readexactly(1)
        raise ConnectionResetError("gone")

    server = await listen("tcp://127.0.0.1:0", fail)
    for _ in range(3):
        reader, writer = await dial(server.address)
        writer.write(b"x")
        assert await reader.read() == b""
        writer.close()
    await server.close()
