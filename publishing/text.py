"""Text that every database can keep."""

from publishing.facts import Unfit


def storable(field: str, text: str) -> str:
    """The text itself.

    Raises `Unfit` for NUL, which SQLite keeps and PostgreSQL refuses, and for lone surrogates,
    which have no UTF-8 form.
    """
    if "\0" in text:
        raise Unfit(field, "contains NUL")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Unfit(field, "contains half of a surrogate pair") from error
    return text
