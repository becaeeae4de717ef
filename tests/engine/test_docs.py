"""The documentation page and the two files of the contract."""

import re
from html.parser import HTMLParser

import flask
import pytest
import yaml
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tenor import ConfigurationError, docs
from tests.engine.contracts import repeatable, serving
from tests.engine.wire import ask

CONTRACT_JSON = b'{"openapi": "3.1.1"}'
CONTRACT_YAML = b"openapi: 3.1.1\n"
ADDRESSES = ("/docs", "/docs/", "/docs/swagger-ui.css", "/openapi.json", "/openapi.yaml")


@pytest.fixture
def client() -> FlaskClient:
    app = flask.Flask("documented", static_folder=None)
    docs.register(
        app,
        title="Ships & <crews>",
        document_json=lambda: CONTRACT_JSON,
        document_yaml=lambda: CONTRACT_YAML,
    )
    return app.test_client()


class Page(HTMLParser):
    """What a page loads or links, and what it holds inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.inline: list[str] = []
        self._inside: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        for name, value in attrs:
            if name in {"src", "href"} and value is not None:
                self.loads.append(value)
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}")

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"} and data.strip():
            self.inline.append(f"{self._inside}: {data}")


def test_the_page_answers_with_and_without_a_slash(client: FlaskClient):
    plain, slashed = client.get("/docs"), client.get("/docs/")

    assert (plain.status_code, slashed.status_code) == (200, 200)
    assert plain.content_type == "text/html; charset=utf-8"
    assert plain.data == slashed.data


def test_the_page_shows_the_title_as_text(client: FlaskClient):
    text = client.get("/docs").text

    assert "<title>Ships &amp; &lt;crews&gt;</title>" in text
    assert "<crews>" not in text


def test_all_that_the_page_names_is_served_from_here(client: FlaskClient):
    named = Page(client.get("/docs").text).loads

    answers = {address: client.get(address).status_code for address in named}

    assert {"/docs/swagger-ui-bundle.js", "/docs/docs.js", "/openapi.json"} <= answers.keys()
    assert set(answers.values()) == {200}


def test_the_page_holds_no_script_and_no_style_inline(client: FlaskClient):
    assert Page(client.get("/docs").text).inline == []


def test_the_policy_trusts_this_origin_alone(client: FlaskClient):
    policy = client.get("/docs").headers["Content-Security-Policy"]

    sources = {word for part in policy.split("; ") for word in part.split()[1:]}

    assert policy.startswith("default-src 'none'; ")
    assert sources == {"'none'", "'self'", "data:", "blob:"}


def test_our_script_and_style_fetch_nothing_from_elsewhere(client: FlaskClient):
    ours = client.get("/docs/docs.js").text + client.get("/docs/docs.css").text

    assert re.findall(r"//[\w.-]+\.\w|@import|url\(", ours) == []


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ("swagger-ui.css", "text/css; charset=utf-8"),
        ("favicon-32x32.png", "image/png"),
        ("oauth2-redirect.html", "text/html; charset=utf-8"),
    ],
)
def test_an_asset_has_its_media_type(client: FlaskClient, name: str, media_type: str):
    answer = client.get(f"/docs/{name}")

    assert (answer.status_code, answer.content_type) == (200, media_type)


@pytest.mark.parametrize(
    "name",
    ["nothing.js", "docs.template", "LICENSE", "..%2fdocs.py", "page%2fdocs.js", "page/docs.js"],
)
def test_what_is_no_asset_is_not_found(client: FlaskClient, name: str):
    assert client.get(f"/docs/{name}").status_code == 404


def test_the_contract_is_served_to_the_byte(client: FlaskClient):
    as_json, as_yaml = client.get("/openapi.json"), client.get("/openapi.yaml")

    assert (as_json.content_type, as_json.data) == ("application/json", CONTRACT_JSON)
    assert (as_yaml.content_type, as_yaml.data) == ("application/yaml", CONTRACT_YAML)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_client_that_has_it_is_told_so(client: FlaskClient, address: str):
    tag = client.get(address).headers["ETag"]

    again = client.get(address, headers={"If-None-Match": tag})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_is_revalidated_and_never_sniffed(client: FlaskClient, address: str):
    headers = client.get(address).headers

    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_is_get_without_the_body(client: FlaskClient, address: str):
    got, headed = client.get(address), client.head(address)

    assert headed.data == b""
    assert dict(headed.headers) == dict(got.headers)


def test_under_a_prefix_the_page_names_the_prefix(client: FlaskClient):
    text = client.get("/docs", environ_overrides={"SCRIPT_NAME": "/v1"}).text

    assert {address.split("/")[1] for address in Page(text).loads} == {"v1"}
    assert 'data-document="/v1/openapi.json"' in text


# --- where the page is --------------------------------------------------------------------------


def test_the_page_may_be_moved_with_its_assets():
    app = serving(lambda: "here", docs="/about/api")

    loads = Page(ask(app, "GET /about/api").text).loads

    assert {"/about/api/docs.js", "/openapi.json"} <= {*loads}
    assert {ask(app, f"GET {address}").status for address in loads} == {200}
    assert ask(app, "GET /docs").status == 404


def test_the_page_may_be_left_out():
    """The two files of the contract stay."""
    app = serving(lambda: "here", docs=None)

    assert ask(app, "GET /docs").status == 404
    assert ask(app, "GET /docs/docs.js").status == 404
    assert ask(app, "GET /openapi.json").status == 200
    assert ask(app, "GET /openapi.yaml").status == 200


@pytest.mark.parametrize("at", ["docs", "", "/", "/docs/", "/<name>", "//docs", "/docs?a"])
def test_an_address_where_no_page_can_be_is_refused(at: str):
    with pytest.raises(ConfigurationError, match="no address for the documentation page") as caught:
        serving(lambda: "here", docs=at)

    assert caught.value.place == "docs"


def test_the_pages_leave_common_names_to_the_application():
    def openapi_json() -> str:
        return "own"

    app = serving(lambda: "here")
    app.get("/mine")(openapi_json)
    app.add_url_rule("/papers", "docs", lambda: "papers")

    assert ask(app, "GET /mine").text == "own"
    assert ask(app, "GET /papers").text == "papers"
    assert ask(app, "GET /docs").status == 200


@pytest.mark.parametrize("address", ["/docs", "/docs/docs.js", "/openapi.json", "/openapi.yaml"])
def test_an_operation_goes_before_a_page(address: str):
    assert ask(serving(lambda: "operation", f"GET {address}"), f"GET {address}").json == "operation"


# --- the contract as YAML -----------------------------------------------------------------------


def test_text_of_several_lines_is_written_as_a_block():
    served = {"b": "One.\n\n- two\n- 'three'\n", "a": ["1", "x\ny"]}

    assert docs.as_yaml(served).decode() == (
        "b: |\n  One.\n\n  - two\n  - 'three'\na:\n- '1'\n- |-\n  x\n  y\n"
    )


@repeatable
@given(text=st.text(st.sampled_from("ab \n\t\r'\"#:-|\x85\u2028ü\0"), max_size=12))
def test_a_text_survives_the_way_it_is_written(text: str):
    written = docs.as_yaml({"a": {"b": [text]}, "c": text}).decode()

    assert yaml.safe_load(written) == {"a": {"b": [text]}, "c": text}
