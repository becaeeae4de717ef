"""Runtime expressions (OpenAPI 3.1, section 4.8.20.4): what a link takes from an exchange."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tenor.proof.asking import Reply, Request
from tenor.proof.drafts import Draft
from tenor.proof.kinds import as_list, as_object
from tenor.schemas import MISSING


def evaluated(expression: Any, request: Request, draft: Draft, reply: Reply) -> Any:
    """The value of an expression, or of a literal; None where nothing is there."""
    if not isinstance(expression, str):
        return expression
    if expression.startswith("$"):
        return _value(expression, request, draft, reply)
    return re.sub(
        r"\{(\$[^{}]+)\}", lambda found: str(_value(found[1], request, draft, reply)), expression
    )


def _value(expression: str, request: Request, draft: Draft, reply: Reply) -> Any:
    source, _, rest = expression.partition(".")
    kind, _, name = re.sub("^body#", "body.", rest).partition(".")
    if expression in ("$url", "$method", "$statusCode"):
        found = {"$url": request.target, "$method": request.method, "$statusCode": reply.status}
        return found[expression]
    if source == "$response":
        return reply.header(name) if kind == "header" else _at(reply.json(), name)
    if kind == "header":
        return request.header(name)
    if kind == "path":
        return draft.path.get(name)
    if kind == "query":
        return dict(draft.query).get(name)
    return None if draft.value is MISSING else _at(draft.value, name)


def _at(value: Any, pointer: str) -> Any:
    """What is at a JSON pointer (RFC 6901)."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        value = _member(value, key)
    return value


def _member(value: Any, key: str) -> Any:
    members: Mapping[str, Any] | None = as_object(value)
    items: Sequence[Any] | None = as_list(value)
    if members is not None:
        return members.get(key)
    if items is not None and key.isdecimal() and int(key) < len(items):
        return items[int(key)]
    return None
