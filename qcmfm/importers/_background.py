"""Many slow things at once, seen from a generator that does one after the other."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable
from typing import Any, TypeVar

Thing = TypeVar("Thing")
Made = TypeVar("Made")


class Background:
    """An event loop in a thread of its own, for as long as a `with` block lasts."""

    def __enter__(self) -> "Background":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Made]) -> Made:
        """Do one thing and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def each(
        self,
        things: Iterable[Thing],
        act: Callable[[Thing], Awaitable[Made]],
        at_once: int,
        tick: float = 1.0,
    ) -> Generator[Made | None, None, None]:
        """What `act` makes of each thing, as it gets done; never more than `at_once` under way.

        Args:
            things: Taken one by one as there is room, however many there are.
            act: What to do with one.
            at_once: How many at the same time.
            tick: None is yielded when nothing got done for so many seconds.
        """

        async def one(thing: Thing) -> Made:
            return await act(thing)

        left = iter(things)
        pending: set[concurrent.futures.Future[Made]] = set()
        more = True
        try:
            while more or pending:
                while more and len(pending) < at_once:
                    try:
                        thing = next(left)
                    except StopIteration:
                        more = False
                        break
                    pending.add(asyncio.run_coroutine_threadsafe(one(thing), self._loop))
                done, _ = concurrent.futures.wait(pending, tick, concurrent.futures.FIRST_COMPLETED)
                if pending and not done:
                    yield None
                for future in done:
                    pending.remove(future)
                    yield future.result()
        finally:
            for future in pending:
                future.cancel()

    async def _end(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._loop.shutdown_default_executor()
