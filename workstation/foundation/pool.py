"""Bounded parallel work below Qt: one pool class, results in the order of completion, one cancel token."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

from workstation.foundation.cancel import CancelToken

Item = TypeVar("Item")
Result = TypeVar("Result")


class Pool(Generic[Item, Result]):
    """Runs one function over many items in at most ``workers`` threads.

    Never holds more than ``2 * workers`` items in flight, so an endless iterable is fine.
    """

    def __init__(self, work: Callable[[Item], Result], *, workers: int | None = None, name: str = "pool") -> None:
        self._work = work
        self._workers = workers or max(2, os.cpu_count() or 2)
        self._name = name

    def run(self, items: Iterable[Item], cancel: CancelToken) -> Iterator[tuple[Item, Result]]:
        """Yield ``(item, result)`` as they finish; stop handing out items once ``cancel`` is set.

        An exception of the work is raised here, after which nothing new is started.
        Raises `Cancelled` when the token was set before all items were done.
        """
        waiting = iter(items)
        running: dict[Future[Result], Item] = {}
        executor = ThreadPoolExecutor(self._workers, thread_name_prefix=self._name)
        try:
            exhausted = False
            while True:
                while not exhausted and len(running) < 2 * self._workers:
                    cancel.raise_if_cancelled()
                    try:
                        item = next(waiting)
                    except StopIteration:
                        exhausted = True
                        break
                    running[executor.submit(self._work, item)] = item
                if not running:
                    return
                done, _ = wait(running, timeout=0.1, return_when=FIRST_COMPLETED)
                cancel.raise_if_cancelled()
                for future in done:
                    yield running.pop(future), future.result()
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
