"""Preconditions of changes: nobody changes a state that they have not read."""

from collections.abc import Callable
from typing import TypeVar

from tenor.conditions import is_match
from tenor.problems import Problem, of_type

Kept = TypeVar("Kept")


def unchanged(
    if_match: str | None, tags_of: Callable[[Kept], tuple[str, ...]]
) -> Callable[[Kept], None]:
    """A check for the domain: lets pass what is still as the caller has read it, and raises else.

    The tag of any representation is good. The problems are 428 and 412.
    """

    def check(kept: Kept) -> None:
        if if_match is None:
            raise of_type(
                "precondition-required", detail="Send If-Match with the ETag that you have read."
            )
        if not is_match(if_match, tags_of(kept)):
            raise of_type("precondition-failed", detail="This has changed since you read it.")

    return check


def neither() -> Problem:
    """428 for a PUT that says neither what it replaces nor that it creates."""
    return of_type(
        "precondition-required",
        detail="Send If-Match with the ETag that you have read, or If-None-Match: * to create.",
    )


def both() -> Problem:
    """412 for a PUT whose conditions no state can fulfil at once."""
    return of_type(
        "precondition-failed",
        detail="If-Match wants something here and If-None-Match wants nothing: send one of them.",
    )
