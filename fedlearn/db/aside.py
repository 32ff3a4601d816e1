"""This is where work that would keep the event loop too long is done by threads of our own.

The threads that everybody shares may all be busy with names that do not resolve.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class Aside:
    """A few threads, each for one thing at a time."""

    def __init__(self, threads: int, name: str = "database") -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Have something done in a thread.

        Whoever is cancelled meanwhile waits for its end all the same, so that what it works on is
        never used twice at once.
        """
        running = asyncio.get_running_loop().run_in_executor(self._threads, work)
        cancelled: asyncio.CancelledError | None = None
        while not running.done():
            try:
                await asyncio.wait({running})
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            running.exception()  # nobody is left who would hear of it
            raise cancelled
        return running.result()

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown()
