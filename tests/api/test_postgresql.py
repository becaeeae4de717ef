"""Claims about the API on a PostgreSQL that goes and comes: what is answered meanwhile."""

from collections.abc import Generator
from typing import Any

import pytest

from handlers.posts import create_post
from publishing.store import Store
from tenor import Tenor
from tests.api.client import Client, data, refusal
from tests.api.conftest import Plant
from tests.postgresql import OwnServer
from tests.publishing.story import Clock
from tests.stores import Databases

pytestmark = pytest.mark.only_on("postgresql", reason="they stop its server, or end its sessions")


class TestAServerThatGoesAndComes:
    @pytest.fixture
    def store(self, own_server: OwnServer, gated: Tenor, clock: Clock) -> Generator[Store]:
        """A store on a server that can be stopped."""
        name = own_server.make()
        store = Store.open(own_server.url(name), clock=clock, patience=1)
        store.migrate()
        yield store
        store.close()
        own_server.drop(name)

    def test_meanwhile_it_is_told_to_come_again_and_then_all_is_there(
        self, ada: Client, api: Client, own_server: OwnServer
    ):
        ada.write()

        own_server.stop()
        try:
            answers = [
                api.get("/posts/the-first-engine"),
                api.get("/posts"),
                api.register("grace"),
                ada.write("The second engine"),
                api.get("/health/ready"),
            ]
            assert api.get("/health/live").status_code == 200
        finally:
            own_server.start()

        assert {refusal(answer) for answer in answers} == {(503, "store-unavailable")}
        assert {answer.headers["Retry-After"] for answer in answers} == {"5"}
        assert api.get("/health/ready").status_code == 200
        assert data(ada.get("/posts/the-first-engine"))["title"] == "The first engine"
        assert ada.write("The second engine").status_code == 201

    def test_a_restart_between_two_requests_is_not_noticed(
        self, ada: Client, own_server: OwnServer
    ):
        ada.write()

        own_server.stop()
        own_server.start()

        assert ada.write("The second engine").status_code == 201


def test_a_session_that_ends_under_way_is_answered_so_and_keeps_nothing(
    ada: Client, api: Client, plant: Plant, place: str, stores_of_run: Databases
):
    def interrupted(body: Any, user: Any) -> Any:
        answer = create_post(body, user, media_type="application/json")
        stores_of_run.end_sessions(place)
        return answer

    answer = ada.through(plant("raise", createPost=interrupted)).write()

    assert refusal(answer) == (503, "store-unavailable")
    assert api.get("/posts/the-first-engine").status_code == 404
    assert ada.write().status_code == 201
