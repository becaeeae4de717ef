"""Laws of addresses: which methods they have, and that there are no others."""

from dataclasses import replace

from tests.api.client import faults, refusal
from tests.contract.reading import Operation
from tests.laws.walk import (
    CONTRACT,
    DECLARED,
    Stage,
    Theatre,
    each,
    each_path,
    universal_headers,
)

KNOWN = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
STRANGE = ("TRACE", "CONNECT", "PROPFIND", "BREW", "get", "Get")
# What another caller, a fault or another request at the same time leads to.
NEEDS_MORE = ("403", "409", "429", "500", "503")


@each_path()
def test_options_gives_the_methods_of_an_address(theatre: Theatre, path: str):
    for client in (theatre.api, theatre.common.ada):
        answer = client.send("OPTIONS", _concrete(theatre.common, path))

        assert (answer.status_code, answer.get_data()) == (204, b"")
        assert answer.headers["Allow"] == _allowed(path)


@each_path()
def test_any_other_method_is_refused_with_those_that_there_are(theatre: Theatre, path: str):
    for method in (*KNOWN, *STRANGE):
        if method in _allowed(path).split(", "):
            continue
        answer = theatre.common.ada.send(method, _concrete(theatre.common, path))

        assert answer.status_code == 405, method
        assert answer.headers["Allow"] == _allowed(path)
        if method != "HEAD":
            assert refusal(answer) == (405, "method-not-allowed")


@each_path()
def test_a_slash_more_makes_another_address(theatre: Theatre, path: str):
    """Which does not exist, and leads nowhere either."""
    address = _concrete(theatre.common, path)
    if address == "/":
        return
    doubled = f"/{address[1:].replace('/', '//')}"
    for odd in {f"{address}/", f"{address}//", doubled, f"{address}/x/y/z"} - {address}:
        for method in _allowed(path).split(", "):
            answer = theatre.common.ada.send(method, odd)

            assert answer.status_code == 404, (method, odd)
            assert "Location" not in answer.headers


@each(lambda _: True)
def test_a_query_that_is_not_declared_is_refused(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    before = stage.everything()
    call = stage.good(operation)

    answer = stage.ask(replace(call, path=f"{call.path}?colour=red"))

    assert ("query", "/colour") in {(place, pointer) for place, pointer, _ in faults(answer)}
    assert stage.everything() == before


@each(lambda operation: operation.takes_any("path"))
def test_an_address_that_cannot_exist_is_like_one_that_does_not(
    theatre: Theatre, operation: Operation
):
    stage = theatre.common
    call = stage.good(operation)
    last = [part for part in operation.path.split("/") if part.startswith("{")][-1]
    at = operation.path.split("/").index(last)
    parts = call.path.split("/")
    for impossible in ("%00", "%0A", "A%20B", "-", "x" * 2000, "%F0%9F%98%80"):
        path = "/".join([*parts[:at], impossible, *parts[at + 1 :]])

        assert refusal(stage.ask(replace(call, path=path))) == (404, "not-found"), impossible


@each(lambda _: True)
def test_every_answer_carries_what_all_answers_carry(undone: Stage, operation: Operation):
    for cell in DECLARED:
        if cell.operation != operation.id or cell.status in NEEDS_MORE:
            continue
        answer = undone.ask(undone.leading_to(cell))

        assert answer.status_code == int(cell.status)
        assert universal_headers() <= {*answer.headers.keys()}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_no_two_answers_have_one_id(theatre: Theatre):
    answers = [theatre.api.get("/") for _ in range(20)]

    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 20


def _allowed(path: str) -> str:
    """The methods of an address, in the order of `Allow`."""
    own = {o.method.upper() for o in CONTRACT.operations if o.path == path}
    return ", ".join(sorted(own | {"OPTIONS"} | ({"HEAD"} if "GET" in own else set())))


def _concrete(stage: Stage, path: str) -> str:
    return stage.good(next(o for o in CONTRACT.operations if o.path == path)).path
