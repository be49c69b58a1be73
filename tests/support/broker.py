"""A private mosquitto for a test: own folder, free port, can be killed and started again on the same port."""

import asyncio
import signal
import socket
from pathlib import Path

from tests.support.need import require
from tests.support.patience import PATIENCE

CONFIG = """listener {port} 127.0.0.1
allow_anonymous true
persistence false
max_inflight_messages 1000
max_queued_messages 1000000
set_tcp_nodelay true
"""
TLS = """certfile {folder}/broker.crt
keyfile {folder}/broker.key
user root
"""
"""The user counts only where root runs the tests: mosquitto would become somebody who may not read the key."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def certify(folder: Path) -> Path:
    """Make `broker.key` and a certificate for 127.0.0.1 that vouches for itself; return the certificate's file."""
    certificate = folder / "broker.crt"
    made = await asyncio.create_subprocess_exec(
        *(require("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
        *("-days", "2", "-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-keyout", str(folder / "broker.key"), "-out", str(certificate)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await made.communicate()
    assert made.returncode == 0, told.decode()
    return certificate


class Mosquitto:
    """One broker process; with `tls` it shows the certificate `broker.crt` of its folder (see `certify`)."""

    def __init__(self, folder: Path, *, tls: bool = False) -> None:
        self.port = free_port()
        self._program = require("mosquitto")
        self._config = folder / "mosquitto.conf"
        self._config.write_text(CONFIG.format(port=self.port) + (TLS.format(folder=folder) if tls else ""))
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and return once it accepts connections."""
        self._process = await asyncio.create_subprocess_exec(
            self._program, "-c", str(self._config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                if self._process.returncode is not None:
                    raise RuntimeError(f"mosquitto ended with {self._process.returncode}") from None
                await asyncio.sleep(0.01)
                continue
            writer.close()
            await writer.wait_closed()
            return

    def shoot(self) -> None:
        """Kill it and do not wait until it is dead."""
        assert self._process is not None
        self._process.kill()

    async def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it at once; one that begins may lose a milder signal, and is killed then."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(how)
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        self._process = None
