"""Many runs, in this process or in several, with the same figures either way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from multiprocessing.synchronize import Event
from pathlib import Path
from threading import Thread
from types import TracebackType

from simulator.errors import SimulatorError
from simulator.experiment.measures import Figures, figures_of
from simulator.experiment.run import Run
from simulator.scenario.model.scenario import Scenario

SLICE = 0.2
"""Seconds of wall time after which a worker looks whether it is still wanted."""


@dataclass(frozen=True, slots=True)
class Task:
    """One run that is to be played: plain values that may go to another process."""

    scenario: Scenario
    folder: Path | None
    seed: int
    replication: int


class Stopped(Exception):
    """A worker was told to leave its run unfinished; the one who told it waits for no answer."""


class Players:
    """Plays runs on `jobs` processes; 1 means this one.

    Other processes start afresh and live as long as the `with` block. They get scenarios and give
    back figures. They never see Ctrl-C: whoever leaves the block, by an exception too, ends them,
    and they end by themselves if this process is killed.
    """

    def __init__(self, jobs: int) -> None:
        self.pool: ProcessPoolExecutor | None = None
        self.stop: Event | None = None
        if jobs > 1:
            context = get_context("spawn")
            self.stop = context.Event()
            self.pool = ProcessPoolExecutor(
                jobs, mp_context=context, initializer=_begin, initargs=(self.stop,)
            )

    def __enter__(self) -> Players:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.pool is not None and self.stop is not None:
            self.stop.set()
            self.pool.shutdown(cancel_futures=True)

    def play(self, tasks: Sequence[Task], played: Callable[[], None]) -> list[Figures]:
        """The figures of each task, in the order of the tasks; `played` is called after each.

        Raises:
            SimulatorError: if a scenario cannot be built, or a process was killed.
        """
        if self.pool is None:
            figures = []
            for task in tasks:
                figures.append(play(task))
                played()
            return figures
        try:
            with _interrupts_held_back():
                futures: list[Future[Figures]] = [
                    self.pool.submit(_play_in_worker, task) for task in tasks
                ]
            for future in as_completed(futures):
                future.result()
                played()
            return [future.result() for future in futures]
        except BrokenProcessPool:
            message = "a process ended unexpectedly, perhaps for want of memory; try fewer `--jobs`"
            raise SimulatorError(message) from None


def play(task: Task, unwanted: Callable[[], bool] = lambda: False) -> Figures:
    """The figures of one run.

    Raises:
        Stopped: once `unwanted` says so.
    """
    run = Run(task.scenario, seed=task.seed, replication=task.replication, folder=task.folder)
    while not run.advance(SLICE):
        if unwanted():
            raise Stopped
    return figures_of(run.result())


_worker: list[Event] = []
"""In a worker, the event that tells it to stop: events can only be inherited, not sent later."""


def _begin(stop: Event) -> None:
    """What a worker does first."""
    _worker.append(stop)
    parent = parent_process()
    if parent is not None:
        Thread(target=_leave_with, args=(parent.sentinel,), daemon=True).start()


def _leave_with(sentinel: int) -> None:
    """End this process when its parent has: a pool whose owner was killed would wait for ever."""
    connection.wait([sentinel])
    os._exit(1)


def _play_in_worker(task: Task) -> Figures:
    stop = _worker[0]
    if stop.is_set():
        raise Stopped
    try:
        return play(task, stop.is_set)
    except SimulatorError as error:
        # The text is all that is needed of it, and what surely survives the way back.
        raise SimulatorError(str(error)) from None


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Processes that start in here never see Ctrl-C; this one sees it at the end of the block.

    A terminal sends Ctrl-C to all processes, and one that is still loading would print a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
