"""The garbage collector, which has nothing to find while a contract is read and compiled.

It looks through all that is there again and again as more is made, and all of that stays. Of a
contract of 2,000 operations it took two thirds of the time to start.
"""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def paused() -> Generator[None]:
    """Collect nothing meanwhile; what became garbage is collected afterwards as ever."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def settle() -> None:
    """Never look again at what is there: it lasts as long as the process.

    Without this a collection of everything stops all threads for as long as the contract is large.
    """
    gc.collect()
    gc.freeze()
