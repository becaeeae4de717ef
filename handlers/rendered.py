"""What was rendered before, so that a page is rendered once for each of its states.

It is known by its tag. Equal tags mean equal bytes (`handlers.representations`), so that nothing
here is ever stale: what has changed is asked for by another tag, and the old one is forgotten when
its place is needed.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

MOST = 16_000_000
"""How many characters are kept at most."""


class Rendered:
    """Texts by their tags, of which those go first that were not asked for the longest time.

    Whoever asks for one that is being rendered waits for it: a long page that many ask for at once
    is still rendered once. Shared by threads.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._size = 0
        self._kept: OrderedDict[str, str] = OrderedDict()
        self._coming: dict[str, Future[str]] = {}

    def get(self, tag: str, render: Callable[[], str]) -> str:
        """The text of a tag, rendered unless it is kept."""
        with self._lock:
            kept = self._kept.get(tag)
            if kept is not None:
                self._kept.move_to_end(tag)
                return kept
            mine = Future[str]()
            coming = self._coming.setdefault(tag, mine)
        return self._made(tag, mine, render) if coming is mine else coming.result()

    def _made(self, tag: str, mine: Future[str], render: Callable[[], str]) -> str:
        try:
            text = render()
        except BaseException as error:
            mine.set_exception(error)
            raise
        else:
            self._keep(tag, text)
            mine.set_result(text)
            return text
        finally:
            with self._lock:
                del self._coming[tag]

    def _keep(self, tag: str, text: str) -> None:
        if len(text) > self._most:
            return
        with self._lock:
            self._kept[tag] = text
            self._size += len(text)
            while self._size > self._most:
                _, oldest = self._kept.popitem(last=False)
                self._size -= len(oldest)
