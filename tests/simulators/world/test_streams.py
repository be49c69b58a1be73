"""In-memory streams behave as TCP does: in order, in any pieces, and they break."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from drivers.ports import Dial, Listen, Writer
from simulators.world.loop import run
from simulators.world.streams import Line, Network

START = datetime(2026, 4, 1, tzinfo=UTC)
GATE = "tcp://gate:5084"


async def echo(reader: asyncio.StreamReader, writer: Writer) -> None:
    while data := await reader.read(1000):
        writer.write(data)
        await writer.drain()


def network(seed: int = 1, line: Line | None = None) -> Network:
    return Network(random.Random(seed), line)


def test_it_fills_the_ports_of_the_drivers() -> None:
    async def main() -> bytes:
        net = network()
        dial: Dial = net.dial
        listen: Listen = net.listen
        server = await listen("tcp://127.0.0.1:0", echo)
        reader, writer = await dial(server.address)
        writer.write(b"T-0001")
        return await reader.readexactly(6)

    assert run(main(), seed=1, start=START) == b"T-0001"


@pytest.mark.parametrize("seed", range(20))
def test_bytes_arrive_complete_and_in_order_in_any_pieces(seed: int) -> None:
    async def main() -> None:
        net = network(seed, Line(latency=(0, 0.5), chunked=0.7))
        await net.listen(GATE, echo)
        reader, writer = await net.dial(GATE)
        sent = [bytes([n]) * (n + 1) for n in range(100)]
        for piece in sent:
            writer.write(piece)
        assert await reader.readexactly(sum(map(len, sent))) == b"".join(sent)

    run(main(), seed=seed, start=START)


def test_a_write_is_cut_into_pieces() -> None:
    async def main() -> bytes:
        net = network(line=Line(chunked=0.9))
        await net.listen(GATE, echo)
        reader, writer = await net.dial(GATE)
        writer.write(b"x" * 100)
        return await reader.read(1000)

    assert 0 < len(run(main(), seed=1, start=START)) < 100


def test_closing_one_end_ends_the_other() -> None:
    async def main() -> tuple[bytes, bool]:
        net = network()
        ended = asyncio.Event()

        async def once(reader: asyncio.StreamReader, writer: Writer) -> None:
            writer.write(await reader.read())
            ended.set()

        await net.listen(GATE, once)
        reader, writer = await net.dial(GATE)
        writer.write(b"bye")
        writer.close()
        await ended.wait()
        with pytest.raises(ConnectionResetError):
            await writer.drain()
        return await reader.read(), writer.is_closing()

    assert run(main(), seed=1, start=START) == (b"", True)


def test_nobody_listens_is_refused_and_ports_are_given() -> None:
    async def main() -> None:
        net = network()
        with pytest.raises(ConnectionRefusedError):
            await net.dial(GATE)
        first = await net.listen("tcp://127.0.0.1:0", echo)
        second = await net.listen("tcp://127.0.0.1:0", echo)
        assert first.address != second.address
        with pytest.raises(OSError, match="taken"):
            await net.listen(first.address, echo)
        await first.close()
        with pytest.raises(ConnectionRefusedError):
            await net.dial(first.address)

    run(main(), seed=1, start=START)


def test_cut_resets_both_ends_and_dialling_again_works() -> None:
    async def main() -> None:
        net = network()
        errors: list[BaseException] = []
        lost = asyncio.Event()

        async def handler(reader: asyncio.StreamReader, _writer: Writer) -> None:
            try:
                await reader.read(10)
            except ConnectionResetError as exc:
                errors.append(exc)
                lost.set()
                raise

        await net.listen(GATE, handler)
        reader, writer = await net.dial(GATE)
        asyncio.get_running_loop().call_later(1, net.cut, GATE)
        with pytest.raises(ConnectionResetError):
            await reader.read(10)
        with pytest.raises(ConnectionResetError):
            await writer.drain()
        await lost.wait()
        assert len(errors) == 1
        await net.dial(GATE)

    run(main(), seed=1, start=START)


def test_a_switched_off_device_refuses_until_it_is_on() -> None:
    async def main() -> None:
        net = network()
        await net.listen(GATE, echo)
        reader, _ = await net.dial(GATE)
        net.refuse(GATE, on=True)
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        with pytest.raises(ConnectionRefusedError):
            await net.dial(GATE)
        net.refuse(GATE, on=False)
        await net.dial(GATE)

    run(main(), seed=1, start=START)


def test_a_silent_peer_takes_bytes_and_answers_nothing() -> None:
    async def main() -> None:
        net = network()
        await net.listen(GATE, echo)
        reader, writer = await net.dial(GATE)
        net.silence(GATE, on=True)
        writer.write(b"?")
        await writer.drain()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await reader.read(1)
        net.silence(GATE, on=False)
        writer.write(b"!")
        assert await reader.read(1) == b"!"

    run(main(), seed=1, start=START)


def test_same_seed_same_times() -> None:
    async def main() -> float:
        net = network(5)
        await net.listen(GATE, echo)
        reader, writer = await net.dial(GATE)
        for _ in range(50):
            writer.write(b"ping")
            await reader.readexactly(4)
        return asyncio.get_running_loop().time()

    assert run(main(), seed=5, start=START) == run(main(), seed=5, start=START)
