"""Recipes about who asks: nobody, somebody unknown, somebody who may not, somebody else."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from tenor import planting
from tenor.document import escape
from tenor.proof.asking import Request
from tenor.proof.bench import Bench
from tenor.proof.contract import Operation
from tenor.proof.recipe import Attempt, Attempts, Recipe, Wrong
from tenor.proof.world import Caller

_UNKNOWN = "tenor-proof-unknown"
_BASIC = base64.b64encode(f"{_UNKNOWN}:{_UNKNOWN}".encode()).decode()


def _is_secured(_bench: Bench, operation: Operation) -> bool:
    return any(operation.security)


def _is_closed(_bench: Bench, operation: Operation) -> bool:
    return operation.needs_credentials


def _wrong(bench: Bench, operation: Operation, found: str) -> Wrong:
    names = " or ".join(" and ".join(each) for each in operation.security if each)
    return Wrong(
        found,
        f"the contract wants {names} ({bench.line(f'{operation.pointer}/security')})",
        "Refuse it with 401, or declare that the operation is open to everybody.",
    )


def _anonymous(bench: Bench, operation: Operation) -> Attempts:
    request = bench.good(operation).request()
    yield Attempt("", request, _wrong(bench, operation, "without credentials"))


def _unknown(bench: Bench, operation: Operation) -> Attempts:
    """A good request with credentials that nobody gave out, of each kind that is declared.

    No others are sent beside them, which might do by themselves.
    """
    bare = bench.good(operation).request()
    for name in dict.fromkeys(name for each in operation.security for name in each):
        scheme = _scheme(bench, name)
        for kind, turned in _with_unknown(bare, scheme):
            wrong = None
            if operation.needs_credentials:
                wrong = _wrong(bench, operation, "with credentials that nobody has")
            yield Attempt(f"{name} {kind}", turned, wrong)


def _scheme(bench: Bench, name: str) -> Mapping[str, Any]:
    document = bench.contract.document
    schemes = document.raw.get("components", {}).get("securitySchemes", {})
    if name not in schemes:
        return {}
    found, _ = document.follow(f"/components/securitySchemes/{escape(name)}")
    return found


def _with_unknown(request: Request, scheme: Mapping[str, Any]) -> Iterator[tuple[str, Request]]:
    kind = scheme.get("type")
    if kind in ("oauth2", "openIdConnect") or scheme.get("scheme", "").lower() == "bearer":
        yield "unknown", request.having("Authorization", f"Bearer {_UNKNOWN}")
        yield "malformed", request.having("Authorization", "Bearer")
    elif kind == "http" and scheme.get("scheme", "").lower() == "basic":
        yield "unknown", request.having("Authorization", f"Basic {_BASIC}")
        yield "malformed", request.having("Authorization", "Basic !")
    elif kind == "apiKey":
        yield "unknown", _with_key(request, scheme.get("in", ""), scheme.get("name", ""))


def _with_key(request: Request, location: str, name: str) -> Request:
    if location == "query":
        return request.asking(name, _UNKNOWN)
    if location == "cookie":
        return request.having("Cookie", f"{name}={_UNKNOWN}")
    return request.having(name, _UNKNOWN)


def _wants_scopes(_bench: Bench, operation: Operation) -> bool:
    return operation.needs_credentials and bool(operation.scopes)


def _powerless(bench: Bench, operation: Operation) -> Attempts:
    """By callers whose scopes do not suffice; where there are none, with all scopes taken away."""
    poor = [each for each in bench.subject.world.callers if not _suffices(each, operation)]
    wrong = Wrong(
        "whose credentials hold too few scopes",
        f"the contract wants {' '.join(sorted(operation.scopes))}"
        f" ({bench.line(f'{operation.pointer}/security')})",
        "Refuse it with 403, or declare that fewer scopes suffice.",
    )
    for caller in poor:
        yield Attempt(caller.name, bench.by(bench.good(operation), caller), wrong)
    if not poor and bench.tenor is not None:
        request = bench.at_hand(operation)
        with bench.subject.planted(planting.without_scopes(bench.tenor)):
            yield Attempt("without scopes", request, wrong)


def _suffices(caller: Caller, operation: Operation) -> bool:
    if caller.scopes is None:
        return True
    return any(
        all(set(scopes) <= caller.scopes for scopes in each.values()) for each in operation.security
    )


def _has_others(bench: Bench, operation: Operation) -> bool:
    is_asked = any(status in operation.statuses for status in ("403", "404"))
    return is_asked and _is_secured(bench, operation) and len(bench.subject.world.callers) > 1


def _others(bench: Bench, operation: Operation) -> Attempts:
    for caller in bench.subject.world.callers[1:]:
        yield Attempt(caller.name, bench.by(bench.good(operation), caller))


RECIPES = (
    Recipe("recipe/401-anonymous", "Ask without credentials.", _is_closed, _anonymous),
    Recipe("recipe/401-unknown", "Ask with credentials that nobody has.", _is_secured, _unknown),
    Recipe("recipe/403-scope", "Ask with too few scopes.", _wants_scopes, _powerless),
    Recipe("recipe/other-callers", "Ask as each of the other callers.", _has_others, _others),
)
