"""This is where it is said how long hypothesis searches for an input that breaks something.

In the suite the same few inputs are tried at every run, so that it is quick and nobody is surprised.
With `HOSTILE_EXAMPLES=2000` each search tries so many, other ones at every run.
"""

import gc
import os
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "0"))
# The server of a test stays the same for all its examples, as that of an operator does.
NO_MATTER = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


def search(quick: int) -> Callable[[Any], Any]:
    """Search for so many examples, or for as many as whoever runs the tests wishes."""
    return settings(
        max_examples=EXAMPLES or quick,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=NO_MATTER,
    )


def seconds(work: Callable[[], object]) -> float:
    """How long the processor is at this, at its best of three: who else is at work is no matter."""
    best = float("inf")
    gc.disable()
    try:
        for _ in range(3):
            started = time.thread_time()
            work()
            best = min(best, time.thread_time() - started)
    finally:
        gc.enable()
    return best


def grows_no_faster_than_its_input(work: Callable[[int], object], size: int) -> bool:
    """Whether eight times the input takes about eight times as long.

    What grows by the square would take 64 times as long; half of that is let pass, and so is
    whatever is done in no time at all.
    """
    small, large = seconds(lambda: work(size)), seconds(lambda: work(8 * size))
    return large < 0.02 or large < 32 * max(small, 0.0002)
