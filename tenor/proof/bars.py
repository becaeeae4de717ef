"""Bars: how far a proof is, on standard error while it runs."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn


@contextmanager
def shown() -> Generator[Callable[[str, int, int, str], None]]:
    """Bars on standard error while it runs; a line for each part where nobody looks on."""
    console, is_watched = Console(stderr=True), sys.stderr.isatty()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<8}"),
        BarColumn(bar_width=32),
        MofNCompleteColumn(),
        TextColumn("[dim]{task.fields[at]}", table_column=None),
    )
    with Progress(*columns, console=console, disable=not is_watched) as bars:
        tasks: dict[str, Any] = {}

        def progress(part: str, done: int, total: int, message: str) -> None:
            if part not in tasks:
                tasks[part] = bars.add_task(part, total=total, at="")
                if not is_watched:
                    console.print(f"{part} ...", highlight=False)
            bars.update(tasks[part], completed=done, total=total, at=message[:60])

        yield progress
