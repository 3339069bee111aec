"""Waiting for what other processes do."""

import time
from collections.abc import Callable
from typing import TypeVar

LOOK_EVERY = 0.05  # seconds

T = TypeVar("T")


def until(true: Callable[[], T], within: float, what: Callable[[], str]) -> T:
    """The first truth that *true* gives; after *within* seconds an error that says *what* was waited for."""
    deadline = time.monotonic() + within
    while not (found := true()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what()}")
        time.sleep(LOOK_EVERY)
    return found
