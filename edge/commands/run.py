"""`genba run`: the edge of one site in the real world. Start is recovery, and a kill needs no repair (P56)."""

import asyncio
import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import structlog
import typer
import uvicorn
from fastapi import FastAPI

from drivers.modbus.wired import Modbus
from drivers.mqtt.aio import connector
from drivers.mqtt.port import Connect
from drivers.streams import dial
from edge.app import NO_KEYS, Edge, FmsKeys
from edge.clock import real_source
from edge.commands.failed import Failed
from edge.commands.garbage import settle
from edge.commands.language import told
from edge.commands.logs import LogForm, set_up_logs
from edge.commands.notify import Notifier
from edge.fleet.assign import solver
from edge.outside import Outside
from edge.secret import Secrets
from edge.site import Site
from edge.sitefile import load_site
from edge.store.database import Database, StoreError
from edge.store.store import Store
from edge.store.tx import Tx
from edge.web.foreign import NO_SOCKETS, SOCKETS
from edge.web.pins import ArgonHasher

log = structlog.get_logger(__name__)

DATABASE_FILE = "genba.db"
CONNECTIONS = 500
"""Handhelds, consoles and streams at the same time; more would mean that somebody plays with the door."""
LAST_ANSWERS = 3
"""Whole seconds that requests under way may take when the edge stops."""
MQTT_PORT, MQTTS_PORT = 1883, 8883


def run(
    site: Annotated[Path, typer.Argument(envvar="GENBA_SITE", help="The site file.")],
    *,
    data: Annotated[Path, typer.Option(envvar="GENBA_DATA", help="Folder of the database.")] = Path("var"),
    secrets: Annotated[
        Path | None, typer.Option(envvar="GENBA_SECRETS", help="File of secrets, `name: value`, mode 0600.")
    ] = None,
    listen: Annotated[str, typer.Option(envvar="GENBA_LISTEN", help="Address and port of the web.")] = "127.0.0.1:8070",
    database: Annotated[
        str | None, typer.Option(envvar="GENBA_DATABASE", help="PostgreSQL address instead of SQLite in the folder.")
    ] = None,
    logs: Annotated[LogForm, typer.Option(envvar="GENBA_LOGS", help="How log lines look.")] = LogForm.AUTO,
) -> None:
    """Run a site until SIGTERM or Ctrl-C."""
    set_up_logs(logs)
    plan, known = load_site(site), Secrets(secrets)
    door = open_door(listen)
    url = database or f"sqlite:///{data / DATABASE_FILE}"
    asyncio.run(_live(plan, known, url, door))


def open_door(listen: str) -> socket.socket:
    """Listen at `host:port`; Failed when that is no address or somebody else has it."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if not host or not port.isdecimal():
        raise Failed(
            told(
                f"--listen {listen}: アドレスではありません。127.0.0.1:8070 のように書いてください。",
                f"--listen {listen}: this is no address. Write for example 127.0.0.1:8070.",
            )
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=CONNECTIONS)
    except (OSError, OverflowError) as error:
        raise Failed(
            told(
                f"--listen {listen}: 待ち受けできません（{error}）。"
                "使っているものを止めるか、別のアドレスにしてください。",
                f"--listen {listen}: cannot listen there ({error}). Stop what uses it or choose another.",
            )
        ) from None


def broker_of(site: Site, secrets: Secrets) -> Connect:
    """Return how to reach the site's broker: mqtt://host:port, or mqtts:// for TLS."""
    address = urlsplit(site.broker.url)
    tls = address.scheme == "mqtts"
    return connector(
        str(address.hostname),
        address.port or (MQTTS_PORT if tls else MQTT_PORT),
        site.broker.user,
        secrets.get(site.broker.secret),
        trusting(site.broker.ca_file) if tls else None,
    )


def trusting(ca_file: str) -> ssl.SSLContext:
    """Return TLS that trusts the authorities in a PEM file only, or those the machine knows; Failed without any."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise Failed(
            told(
                f"ca_file {ca_file}: 証明書がありません（{error}）。"
                "このユーザーが読める PEM ファイルで、サーバーの証明書に署名した認証局のものを指定してください。",
                f"ca_file {ca_file}: it gives no certificate ({error}). Name a PEM file that this user can read, "
                "with the certificate of the authority that signed the server's.",
            )
        ) from None


def fms_keys(site: Site, secrets: Secrets) -> FmsKeys:
    """Return what is needed for the fleet manager; SiteError says which secret is not set."""
    if site.fms is None or not site.managed:
        return NO_KEYS
    return FmsKeys(secrets.get(site.fms.secret), secrets.get(site.fms.callback_secret))


def epcis_token(site: Site, secrets: Secrets) -> str:
    """Return our token at the EPCIS repository, empty where none is told; SiteError says that it is not set."""
    return secrets.get(site.epcis.secret) if site.epcis is not None and site.epcis.url else ""


async def _live(site: Site, secrets: Secrets, url: str, door: socket.socket) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    notifier, source = Notifier(), real_source()
    vouching = site.epcis.ca_file if site.epcis is not None else ""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(verify=trusting(site.wms.ca_file)))
        repository = await stack.enter_async_context(httpx.AsyncClient(verify=trusting(vouching)))
        outside = Outside(
            dial=dial,
            mqtt=broker_of(site, secrets),
            modbus=Modbus(dial).connect,
            http=http,
            repository=repository,
            secret=secrets.get,
            trust=trusting,
        )
        wms_token = secrets.get(site.wms.secret)
        store = Store.open(Database(url), site, source)
        edge = Edge(
            site,
            store=store,
            outside=outside,
            source=source,
            hasher=ArgonHasher(),
            wms_token=wms_token,
            epcis_token=epcis_token(site, secrets),
            fms_keys=fms_keys(site, secrets),
        )
        stack.callback(edge.close)
        settle()
        server = _Web(edge.app, sockets=site.massrobotics is not None)
        parts = {
            "edge": asyncio.create_task(edge.run()),
            "web": asyncio.create_task(server.serve(sockets=[door])),
            "watchdog": asyncio.create_task(notifier.watch(lambda: store.run(_nothing))),
        }
        host, port = door.getsockname()[:2]
        log.info("edge.up", site=site.id, address=f"http://{host}:{port}", database=store.database.name)
        notifier.ready(f"site {site.id}")
        loop.run_in_executor(None, solver)  # else the first assignment would hold up everybody's scans
        failed = await _until(stop, parts)
        notifier.stopping()
        edge.services.close()
        server.should_exit = True
        parts["edge"].cancel()
        parts["watchdog"].cancel()
        await asyncio.wait(list(parts.values()))
        log.info("edge.down", site=site.id)
    if failed is not None:
        raise failed


async def _until(stop: asyncio.Event, parts: dict[str, asyncio.Task[None]]) -> BaseException | None:
    """Wait for a signal to stop, or for a part to fail; return how it failed."""
    stopped = asyncio.create_task(stop.wait(), name="stop")
    waiting: set[asyncio.Task[object]] = {stopped, parts["edge"], parts["web"]}
    if not parts["watchdog"].done():
        waiting.add(parts["watchdog"])
    while not stopped.done():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for name, part in parts.items():
            error = part.exception() if part in done else None
            if error is not None:
                stopped.cancel()
                log.critical("edge.part_failed", part=name, error=repr(error), exc_info=error)
                return _told(error)
    return None


def _told(error: BaseException) -> BaseException:
    """Return an error that says what the database said, if it was that; a crash otherwise."""
    if isinstance(error, BaseExceptionGroup):
        inner = error.subgroup(StoreError)
        if inner is not None:
            return next(_leaves(inner))
    return error


def _leaves(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def _nothing(_tx: Tx) -> None:
    """Decide nothing, but through the whole writer."""


class _Web(uvicorn.Server):
    """The web server, in our loop and stopped by us."""

    def __init__(self, app: FastAPI, *, sockets: bool) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                limit_concurrency=CONNECTIONS,
                timeout_graceful_shutdown=LAST_ANSWERS,
                **(SOCKETS if sockets else NO_SOCKETS),
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the whole edge stops in its own order."""
        yield
