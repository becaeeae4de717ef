"""Drafts: requests that the contract allows, made of its examples, of what is known, or made up.

A draft keeps its parts apart, so that a recipe can turn one of them.
"""

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

from tenor import media_types
from tenor.proof.asking import Lines, Request
from tenor.proof.contract import Contract, Operation, Parameter
from tenor.proof.kinds import as_list, as_object
from tenor.proof.values import Values
from tenor.schemas import MISSING, Compiler

_BOUNDARY = "tenor-proof-boundary"
_MOST = 40
"""How many drafts are made for one operation at most."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A request in its parts. ``path`` and ``query`` hold plain text, ``value`` is the body's."""

    operation: Operation
    path: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Lines = ()
    headers: Lines = ()
    media_type: str = ""
    value: Any = MISSING

    def request(self) -> Request:
        """The request as it is sent."""
        template = self.operation.base + self.operation.path
        for name, text in self.path.items():
            template = template.replace("{" + name + "}", quote(text, safe="", errors="replace"))
        target = f"{template}?{urlencode(self.query, errors='replace')}" if self.query else template
        headers = self.headers
        if self.value is MISSING:
            return Request(self.operation.method, target, headers)
        body, content_type = written_body(self.value, self.media_type)
        lines = (*headers, ("Content-Type", content_type))
        return Request(self.operation.method, target, lines, body)

    def header(self, name: str) -> str | None:
        """The value of a header, None where it is not sent."""
        return next((text for key, text in self.headers if key.lower() == name.lower()), None)

    def having(self, name: str, value: str) -> "Draft":
        """The same with a header of this value."""
        return replace(self, headers=(*self.without(name).headers, (name, value)))

    def without(self, name: str) -> "Draft":
        """The same without a header."""
        kept = tuple(line for line in self.headers if line[0].lower() != name.lower())
        return replace(self, headers=kept)

    def asking(self, name: str, text: str) -> "Draft":
        """The same with a query parameter of this text."""
        kept = tuple(pair for pair in self.query if pair[0] != name)
        return replace(self, query=(*kept, (name, text)))

    def at(self, **values: str) -> "Draft":
        """The same at another address."""
        return replace(self, path={**self.path, **values})

    def saying(self, value: Any, media_type: str | None = None) -> "Draft":
        """The same with another body."""
        return replace(self, value=value, media_type=media_type or self.media_type)


class Drafter:
    """Makes drafts for the operations of one contract."""

    def __init__(self, contract: Contract) -> None:
        self._compiler: Compiler = contract.compiler
        self._contract = contract
        self.values = Values(contract.document)

    def drafts(
        self, operation: Operation, addresses: Sequence[Mapping[str, str]] = ()
    ) -> Iterator[Draft]:
        """Requests that the contract allows, the likeliest to succeed first.

        ``addresses`` are the values of the path's variables that are known to lead somewhere.
        """
        bodies = [*self.bodies(operation)]
        if not bodies or not operation.requires_body:
            bodies.append(("", MISSING))
        known = [*addresses, *self._made_addresses(operation)]
        plain = Draft(
            operation,
            query=self._required(operation, "query"),
            headers=(*self._required(operation, "header"), *self._cookies(operation)),
        )
        pairs = sorted(
            itertools.product(range(len(known)), range(len(bodies))), key=lambda each: sum(each)
        )
        for address, body in pairs[:_MOST]:
            media_type, value = bodies[body]
            yield replace(plain, path=known[address], media_type=media_type, value=value)

    def bodies(self, operation: Operation) -> Iterator[tuple[str, Any]]:
        """Bodies that fit their schema, as (media type, value): examples, then made up ones."""
        for media_type, (node, pointer) in sorted(operation.bodies.items(), key=_difficulty):
            schema = node.get("schema", True)
            validator = self._compiler.request(schema, f"{pointer}/schema")
            found: list[Any] = []
            candidates = (
                *self.values.examples(node, pointer),
                self.values.whole(schema, f"{pointer}/schema"),
                self.values.least(schema, f"{pointer}/schema"),
            )
            for value in candidates:
                if value not in found and _accepts(validator.accepts, value):
                    found.append(value)
            name = _concrete(media_type, candidates[-1])
            yield from ((name, value) for value in found or candidates[-1:])

    def varied(self, draft: Draft, number: int) -> Any:
        """The body's value with its text members made others, as far as the schema lets them."""
        value = as_object(draft.value)
        if value is None or draft.media_type not in draft.operation.bodies:
            return draft.value
        node, pointer = draft.operation.bodies[draft.media_type]
        validator = self._compiler.request(node.get("schema", True), f"{pointer}/schema")
        for name, text in value.items():
            if isinstance(text, str):
                ends = (f"-{number}", str(number))
                short = text[: -len(str(number))]
                forms = (*(f"{text}{end}" for end in ends), f"{short}{number}")
                changed = ({**value, name: form} for form in forms)
                value = next((c for c in changed if _accepts(validator.accepts, c)), value)
        return value

    def value(self, parameter: Parameter) -> Any:
        """A value of a parameter: its example, or one that is made up."""
        schema, pointer = parameter.schema
        validator = self._compiler.request(schema, pointer)
        candidates = (
            *self.values.examples(parameter.node, parameter.pointer),
            self.values.least(schema, pointer),
        )
        return next((c for c in candidates if _accepts(validator.accepts, c)), candidates[-1])

    def _required(self, operation: Operation, location: str) -> Lines:
        """The parameters of a location that a request cannot do without."""
        wanted = (p for p in operation.parameters if p.location == location and p.required)
        return tuple(pair for each in wanted for pair in written(each, self.value(each)))

    def _cookies(self, operation: Operation) -> Lines:
        pairs = self._required(operation, "cookie")
        return (("Cookie", "; ".join(f"{name}={text}" for name, text in pairs)),) if pairs else ()

    def _made_addresses(self, operation: Operation) -> Iterator[Mapping[str, str]]:
        """Addresses of the contract's own examples, and one that is made up."""
        named = {name: operation.parameter(name, "path") for name in operation.variables}
        examples = {
            name: [*self.values.examples(each.node, each.pointer)] if each else []
            for name, each in named.items()
        }
        made = {name: self.value(each) if each else "example" for name, each in named.items()}
        for index in range(max((len(found) for found in examples.values()), default=0)):
            yield {
                name: text_of(found[min(index, len(found) - 1)] if found else made[name])
                for name, found in examples.items()
            }
        yield {name: text_of(value) for name, value in made.items()}


def _difficulty(body: tuple[str, Any]) -> int:
    """JSON is written as it is meant, forms nearly, and XML stands for itself."""
    media_type = media_types.parse(body[0])
    return 0 if media_type is None or media_type.is_json else 2 if media_type.is_xml else 1


def _concrete(name: str, value: Any) -> str:
    """A media type that a declared range covers."""
    kind, _, subtype = name.partition("/")
    if subtype != "*":
        return name
    if kind == "*":
        is_text = isinstance(value, str)
        return "text/plain" if is_text else "application/json"
    return {"text": "text/plain", "application": "application/json"}.get(kind, f"{kind}/x-example")


def _accepts(accepts: Any, value: Any) -> bool:
    try:
        return bool(accepts(value))
    except ValueError:
        return False


def text_of(value: Any) -> str:
    """A scalar as parameters and forms write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    items, members = as_list(value), as_object(value)
    if items is not None:
        return ",".join(text_of(item) for item in items)
    if members is not None:
        return ",".join(f"{name},{text_of(item)}" for name, item in members.items())
    return str(value)


def written(parameter: Parameter, value: Any) -> list[tuple[str, str]]:
    """A parameter's value as (name, text), by its style (OpenAPI 3.1, section 4.8.12.4)."""
    name, node = parameter.name, parameter.node
    if "content" in node:
        return [(name, json.dumps(value))]
    style = node.get("style", "form" if parameter.location in ("query", "cookie") else "simple")
    explode = node.get("explode", style == "form")
    items, members = as_list(value), as_object(value)
    if members is not None:
        return _written_object(name, members, style, explode=explode)
    if items is None:
        return [(name, text_of(value))]
    if explode and style == "form":
        return [(name, text_of(item)) for item in items]
    separator = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")
    return [(name, separator.join(text_of(item) for item in items))]


def _written_object(
    name: str, members: Mapping[str, Any], style: str, *, explode: bool
) -> list[tuple[str, str]]:
    texts = {key: text_of(item) for key, item in members.items()}
    if style == "deepObject":
        return [(f"{name}[{key}]", text) for key, text in texts.items()]
    if explode and style == "form":
        return list(texts.items())
    between = "=" if explode else ","
    return [(name, ",".join(f"{key}{between}{text}" for key, text in texts.items()))]


def written_body(value: Any, name: str) -> tuple[bytes, str]:
    """A body's value as bytes, and its Content-Type."""
    if isinstance(value, bytes):
        return value, name
    media_type, members = media_types.parse(name), as_object(value)
    if media_type is None or media_type.is_json or media_type.essence == "application/x-ndjson":
        return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"), name
    if media_type.essence == "application/x-www-form-urlencoded" and members is not None:
        pairs = [(key, text) for key, item in members.items() for text in _field(item)]
        return urlencode(pairs).encode(), name
    if media_type.is_xml and not isinstance(value, str):
        return b"<example/>", name
    if media_type.type == "multipart" and members is not None:
        return _multipart(members), f"{media_type.essence}; boundary={_BOUNDARY}"
    return text_of(value).encode("utf-8", "surrogatepass"), name


def _field(value: Any) -> list[str]:
    """The texts of a field of a form: each item is one, and what has members is JSON."""
    items = as_list(value)
    if items is None:
        return [json.dumps(value) if isinstance(value, dict) else text_of(value)]
    return [text for item in items for text in _field(item)]


def _multipart(members: Mapping[str, Any]) -> bytes:
    """Form data (RFC 7578): text as it is, bytes as a file, what has members or items as JSON."""
    parts = (_part(name, value) for name, value in members.items())
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _part(name: str, value: Any) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    if isinstance(value, bytes):
        return f'{head}; filename="example"\r\n\r\n'.encode() + value + b"\r\n"
    if as_list(value) is None and as_object(value) is None:
        return f"{head}\r\n\r\n{text_of(value)}\r\n".encode()
    return f"{head}\r\nContent-Type: application/json\r\n\r\n{json.dumps(value)}\r\n".encode()
