"""Tells systemd how the service is: ready, stopping, alive (sd_notify(3)).

Life is the writer's progress: the watchdog is fed only after a decision went through the whole store (P56).
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping

import structlog

log = structlog.get_logger(__name__)

PARTS_OF_LIMIT = 3
"""Signs of life within one watchdog time, so that one slow commit is not taken for death."""


class Notifier:
    """Speaks to the socket that systemd named; without one it does nothing."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        mine = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_seconds = int(environment.get("WATCHDOG_USEC", "0")) / 1_000_000 if mine else 0.0

    def ready(self, status: str) -> None:
        """Say that the service is up."""
        self._send(f"READY=1\nSTATUS={status}")

    def stopping(self) -> None:
        """Say that the service is on its way down."""
        self._send("STOPPING=1")

    async def watch(self, alive: Callable[[], Awaitable[object]]) -> None:
        """Feed the watchdog for ever, each time after `alive` came back; no watchdog, no work."""
        if not self.watchdog_seconds or not self._address:
            return
        while True:
            await alive()
            self._send("WATCHDOG=1")
            await asyncio.sleep(self.watchdog_seconds / PARTS_OF_LIMIT)

    def _send(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
                line.settimeout(0)  # a systemd that is busy must not hold up the floor
                line.sendto(text.encode(), self._address)
        except OSError as error:
            log.warning("notify.failed", address=self._address, error=str(error))
