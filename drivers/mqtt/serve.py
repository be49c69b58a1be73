"""A broker without set-up: a private mosquitto when one is installed, else iotcore, on 127.0.0.1 only (P10, P14, P18).

With users it asks for passwords; mosquitto then also lets each device touch its own topics only. iotcore knows no such
rules and is for trying things out. Nobody may rely on its memory: the database is the truth (P01, P11).
"""

import asyncio
import base64
import getpass
import hashlib
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

HOST = "127.0.0.1"
EXTRA_PATH = "/usr/sbin:/usr/local/sbin"
"""Where Debian keeps mosquitto, not on the PATH of plain users."""
LARGEST = 1_000_000
"""Bytes of a message at most: orders and states of long routes pass the 20 KB that iotcore allows (P18)."""
START_WITHIN = 10.0
STOP_WITHIN = 3.0
POLL = 0.02
TRIES = 3
"""Another process can take the free port before the broker does."""
ROUNDS = 101
"""PBKDF2 rounds, the figure mosquitto itself uses."""

MOSQUITTO = """listener {port} {host}
user {account}
persistence false
max_inflight_messages 1000
max_queued_messages 1000000
max_queued_bytes 100000000
max_packet_size {largest}
set_tcp_nodelay true
"""
MOSQUITTO_OPEN = "allow_anonymous true\n"
MOSQUITTO_USERS = """allow_anonymous false
password_file {folder}/passwords
acl_file {folder}/acl
"""
ACL = """user {edge}
topic readwrite #

pattern readwrite {interface}/v2/+/%u/#
pattern readwrite {interface}/v3/+/%u/#
pattern readwrite readers/%u/#
"""
IOTCORE = """id = 0

[router]
id = 0
max_connections = 10010
max_outgoing_packet_count = 1000
max_segment_size = 104857600
max_segment_count = 10

[v4.1]
name = "v4"
listen = "{host}:{port}"
next_connection_delay_ms = 1

[v4.1.connections]
connection_timeout_ms = 60000
max_payload_size = {largest}
max_inflight_count = 1000
dynamic_filters = true
"""
IOTCORE_CODE = "from iotcore._serve import main; main()"
"""Its entry for child processes: unlike its command it ends when we do, as our end of its stdin closes."""


class BrokerServer:
    """A running broker; `address` is what a client needs."""

    def __init__(self, program: str, port: int, process: asyncio.subprocess.Process) -> None:
        self.program = program
        self.port = port
        self._process = process

    @property
    def address(self) -> str:
        """Where it listens, as in the site file."""
        return f"mqtt://{HOST}:{self.port}"

    @property
    def running(self) -> bool:
        """The process lives."""
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    async def ended(self) -> None:
        """Wait until it ends, whoever ends it."""
        await self._process.wait()

    async def stop(self) -> None:
        """End it in good order; again is no harm."""
        if not self.running:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_WITHIN):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it at once, as a loss of power would."""
        if self.running:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def serve(
    folder: Path,
    *,
    port: int | None = None,
    users: Mapping[str, str] | None = None,
    edge_user: str = "edge",
    interface: str = "uagv",
    program: str | None = None,
    salt: Callable[[int], bytes] = os.urandom,
) -> AsyncIterator[BrokerServer]:
    """Run a broker while the context lasts; `folder` takes its configuration.

    `users` maps names to passwords, one per device (its serial number) and `edge_user`; without it everybody on this
    machine may connect. `program` is "mosquitto" or "iotcore" to insist on one. Raises RuntimeError when none starts.
    """
    server = await _start(_Setup(folder, users, edge_user, interface, salt), port, program)
    log.info("broker.up", program=server.program, address=server.address)
    try:
        yield server
    finally:
        await server.stop()


@dataclass(frozen=True, slots=True)
class _Setup:
    """Who may do what, and where that is written."""

    folder: Path
    users: Mapping[str, str] | None
    edge_user: str
    interface: str
    salt: Callable[[int], bytes]

    def mosquitto(self, port: int) -> Path:
        """Write mosquitto's configuration."""
        text = MOSQUITTO.format(port=port, host=HOST, account=getpass.getuser(), largest=LARGEST)
        if self.users is None:
            text += MOSQUITTO_OPEN
        else:
            text += MOSQUITTO_USERS.format(folder=self.folder)
            lines = [f"{name}:{_hashed(password, self.salt(12))}\n" for name, password in self.users.items()]
            self._write("passwords", "".join(lines))
            self._write("acl", ACL.format(edge=self.edge_user, interface=self.interface))
        return self._write("mosquitto.conf", text)

    def iotcore(self, port: int) -> Path:
        """Write iotcore's configuration."""
        text = IOTCORE.format(host=HOST, port=port, largest=LARGEST)
        if self.users is not None:
            pairs = [f"{_quoted(name)} = {_quoted(password)}\n" for name, password in self.users.items()]
            text += "\n[v4.1.connections.auth]\n" + "".join(pairs)
        return self._write("iotcore.toml", text)

    def _write(self, name: str, text: str) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(text)
        return path


async def _start(setup: _Setup, port: int | None, program: str | None) -> BrokerServer:
    mosquitto = _find_mosquitto()
    if program == "mosquitto" and mosquitto is None:
        raise RuntimeError("mosquitto is not installed; install it or leave the choice to us")
    for _ in range(TRIES):
        chosen = _claim(port)
        if mosquitto is not None and program != "iotcore":
            command = [mosquitto, "-c", str(setup.mosquitto(chosen))]
            name = "mosquitto"
        else:
            options = json.dumps({"config_path": str(setup.iotcore(chosen))})
            command = [sys.executable, "-c", IOTCORE_CODE, options]
            name = "iotcore"
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        server = BrokerServer(name, chosen, process)
        if await _answers(server):
            return server
        await server.kill()
        if port is not None:
            break
    raise RuntimeError(f"the broker {name} did not start on {HOST}:{chosen}; is the port taken?")


async def _answers(server: BrokerServer) -> bool:
    """Wait until the broker accepts connections; false when it ended or takes too long."""
    try:
        async with asyncio.timeout(START_WITHIN):
            while server.running:
                try:
                    _, writer = await asyncio.open_connection(HOST, server.port)
                except OSError:
                    await asyncio.sleep(POLL)
                    continue
                writer.close()
                await writer.wait_closed()
                return server.running
    except TimeoutError:
        return False
    return False


def _hashed(password: str, salt: bytes) -> str:
    """Return a password as mosquitto stores it ($7$ is PBKDF2 with SHA-512)."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _find_mosquitto() -> str | None:
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=EXTRA_PATH)


def _claim(port: int | None) -> int:
    """Return the wanted port or a free one; RuntimeError when somebody else has it (P69m)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port or 0))
        except OSError as exc:
            raise RuntimeError(f"{HOST}:{port} cannot be used, is the port taken? {exc}") from exc
        free: int = probe.getsockname()[1]
        return free
