"""An asyncio event loop in virtual time: nothing waits, the machine's speed does not matter, one seed is one run (P41).

Time is a counter that jumps to the next timer. Callbacks that are ready at the same instant run in an order drawn from
the seed, so that a thousand seeds try a thousand interleavings. Threads, sockets and executors are refused: they would
bring the machine's own timing back.
"""

import _thread
import asyncio
import heapq
import itertools
import random
import selectors
import threading
import traceback
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context, copy_context
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn, TypeVar, TypeVarTuple, Unpack

import structlog

from drivers.ports import Now

log = structlog.get_logger(__name__)

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

SPIN_LIMIT = 1_000_000
"""Passes without any progress of time before the run counts as stuck: no honest instant of a site holds so many."""
SWEEP_FROM = 1_000
"""Cancelled timers are swept out of the heap from this number on, once they are the greater part of it."""
MAX_STACK_TASKS = 30
"""Tasks named in a deadlock report; more would bury the reason."""


class SleepForeverError(RuntimeError):
    """Everybody waits and no timer is set: the run would never end."""


class LivelockError(RuntimeError):
    """Callbacks follow one another without end while the time stands still."""


class ForbiddenError(RuntimeError):
    """Code in the virtual world reached for a thread, an executor or a socket."""


def run(main: Coroutine[Any, Any, T], seed: int, start: datetime, *, shuffle: bool = True) -> T:
    """Run a coroutine in virtual time from `start` (aware) and return its result; raises what it raises."""
    loop = VirtualLoop(seed, start, shuffle=shuffle)
    try:
        asyncio.set_event_loop(loop)
        try:
            return loop.run_until_complete(main)
        finally:
            loop.cancel_everything()
            loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def virtual_loop() -> "VirtualLoop":
    """Return the running virtual loop; RuntimeError outside of one."""
    loop = asyncio.get_running_loop()
    if not isinstance(loop, VirtualLoop):
        raise TypeError("this code runs in the virtual world only: start it with simulators.world.loop.run")
    return loop


def clock() -> Now:
    """Return the wall clock of the running virtual loop, as every part of the site gets it."""
    return virtual_loop().now


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; `passes` counts its rounds, `crashes` lists exceptions that nobody caught, for the judge of a run."""

    def __init__(self, seed: int, start: datetime, *, shuffle: bool = True) -> None:
        self._gate = _NoSockets()
        self._time = 0.0
        self._timers: list[tuple[float, int, _Handle]] = []
        self._timer_number = itertools.count()
        self._cancelled_timers = 0
        super().__init__(self._gate)
        self._gate.closed = True
        self._ready: deque[_Handle]
        self._closed: bool
        self._stopping: bool
        self._draw = random.Random(seed).random
        self._shuffle = shuffle
        self.passes = 0
        self._stuck_at = SPIN_LIMIT
        self._threads = _thread._count()  # noqa: SLF001
        self._start = self._now = start.astimezone(UTC)
        self._now_at = 0.0
        self._jumped = timedelta()
        self._task_number = itertools.count(1)
        self.crashes: list[str] = []
        self.set_task_factory(self._make_task)
        self.set_exception_handler(self._on_crash)

    def now(self) -> datetime:
        """Return the wall clock: start, plus time passed, plus jumps."""
        if self._now_at != self._time:
            self._now_at, self._now = self._time, self._start + timedelta(seconds=self._time)
        return self._now

    def jump_clock(self, by: timedelta) -> None:
        """Move the wall clock; the monotonic time does not notice (fault P40)."""
        self._start += by
        self._now += by
        self._jumped += by

    def unmoved(self) -> datetime:
        """Return the time of a clock that nobody moves."""
        return self.now() - self._jumped

    def cancel_everything(self) -> None:
        """Cancel all tasks that are left, in the order of their creation, and let them clean up."""
        left = sorted((t for t in asyncio.all_tasks(self) if isinstance(t, _Task)), key=hash)
        for task in left:
            task.cancel()
        if left:
            self.run_until_complete(asyncio.gather(*left, return_exceptions=True))

    def time(self) -> float:
        """Return the seconds passed since the start."""
        return self._time

    def call_soon(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Call back at this instant, after what runs now."""
        if self._closed:
            raise RuntimeError("the virtual world has ended")
        handle = _Handle(self._time, callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call back at a virtual time."""
        timer = _Handle(when, callback, args, self, context)
        if when <= self._time:
            self._ready.append(timer)
        else:
            timer._scheduled = True  # noqa: SLF001
            heapq.heappush(self._timers, (when, next(self._timer_number), timer))
        return timer

    def call_later(
        self, delay: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call back after a number of virtual seconds."""
        return self.call_at(self._time + delay, callback, *args, context=context)

    def run_in_executor(self, _executor: object, func: Callable[[Unpack[Ts]], T], *_args: *Ts) -> NoReturn:
        """Refuse: no executors in the virtual world."""
        raise ForbiddenError(f"{func!r} was handed to an executor: the virtual world has no threads, call it directly")

    def _timer_cancelled(self) -> None:
        self._cancelled_timers += 1
        if self._cancelled_timers > SWEEP_FROM and self._cancelled_timers * 2 > len(self._timers):
            self._timers[:] = [entry for entry in self._timers if not entry[2].cancelled()]
            heapq.heapify(self._timers)
            self._cancelled_timers = 0

    def _run_once(self) -> None:
        """Run until stopped, pass by pass: what is due in seeded order, and the next timer when nothing is."""
        ready = self._ready
        while True:
            if not ready and not self._stopping:
                self._advance()
            due = len(ready)
            if due > 1 and self._shuffle:
                self._mix()
            for _ in range(due):
                handle = ready.popleft()
                if not handle._cancelled:  # noqa: SLF001
                    try:
                        handle._context.run(handle._callback, *handle._args)  # noqa: SLF001
                    except (SystemExit, KeyboardInterrupt):
                        raise
                    except BaseException as error:  # noqa: BLE001  whatever a callback raises, the loop runs on
                        about = {"message": f"Exception in callback {handle!r}", "exception": error, "handle": handle}
                        self.call_exception_handler(about)
            self.passes += 1
            if self._stopping:
                return
            if self.passes > self._stuck_at:
                raise LivelockError(f"{SPIN_LIMIT} passes at {self.now()} without time going on.\n{self._pending()}")

    def _mix(self) -> None:
        """Draw the order in which to run what is ready."""
        ready, draw = self._ready, self._draw
        for last in range(len(ready) - 1, 0, -1):
            other = int(draw() * (last + 1))
            ready[last], ready[other] = ready[other], ready[last]

    def _advance(self) -> None:
        """Jump to the next timer and queue all that are set to that moment."""
        if _thread._count() > self._threads:  # noqa: SLF001  without the lock of threading.active_count
            names = ", ".join(thread.name for thread in threading.enumerate()[self._threads + 1 :])
            self._threads = _thread._count()  # noqa: SLF001
            raise ForbiddenError(
                f"a thread was started in the virtual world ({names}): do that work on the loop itself"
            )
        ready, timers = self._ready, self._timers
        while timers and (not ready or timers[0][0] == self._time):
            when, _, timer = heapq.heappop(timers)
            timer._scheduled = False  # noqa: SLF001
            if timer._cancelled:  # noqa: SLF001
                self._cancelled_timers -= 1
            else:
                self._time = when
                ready.append(timer)
        if not ready:
            raise SleepForeverError(f"nothing is scheduled at {self.now()}: all wait for ever.\n{self._pending()}")
        self._stuck_at = self.passes + SPIN_LIMIT

    def _pending(self) -> str:
        tasks = sorted((t for t in asyncio.all_tasks(self) if isinstance(t, _Task)), key=hash)
        lines = [f"  {task.get_name()}: {_where(task)}" for task in tasks[:MAX_STACK_TASKS]]
        if len(tasks) > MAX_STACK_TASKS:
            lines.append(f"  and {len(tasks) - MAX_STACK_TASKS} more")
        return "\n".join([f"{len(tasks)} pending tasks:", *lines])

    def _make_task(
        self, _loop: asyncio.AbstractEventLoop, coro: Generator[Any, None, T] | Coroutine[Any, Any, T], **options: Any
    ) -> "_Task[T]":
        number = next(self._task_number)
        task: _Task[T] = _Task(coro, loop=self, name=f"task-{number}", number=number, **options)
        return task

    def _on_crash(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        trace = "".join(traceback.format_exception(error)) if isinstance(error, BaseException) else repr(error)
        self.crashes.append(f"{self.now().isoformat()} {context['message']}\n{trace}")
        log.error("loop.crash", message=context["message"], error=repr(error))


class _Handle(asyncio.TimerHandle):
    """asyncio's handle, made and cancelled in one step: all that the virtual world does hangs on one."""

    __slots__ = ()
    _callback: Callable[..., object]
    _context: Context
    _loop: VirtualLoop

    def __init__(
        self, when: float, callback: Callable[..., object], args: Any, loop: VirtualLoop, context: Context | None
    ) -> None:
        self._when = when
        self._scheduled = False
        self._callback = callback
        self._args = args
        self._loop = loop
        self._context = copy_context() if context is None else context
        self._cancelled = False
        self._repr = None
        self._source_traceback = None

    def cancel(self) -> None:
        """Forget what was to be called; one that has run or waits in the queue does not count as a timer."""
        if self._cancelled:
            return
        self._cancelled = True
        self._callback, self._args = _nothing, ()
        if self._scheduled:
            self._loop._timer_cancelled()  # noqa: SLF001


class _Task(asyncio.Task[T]):
    """A task whose hash is its number: sets of tasks (task groups keep one) are walked alike in every run."""

    def __init__(self, coro: Any, *, number: int, **options: Any) -> None:
        self._number = number
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self._number


class _NoSockets(selectors.SelectSelector):
    """Refuses every socket but the loop's own wake-up pipe, which is registered before it is closed."""

    closed = False

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        if self.closed:
            raise ForbiddenError("a real socket or pipe in the virtual world: use the in-memory streams")
        return super().register(fileobj, events, data)


def _nothing() -> None:
    """Be what a cancelled handle calls."""


def _where(task: asyncio.Task[Any]) -> str:
    """Name the innermost place where a task waits."""
    coro: Any = task.get_coro()
    place = "not started"
    while coro is not None:
        frame = getattr(coro, "cr_frame", None) or getattr(coro, "gi_frame", None) or getattr(coro, "ag_frame", None)
        if frame is not None:
            place = f"{frame.f_code.co_qualname} ({frame.f_code.co_filename.rsplit('/', 2)[-1]}:{frame.f_lineno})"
        coro = getattr(coro, "cr_await", None) or getattr(coro, "gi_yieldfrom", None)
    return place
