"""The log: events with fields on standard error."""

import sys
import traceback
from typing import Any

import structlog


class _Voice:
    """Whether this process writes a log."""

    is_silent = False


def silence() -> None:
    """Write no log from now on, also where an application configures one."""
    _Voice.is_silent = True
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[_drop])


def _drop(_logger: Any, _name: str, _event: Any) -> Any:
    raise structlog.DropEvent


def configure() -> None:
    """Write lines of JSON, or of words and colours where a person looks on.

    Fields stand in the order in which they are given.
    """
    if _Voice.is_silent:
        return
    is_watched = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(sort_keys=False)
            if is_watched
            else structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def told(error: BaseException) -> str:
    """A traceback without the messages, which may hold what was sent: the log keeps no bodies."""
    parts: list[str] = []
    each: BaseException | None = error
    while each is not None and len(parts) < 8:
        kind = type(each)
        frames = "".join(traceback.format_tb(each.__traceback__))
        parts.append(f"{frames}{kind.__module__}.{kind.__qualname__}")
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\nin answer to\n".join(parts)
