"""What is compiled once: a contract for the workers of a server, a place for its operations."""

import gc
import json
from pathlib import Path

import pytest

from tenor import Tenor, collector
from tenor.compiled import Shelf, shelf
from tests.engine.contracts import document, of, operation, response
from tests.engine.wire import ask

REFUSED = {"$ref": "#/components/responses/Refused"}


def contract(title: str = "Ships") -> dict[str, object]:
    shared = {"Refused": response({"type": "object"}, "application/problem+json")}
    paths = {
        f"/{name}": {"get": operation(name, answers={200: response(True), 404: REFUSED})}
        for name in ("ships", "crews")
    }
    return {
        **document(paths, components={"responses": shared}),
        "info": {"title": title, "version": "1"},
    }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "contract.json"
    path.write_text(json.dumps(contract()))
    return path


def answering() -> str:
    return "aye"


def test_operations_share_the_response_that_both_refer_to():
    app = of(contract(), {"ships": answering, "crews": answering})
    ships, crews = app.operations.values()

    assert ships.promises.of(404) is crews.promises.of(404)
    assert ships.promises.of(200) is not crews.promises.of(200)


def test_a_contract_is_compiled_once_while_the_shelf_is_open(path: Path):
    with shelf.opened():
        first, second = (
            Tenor(path, handlers={"ships": answering, "crews": answering}) for _ in range(2)
        )

    assert first.contract is second.contract
    assert first.operations["ships"].promises.of(200) is second.operations["ships"].promises.of(200)
    assert first.operations["ships"] is not second.operations["ships"]
    assert ask(first, "GET /ships").json == ask(second, "GET /ships").json == "aye"


def test_a_contract_that_was_changed_is_read_again(path: Path):
    own = Shelf()
    with own.opened():
        before = own.find(path)
        path.write_text(json.dumps(contract("Boats")))
        after = own.find(path)

    assert (before.contract.title, after.contract.title) == ("Ships", "Boats")


def test_a_closed_shelf_keeps_nothing(path: Path):
    own = Shelf()
    with own.opened():
        kept = own.find(path)

    assert own.find(path).contract is not kept.contract


def test_nothing_is_collected_while_an_application_is_made():
    seen: list[bool] = []

    class Handlers(dict[str, object]):
        def get(self, key: str, default: object = None) -> object:
            seen.append(gc.isenabled())
            return super().get(key, default)

    of(contract(), Handlers(ships=answering, crews=answering))

    assert seen == [False, False]
    assert gc.isenabled()


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        with collector.paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_contract_is_written_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch):
    written: list[object] = []
    monkeypatch.setattr("tenor.docs.as_yaml", lambda served: written.append(served) or b"{}")
    app = of(contract(), {"ships": answering, "crews": answering})
    assert not written

    first, second = (ask(app, "GET /openapi.yaml") for _ in range(2))

    assert first.body == second.body == b"{}"
    assert len(written) == 1
