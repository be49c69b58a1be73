"""Lines typed by the person who plays with a simulator: one command a line, until the end of the input."""

import asyncio
import sys
from collections.abc import Awaitable, Callable


async def obey(handle: Callable[[str], Awaitable[str]], prompt: str) -> None:
    """Read lines, answer each with what `handle` returns (a ValueError's words too); without input wait for ever."""
    print(prompt, flush=True)  # noqa: T201 - talks to a person at a terminal
    reader = asyncio.StreamReader()
    try:
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    except ValueError:
        reader.feed_eof()  # a plain file or /dev/null: nobody types
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
