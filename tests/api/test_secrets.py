"""Claims about secrets: passwords and tokens are told to nobody, by no answer and by no log."""

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.api.client import PASSWORD, Client
from tests.api.conftest import Plant
from tests.stores import Stores

OTHER = "note G, one diagram"
BAD = "short\u0007"


def attempts(ada: Client, api: Client) -> Iterator[Any]:
    """Requests with secrets, good and bad."""
    yield api.register("ada")
    yield api.post("/accounts", {"username": "grace", "display_name": "G", "password": BAD})
    yield api.post("/accounts", {"username": PASSWORD, "display_name": "G", "pasword": PASSWORD})
    yield api.post("/accounts", b'{"password": "' + PASSWORD.encode() + b'", "password": ""}')
    yield api.take_token("ada", "admin")
    yield api.take_token("ada", password=OTHER)
    yield api.take_token("ada", lifetime=PASSWORD)
    yield api.get(f"/posts?token={ada.secret}&sort={ada.secret}")
    yield api.get(f"/posts/{ada.secret}")
    yield api.get("/posts", authorization=f"Bearer {ada.secret}x")
    yield api.get("/posts", authorization=f"Digest {ada.secret}")
    for body in ({"password": OTHER, "current_password": BAD}, {"password": OTHER}):
        yield ada.patch("/accounts/ada", body, if_match="*")
    yield ada.patch("/accounts/ada", {"password": OTHER, "current_password": OTHER}, if_match="*")
    yield ada.get("/accounts/ada")
    yield ada.get("/tokens")
    yield ada.delete("/accounts/ada", if_match=f'"{PASSWORD}')


def told(secrets: list[str], text: str) -> list[str]:
    return [secret for secret in secrets if secret in text]


def test_no_answer_and_no_event_tells_a_secret(ada: Client, api: Client):
    secrets = [PASSWORD, OTHER, BAD, str(ada.secret)]

    with capture_logs() as logs:
        answers = list(attempts(ada, api))

    for answer in answers:
        assert told(secrets, str(answer.headers) + answer.get_data(as_text=True)) == []
    assert told(secrets, str(logs)) == []


def test_no_event_tells_a_secret_when_a_handler_fails(ada: Client, plant: Plant):
    """What the log keeps of a failure is where it happened, not what was at hand there."""

    def fail(body: Any = None, user: Any = None) -> Any:
        local = {"body": body, "user": user}
        raise RuntimeError(f"planted with {len(local)} values")

    failing = ada.through(plant(createToken=fail, registerAccount=fail, createPost=fail))

    with capture_logs() as logs:
        for answer in (failing.take_token("ada"), failing.register("grace"), failing.write()):
            assert answer.status_code == 500

    assert {event["event"] for event in logs} == {"handler_failed"}
    assert told([PASSWORD, str(ada.secret)], str(logs)) == []


def test_no_event_tells_a_secret_when_an_answer_is_held_back(ada: Client, plant: Plant):
    def leak(body: Any) -> Any:
        return {"data": body}, 201, {"Location": body["password"]}

    with capture_logs() as logs:
        answer = ada.through(plant(createToken=leak)).take_token("ada")

    assert answer.status_code == 500
    assert logs != []
    assert told([PASSWORD], str(logs) + answer.get_data(as_text=True)) == []


@pytest.mark.usefixtures("broken_store")
def test_no_event_tells_what_was_sent_when_the_store_fails(api: Client):
    with capture_logs() as logs:
        api.register("ada")

    assert {event["event"] for event in logs} == {"store_unavailable"}
    assert told([PASSWORD], str(logs)) == []


def test_the_store_keeps_no_secret_that_opens_anything(
    ada: Client, place: str, stores_of_run: Stores
):
    kept = stores_of_run.content(place)

    assert b"ada" in kept
    assert PASSWORD.encode() not in kept
    assert str(ada.secret).encode() not in kept
    assert str(ada.secret).removeprefix("tnr_").encode() not in kept
