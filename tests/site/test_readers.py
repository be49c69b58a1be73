"""A real edge calls every reader of its site file, those that no gate names too."""

import asyncio
from pathlib import Path

import yaml

from tests.site.test_outputs import ROOT, WITHIN, edge, lay_out
from tests.support.broker import free_port


async def test_I12_a_reader_that_no_gate_names_is_called(tmp_path: Path) -> None:
    called = asyncio.Event()

    async def taken(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.set()
        writer.close()

    server = await asyncio.start_server(taken, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    raw = yaml.safe_load((ROOT / "config" / "putwall.yaml").read_text(encoding="utf-8"))
    raw["broker"]["url"] = f"mqtt://127.0.0.1:{free_port()}"
    raw["devices"].append({"id": "shelf-1", "kind": "rfid", "address": f"tcp://127.0.0.1:{port}"})
    lay_out(tmp_path, raw, f"tcp://127.0.0.1:{free_port()}")
    async with edge(tmp_path), asyncio.timeout(WITHIN):
        await called.wait()
    server.close()
