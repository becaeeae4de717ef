"""Claims about the application as a whole: how it starts, logs, and is run."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest
import structlog

from app import create_app
from handlers.resources import resources
from settings import Settings
from tenor import ConfigurationError, Tenor
from tenor.limits import Quota, Verdict
from tests.api.client import ENGINE, Client, refusal
from tests.api.conftest import CHEAP, Plant
from tests.stores import Stores


@pytest.fixture
def environment(
    stores_of_run: Stores, monkeypatch: pytest.MonkeyPatch
) -> Generator[pytest.MonkeyPatch]:
    """An environment in which the store is of the test's own."""
    url = stores_of_run.make()
    monkeypatch.setenv("TENOR_DATABASE_URL", url)
    yield monkeypatch
    stores_of_run.drop(url)


@pytest.fixture
def made(environment: pytest.MonkeyPatch) -> Generator[Tenor]:
    """The application as a server makes it: with nothing but the environment."""
    environment.setenv("TENOR_PUBLIC_URL", "https://blog.example")
    environment.setenv("TENOR_ALLOWED_HOSTS", "blog.example")
    app = create_app()
    yield app
    with app.app_context():
        resources().store.close()


class TestStart:
    def test_the_environment_says_where_links_lead_and_which_hosts_are_served(self, made: Tenor):
        api = Client(app=made)

        links = api.get("/", host="blog.example").get_json()["links"]

        assert links["posts"] == "https://blog.example/posts"
        assert refusal(api.get("/", host="evil.example")) == (400, "invalid-request")

    def test_what_is_served_has_limits(self, made: Tenor):
        answer = Client(app=made).get("/", host="blog.example")

        assert answer.headers["RateLimit-Policy"] == '"default";q=600;w=60'

    @pytest.mark.parametrize(
        ("limit", "seen"), [("2/hour", [200, 200, 200, 429]), ("off", [200] * 4)]
    )
    def test_the_environment_says_how_often_who_may_ask(
        self, limit: str, seen: list[int], environment: pytest.MonkeyPatch
    ):
        environment.setenv("TENOR_RATE_LIMIT", limit)
        environment.setenv("TENOR_LOGIN_RATE_LIMIT", "off")
        environment.setenv("TENOR_PROXIES", "1")
        addresses = ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1")

        api = Client(app=create_app())

        asked = [api.get("/", x_forwarded_for=each) for each in addresses]
        assert [answer.status_code for answer in asked] == seen
        with api.app.app_context():
            resources().store.close()

    def test_who_makes_it_may_say_how_often_who_may_ask(self, tmp_path: Path):
        settings = Settings(f"sqlite:///{tmp_path}/x.db", rate_limit=Quota("default", 9, 60))

        api = Client(app=create_app(settings, limits=lambda *_: Verdict((), retry_after=7)))

        assert api.get("/").headers["Retry-After"] == "7"
        with api.app.app_context():
            resources().store.close()

    def test_a_store_of_limits_that_is_no_url_ends_it_without_repeating_it(
        self, environment: pytest.MonkeyPatch
    ):
        environment.setenv("TENOR_RATE_LIMIT_STORE", "redis://:hunter2@127.0.0.1:port/0")

        with pytest.raises(ConfigurationError, match="TENOR_RATE_LIMIT_STORE: it is not") as told:
            create_app()

        assert "hunter2" not in str(told.value)

    def test_a_setting_that_nobody_knows_ends_it(self, environment: pytest.MonkeyPatch):
        environment.setenv("TENOR_WORKERS", "4")

        with pytest.raises(ConfigurationError, match=r"TENOR_WORKERS is no setting\. Did you mean"):
            create_app()

    @pytest.mark.parametrize(
        ("url", "fault"),
        [
            ("mysql://root:hunter2@localhost/tenor", "only SQLite and PostgreSQL are known"),
            ("postgresql://root:hunter2@localhost", "it does not name a database"),
            ("postgresql://root:hunter2@127.0.0.1:1/tenor", "Connection refused"),
            ("tenor.db", "it is not a database URL"),
            ("sqlite://", "it does not name just a file"),
            ("sqlite:////proc/none/tenor.db", "cannot be opened"),
        ],
    )
    def test_a_store_that_cannot_be_opened_ends_it(self, url: str, fault: str):
        with pytest.raises(ConfigurationError) as refused:
            create_app(Settings(url), passwords=CHEAP)

        assert refused.value.place == "TENOR_DATABASE_URL"
        assert fault in refused.value.fault
        assert refused.value.remedy
        assert "hunter2" not in str(refused.value)

    def test_a_file_that_is_no_database_ends_it(self, tmp_path: Path):
        (tmp_path / "x.db").write_text("Dear diary, " * 1000)

        with pytest.raises(ConfigurationError, match="TENOR_DATABASE_URL: the store"):
            create_app(Settings(f"sqlite:///{tmp_path}/x.db"), passwords=CHEAP)


def test_events_are_lines_of_json_with_their_fields(
    capsys: pytest.CaptureFixture[str], made: Tenor
):
    structlog.get_logger("tests").warning("planted", answer=42)

    [line] = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert event["event"] == "planted"
    assert (event["level"], event["answer"]) == ("warning", 42)
    assert event["timestamp"].endswith("Z")


def test_every_request_gives_its_connection_back(ada: Client, plant: Plant):
    """There are fewer connections than requests, and nobody waits for one."""

    def fail() -> None:
        raise RuntimeError("planted")

    failing = ada.through(plant(getRoot=fail))

    answers = [
        {
            failing.get("/").status_code,
            ada.get("/posts").status_code,
            ada.get("/posts/x").status_code,
        }
        | {ada.write().status_code, ada.put("/posts/x", ENGINE).status_code}
        for _ in range(40)
    ]

    assert answers == [{500, 200, 404, 201, 428}] * 40
