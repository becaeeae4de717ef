"""One request under way, and what became of it."""

import itertools
import os
import weakref
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tenor.arguments import Inputs
from tenor.witnesses import Layer

if TYPE_CHECKING:
    from tenor.answers import Answer
    from tenor.limits import Verdict
    from tenor.plan import Plan

Environ = dict[str, Any]

_NOTHING = Inputs.none()
_ROUTER = Layer.ROUTER  # looked up once, as an enumeration takes as long for each as a call


class Exchange:
    """A request and its answer.

    ``around`` gets it: ``operation`` says what is asked, ``method`` how, ``inputs`` holds what was
    sent, and ``answer`` is the judged answer once there is one, None before. ``layer`` is who
    speaks so far, and ``verdict`` what the limiter said, if it was asked.
    """

    __slots__ = (
        "answer",
        "environ",
        "error",
        "inputs",
        "layer",
        "method",
        "path",
        "plan",
        "request_id",
        "values",
        "verdict",
    )

    def __init__(self, environ: Environ, request_id: str) -> None:
        self.environ = environ
        self.method: str = environ["REQUEST_METHOD"]
        self.path: str = environ.get("PATH_INFO", "") or "/"
        self.request_id = request_id
        self.plan: Plan | None = None
        self.values: Mapping[str, str] = {}
        self.inputs = _NOTHING
        self.verdict: Verdict | None = None
        self.layer = _ROUTER
        self.answer: Answer | None = None
        self.error: BaseException | None = None

    @property
    def operation(self) -> str:
        """The operationId, empty where no operation is asked for."""
        return self.plan.operation_id if self.plan is not None else ""

    @property
    def status(self) -> int | None:
        """The judged status of the answer, None while there is none."""
        return self.answer.status if self.answer is not None else None

    @property
    def handler(self) -> str:
        """Where the handler's code begins, empty where no operation is asked for."""
        return self.plan.source if self.plan is not None else ""

    @property
    def reads_only(self) -> bool:
        """Whether the method is safe (RFC 9110, section 9.2.1)."""
        return self.method in ("GET", "HEAD", "OPTIONS", "TRACE")


SAMPLE_IDS = ("0" * 16 + "-1", "f" * 16 + "-" + "f" * 16)
"""The shortest and the longest id that is ever given."""


class RequestIds:
    """Ids that no two requests share: a random prefix for the process, and a count.

    Sixteen hexadecimal digits, a dash, and the count in hexadecimal. ``next`` gives an id that was
    never given.
    """

    __slots__ = ("__weakref__", "next")

    next: Callable[[], str]

    def __init__(self) -> None:
        self._restart()
        restart = weakref.WeakMethod(self._restart)

        def after_in_child() -> None:
            if (forked := restart()) is not None:
                forked()

        os.register_at_fork(after_in_child=after_in_child)  # a server may fork the application

    def _restart(self) -> None:
        form = f"{os.urandom(8).hex()}-%x"
        # All of it is done in C, for less than a method costs, and threads may share it.
        self.next = map(form.__mod__, itertools.count(1)).__next__
