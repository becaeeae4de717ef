"""The log: events with fields on standard error."""

import sys
import traceback

import structlog


def configure() -> None:
    """Write lines of JSON, or of words and colours where a person looks on.

    Fields stand in the order in which they are given.
    """
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
