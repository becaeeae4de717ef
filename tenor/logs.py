"""The log: events with fields on standard error."""

import sys

import structlog


def configure() -> None:
    """Write lines of JSON, or of words and colours where a person looks on.

    Fields stand in the order in which they are given, and tracebacks as Python writes them, without
    the values of variables.
    """
    renderers = (
        [
            structlog.dev.ConsoleRenderer(
                sort_keys=False, exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *renderers,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
