"""A process may be killed at any moment: nothing that was answered is lost, nothing is there twice."""

import asyncio
import contextlib
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from edge.clock import Source
from edge.store.database import Database
from edge.store.store import Store
from edge.store.tables import answers, journal
from edge.store.tx import Reader, Tx
from tests.support.store import HandClock, small_site

ROOT = Path(__file__).parents[3]
ROUNDS = int(os.environ.get("GENBA_KILL_ROUNDS", "4"))


class Hammer:
    """A running writing process."""

    def __init__(self, url: str, *, limit: int = 0) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.edge.store.hammer", url, str(limit)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, keys: list[str]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("".join(f"{key}\n" for key in keys))
        self.process.stdin.flush()

    def answers(self, count: int) -> list[str]:
        """Return the next answers; fewer when the process ended."""
        assert self.process.stdout is not None
        found: list[str] = []
        while len(found) < count and (line := self.process.stdout.readline()).endswith("\n"):
            found.append(line.strip())
        return found

    def kill(self) -> list[str]:
        """Kill it as a power button does and return the answers it still gave."""
        self.process.kill()
        rest = self.answers(1_000_000)
        self.process.wait()
        self._close()
        return rest

    def end(self) -> None:
        """Let it finish."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(60) == 0
        self._close()

    def _close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.stdout.close()


def contents(reader: Reader) -> tuple[set[str], list[int], list[str]]:
    keys = {row.key for row in reader.rows(select(answers.c.key))}
    rows = reader.rows(select(journal.c.seq, journal.c.subject).order_by(journal.c.seq))
    return keys, [row.seq for row in rows], [row.subject.removeprefix("key/") for row in rows]


async def look(url: str) -> tuple[set[str], list[int], list[str]]:
    store = Store.open(Database(url), small_site(), Source(now=HandClock(), dice=Random(1)), inline=True)
    found = await store.read(contents)
    store.close()
    return found


async def test_P36a_kill_9_loses_no_answer_and_doubles_none(url: str) -> None:
    dice = Random(36)
    acknowledged: set[str] = set()
    unsure: list[str] = []
    for number in range(ROUNDS):
        hammer = Hammer(url)
        keys = unsure + [f"{number}-{n}" for n in range(dice.randint(150, 600))]
        hammer.send(keys)
        acknowledged.update(hammer.answers(dice.randint(0, len(keys) - 80)))
        acknowledged.update(hammer.kill())
        unsure = [key for key in keys if key not in acknowledged]
        there, seqs, told = await look(url)
        assert acknowledged <= there
        assert seqs == list(range(1, len(seqs) + 1))
        assert len(told) == len(set(told))
        assert set(told) == there


async def test_disk_limit_fails_the_decision_whole_and_work_goes_on_after(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'genba.db'}"
    await look(url)
    hammer = Hammer(url, limit=1_000_000)
    first = [f"a{n}" for n in range(3000)]
    hammer.send(first[:1])
    assert hammer.answers(1) == first[:1]
    hammer.send(first[1:])
    said = hammer.answers(len(first) - 1)
    refused = {line.removeprefix("!") for line in said if line.startswith("!")}
    assert refused
    hammer.process.send_signal(10)  # SIGUSR1: somebody frees space
    again = sorted(refused)
    while again:
        hammer.send(again)
        again = [line.removeprefix("!") for line in hammer.answers(len(again)) if line.startswith("!")]
    hammer.end()
    there, seqs, told = await look(url)
    assert there == set(first)
    assert seqs == list(range(1, len(first) + 1))
    assert sorted(told) == sorted(first)


@pytest.mark.parametrize("point", ["before commit", "after commit"])
async def test_crash_at_a_commit_keeps_all_or_nothing_and_answers_nobody(url: str, point: str) -> None:
    crashing = False

    def crash(where: str) -> bool:
        return crashing and where == point

    def decide(tx: Tx, subject: str) -> None:
        tx.journal("test.noted", subject)

    source = Source(now=HandClock(), dice=Random(1))
    store = Store.open(Database(url), small_site(), source, inline=True, crash=crash)
    seen: list[int] = []
    store.watch(lambda entries: seen.extend(entry.seq for entry in entries))
    await store.run(decide, "first")
    crashing = True
    pending = [store.run(decide, "second"), store.run(decide, "third")]
    await _turns(5)
    late = store.run(decide, "late")
    await _turns(5)
    assert not any(future.done() for future in [*pending, late])
    store.database.close()
    _, seqs, subjects = await look(url)
    kept = ["first"] if point == "before commit" else ["first", "second", "third"]
    assert (subjects, seqs) == (kept, list(range(1, len(kept) + 1)))
    assert seen == [1]


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)
