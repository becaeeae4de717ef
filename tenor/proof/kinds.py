"""The kinds of JSON values, for those who take them apart."""

from typing import Any, cast


def as_object(value: Any) -> dict[str, Any] | None:
    """The value if it is an object."""
    return cast(dict[str, Any], value) if isinstance(value, dict) else None


def as_list(value: Any) -> list[Any] | None:
    """The value if it is an array."""
    return cast(list[Any], value) if isinstance(value, (list, tuple)) else None
