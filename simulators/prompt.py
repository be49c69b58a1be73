"""Lines typed by the person who plays with a simulator: one command a line, until the end of the input."""

import asyncio
import os
import stat
import sys
from collections.abc import Awaitable, Callable


async def obey(handle: Callable[[str], Awaitable[str]], prompt: str) -> None:
    """Read lines, answer each with what `handle` returns (a ValueError's words too); without input wait for ever."""
    print(prompt, flush=True)  # noqa: T201 - talks to a person at a terminal
    reader = asyncio.StreamReader()
    if _somebody_types():
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    else:
        reader.feed_eof()
    while line := await reader.readline():
        text = line.decode().strip()
        if not text:
            continue
        try:
            answer = await handle(text)
        except (ValueError, KeyError) as exc:
            answer = f"not understood: {exc}"
        print(answer, flush=True)  # noqa: T201 - talks to a person at a terminal
    await asyncio.Event().wait()


def _somebody_types() -> bool:
    """Tell whether the input is a terminal or a pipe, and not a file or /dev/null, which cannot be waited for."""
    return sys.stdin.isatty() or stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode)
