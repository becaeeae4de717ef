"""Handlers for a contract of somebody else: they answer with its own examples."""

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tenor import Tenor, document
from tenor.document import Document, escape
from tenor.proof.drafts import text_of
from tenor.proof.values import Values

Answer = tuple[Any, int, dict[str, str]]

INFO = {
    "bearer": ("x-bearerInfoFunc", "bearer"),
    "basic": ("x-basicInfoFunc", "basic"),
    "apiKey": ("x-apikeyInfoFunc", "api_key"),
    "oauth2": ("x-tokenInfoFunc", "bearer"),
    "openIdConnect": ("x-tokenInfoFunc", "bearer"),
}
"""By kind of scheme: the extension, and the function here, that know credentials."""

TOKEN = "a-good-token"


def bearer(token: str) -> dict[str, Any] | None:
    return {"sub": "somebody", "scope": _Everything()} if token == TOKEN else None


def basic(username: str, password: str) -> dict[str, Any] | None:
    return {"sub": username} if password == TOKEN else None


def api_key(key: str) -> dict[str, Any] | None:
    return {"sub": "somebody"} if key == TOKEN else None


class _Everything(list[str]):
    """All scopes that there are."""

    def __iter__(self) -> Iterator[str]:
        return iter(self._wanted)

    _wanted: tuple[str, ...] = ()


def application(spec: dict[str, Any], **options: Any) -> Tenor:
    """The application of a contract, all of whose operations answer with an example."""
    raw = copy.deepcopy(spec)
    _know_credentials(raw)
    contract = document.load(raw).expanded()
    handlers = dict(_stubs(contract))
    return Tenor(raw, handlers=handlers, docs=None, **options)


def _know_credentials(raw: dict[str, Any]) -> None:
    """Name the functions that know credentials, and leave out what no server can check."""
    schemes = raw.get("components", {}).get("securitySchemes") or {}
    _Everything._wanted = tuple(sorted(_scopes(raw)))
    for scheme in schemes.values():
        kind = scheme.get("scheme", "").lower() if scheme.get("type") == "http" else scheme["type"]
        if kind in INFO:
            extension, function = INFO[kind]
            scheme[extension] = f"{__name__}.{function}"


def _scopes(node: Any) -> Iterator[str]:
    """Every scope that a security requirement asks for."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "security" and isinstance(value, list):
                yield from (s for each in value for wanted in each.values() for s in wanted)
            else:
                yield from _scopes(value)
    elif isinstance(node, list):
        for item in node:
            yield from _scopes(item)


def _stubs(contract: Document) -> Iterator[tuple[str, Callable[..., Any]]]:
    values = Values(contract)
    for path, method, operation, pointer in contract.operations():
        name = operation.get("operationId") or f"{method.upper()} {path}"
        yield name, _stub(_answers(contract, values, pointer))


def _stub(answers: Mapping[str, Answer]) -> Callable[..., Answer]:
    def answer(media_type: str | None = None, **_: Any) -> Answer:
        return answers.get(media_type or "") or next(iter(answers.values()))

    return answer


def _answers(contract: Document, values: Values, pointer: str) -> Mapping[str, Answer]:
    """The first success of an operation, by media type; its first answer where it has none."""
    responses = contract.at(pointer).get("responses") or {}
    statuses = [s for s in responses if not s.startswith("x-")]
    if not statuses:
        return {"": (None, 200, {})}
    status = next((s for s in statuses if s.startswith("2")), statuses[0])
    response, place = contract.follow(f"{pointer}/responses/{escape(status)}")
    code = int(status.replace("XX", "00")) if status != "default" else 200
    headers = dict(_headers(contract, values, response, place))
    contents = response.get("content") or {}
    if not contents:
        return {"": (None, code, headers)}
    return {
        name: (
            _body(values, name, node, f"{place}/content/{escape(name)}"),
            code,
            _typed(headers, name),
        )
        for name, node in contents.items()
    }


def _typed(headers: Mapping[str, str], name: str) -> dict[str, str]:
    return dict(headers) if "*" in name else {**headers, "Content-Type": name}


def _body(values: Values, name: str, node: Mapping[str, Any], place: str) -> Any:
    example = next(values.examples(node, place), None)
    if example is None:
        example = values.least(node.get("schema", True), f"{place}/schema")
    if name.partition(";")[0].endswith("xml"):
        return example if str(example).lstrip().startswith("<") else "<example/>"
    is_json = name.partition(";")[0].endswith("json")
    if not is_json and not isinstance(example, (str, bytes)):
        return text_of(example)
    return example


def _headers(
    contract: Document, values: Values, response: Mapping[str, Any], place: str
) -> Iterator[tuple[str, str]]:
    for name in response.get("headers") or {}:
        header, at = contract.follow(f"{place}/headers/{escape(name)}")
        if header.get("required") and name.lower() != "content-type":
            example = next(values.examples(header, at), None)
            if example is None:
                example = values.least(header.get("schema", True), f"{at}/schema")
            yield name, text_of(example)
