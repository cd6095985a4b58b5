"""Run asynchronous tasks concurrently from a synchronous generator."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable
from typing import Any, TypeVar

Input = TypeVar("Input")
Output = TypeVar("Output")


class Background:
    """An event loop in its own thread, which runs for the duration of a `with` block."""

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

    def run(self, work: Coroutine[Any, Any, Output]) -> Output:
        """Run one coroutine and wait for its result."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def each(
        self,
        inputs: Iterable[Input],
        act: Callable[[Input], Awaitable[Output]],
        at_once: int,
        tick: float = 1.0,
    ) -> Generator[Output | None, None, None]:
        """Yield the result of `act` for each input in order of completion.

        Args:
            inputs: Consumed lazily as tasks finish; may be of any length.
            act: Asynchronous function of one input.
            at_once: Largest number of concurrent tasks.
            tick: Seconds without a result after which None is yielded.
        """

        async def one(value: Input) -> Output:
            return await act(value)

        left = iter(inputs)
        pending: set[concurrent.futures.Future[Output]] = set()
        more = True
        try:
            while more or pending:
                while more and len(pending) < at_once:
                    try:
                        value = next(left)
                    except StopIteration:
                        more = False
                        break
                    pending.add(asyncio.run_coroutine_threadsafe(one(value), self._loop))
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
