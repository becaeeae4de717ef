"""What ends an application at start: configuration that cannot work."""

import click


class ConfigurationError(click.ClickException):
    """Wrong configuration, found at start.

    Reads as one sentence: the place, what was found there, and the remedy. Commands, Flask's among
    them, print it without a traceback and end with 2.
    """

    exit_code = 2

    def __init__(self, fault: str, *, place: str = "", remedy: str) -> None:
        where = f"{place}: " if place else ""
        super().__init__(f"{where}{fault.rstrip('.')}. {remedy}")
        self.fault = fault
        self.place = place
        self.remedy = remedy
