"""Claims about addresses: which there are, and what the API says of its own."""

from collections.abc import Iterator

import pytest

from app import CONTRACT, create_app
from handlers.resources import resources
from settings import Settings
from tenor import document
from tests.api.client import PUBLIC_URL, Client, data, local, refusal
from tests.api.conftest import CHEAP

FORGED = {
    "host": "evil.example",
    "x_forwarded_host": "evil.example",
    "x_forwarded_proto": "gopher",
    "forwarded": "host=evil.example;proto=gopher",
    "x_original_url": "/evil",
}
CONCRETE = {
    "{username}": "ada",
    "{id}": "1",
    "{slug}": "the-first-engine",
    "{number}": "1",
    "{tag}": "engines",
    "{name}": "not-found",
}


def concrete(template: str) -> str:
    """An address that a path of the contract stands for, and that leads somewhere."""
    for variable, value in CONCRETE.items():
        template = template.replace(variable, value)
    return template


def methods() -> dict[str, set[str]]:
    """The methods of each path of the contract."""
    found: dict[str, set[str]] = {}
    for path, method, _, _ in document.load(CONTRACT).operations():
        found.setdefault(path, set()).add(method.upper())
    return found


def strings(value: object) -> Iterator[str]:
    """Every string within a JSON value."""
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


READABLE = [path for path, known in methods().items() if "GET" in known]


@pytest.fixture(autouse=True)
def _post(ada: Client) -> None:
    ada.write()
    ada.comment()


@pytest.mark.parametrize(
    "accept", ["application/json, application/feed+json", "text/html, */*"], ids=["json", "html"]
)
@pytest.mark.parametrize("path", READABLE)
def test_a_forged_host_is_not_reflected(ada: Client, path: str, accept: str):
    answer = ada.get(concrete(path), **FORGED, accept=accept)

    assert answer.status_code == 200
    assert "evil" not in str(answer.headers) + answer.get_data(as_text=True)


def test_a_forged_host_is_not_reflected_in_a_location(ada: Client, api: Client):
    created = [
        ada.post("/posts", {"title": "Notes", "body": ""}, **FORGED),
        ada.put("/posts/x", {"title": "Notes", "body": ""}, if_none_match="*", **FORGED),
        api.post(
            "/tokens",
            {"username": "ada", "password": "poetical science 1843", "scopes": []},
            **FORGED,
        ),
    ]

    for answer in created:
        assert answer.status_code == 201
        assert answer.headers["Location"].startswith(f"{PUBLIC_URL}/")
        assert ada.get(local(answer.headers["Location"])).status_code == 200


@pytest.mark.parametrize("path", READABLE)
def test_every_link_leads_somewhere(ada: Client, path: str):
    """Each address of the API in an answer is one that answers."""
    answer = ada.get(concrete(path))

    addresses = {text for text in strings(answer.get_json()) if text.startswith(PUBLIC_URL)}
    failed = {url for url in addresses if ada.get(local(url)).status_code != 200}

    assert failed == set()


@pytest.mark.parametrize("path", READABLE)
def test_a_head_is_a_get_without_its_content(ada: Client, path: str):
    for accept in ("*/*", "text/html, */*;q=0.1", "image/png"):
        get, head = (send(concrete(path), accept=accept) for send in (ada.get, ada.head))

        assert head.get_data() == b""
        assert head.status_code == get.status_code
        assert {**dict(head.headers), "X-Request-Id": ""} == {
            **dict(get.headers),
            "X-Request-Id": "",
        }


@pytest.mark.parametrize("path", methods())
def test_an_address_knows_its_methods_and_says_so(ada: Client, path: str):
    known = methods()[path] | {"OPTIONS"} | ({"HEAD"} if "GET" in methods()[path] else set())
    allowed = ", ".join(sorted(known))

    asked = ada.send("OPTIONS", concrete(path))

    assert (asked.status_code, asked.headers["Allow"], asked.get_data()) == (204, allowed, b"")
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - known:
        answer = ada.send(method, concrete(path))
        assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize(
    "path",
    [
        *("/nowhere", "/posts/", "/posts//the-first-engine", "/posts/a/b", "/Posts"),
        *("/posts/%00", "/posts/%0A", "/posts/the-first-engine%0A", "/posts/%2F", "/%70osts/"),
        *("/posts/the-first-engine/", "/accounts/ada/", "/posts/..", "/posts/%2e%2e/accounts"),
    ],
)
def test_any_other_address_is_not_found_and_never_redirected(ada: Client, path: str):
    assert refusal(ada.get(path)) == (404, "not-found")


def test_slashes_are_not_merged(ada: Client):
    answer = ada.app.test_client().get("/", environ_overrides={"PATH_INFO": "//posts"})

    assert refusal(answer) == (404, "not-found")


def test_a_public_url_may_have_a_path(api: Client, tmp_path_factory: pytest.TempPathFactory):
    """Behind a proxy that hands on /blog/posts as /posts, links lead through the proxy."""
    folder = tmp_path_factory.mktemp("blog")
    url = "https://example.org/blog"
    app = create_app(Settings(f"sqlite:///{folder}/x.db", url), passwords=CHEAP, policy="raise")

    root = Client(app=app).get("/").get_json()
    nothing = Client(app=app).get("/posts/x").get_json()

    assert root["links"]["posts"] == f"{url}/posts"
    assert nothing["type"] == f"{url}/problems/not-found"
    with app.app_context():
        resources().store.close()


def test_only_the_hosts_that_are_served_are_answered(api: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(api.app.config, "TRUSTED_HOSTS", ["tenor.example", ".blog.example"])

    for host in ("tenor.example", "tenor.example:8443", "ada.blog.example", "TENOR.example"):
        assert data(api.get("/health/live", host=host)) == {"status": "alive"}
    for host in ("evil.example", "tenor.example.evil.example", "xtenor.example", "tenor.example:x"):
        assert refusal(api.get("/health/live", host=host)) == (400, "invalid-request")
