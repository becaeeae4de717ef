"""Security: who asks is known before anything else, and a wrong credential is never nobody's."""

import base64
from typing import Any

import flask
import pytest
from connexion.exceptions import OAuthProblem, OAuthResponseProblem, OAuthScopeProblem

from tenor import ConfigurationError, Tenor
from tests.engine.contracts import Json, nothing, query, response, serving
from tests.engine.wire import Reply, ask

TOKENS = {
    "ada": {"sub": "ada", "scope": "read write"},
    "bob": {"uid": "bob", "scopes": ["read"]},
    "none": {"sub": "none"},
    "plain": {},
}
CALLS: list[Any] = []


def know_token(token: str) -> Json | None:
    return TOKENS.get(token)


def know_password(username: str, password: str) -> Json | None:
    return {"sub": username} if password == f"{username}:secret" else None


def know_key(key: str) -> Json | None:
    return {"sub": f"key of {key}"} if key in TOKENS else None


def know_with_scopes(token: str, required_scopes: list[str]) -> Json | None:
    CALLS.append(required_scopes)
    return TOKENS.get(token)


def know_with_request(token: str, request: Any) -> Json | None:
    CALLS.append((request is not None, request.path))
    return TOKENS.get(token)


def know_with_all(token: str, **extra: Any) -> Json | None:
    CALLS.append(sorted(extra))
    return TOKENS.get(token)


async def know_later(token: str) -> Json | None:
    return TOKENS.get(token)


def refuse_token(token: str) -> Json | None:
    raise OAuthProblem(detail="It is revoked.")


def refuse_response(token: str) -> Json | None:
    raise OAuthResponseProblem(detail="It is broken.")


def refuse_scope(token: str) -> Json | None:
    raise OAuthScopeProblem(required_scopes=["read"], token_scopes=[])


def forbid(token: str) -> Json | None:
    flask.abort(403)


def crash(token: str) -> Json | None:
    raise RuntimeError("the store is away")


def any_scope(required: list[str], given: list[str]) -> bool:
    return bool({*required} & {*given})


def named(function: Any) -> str:
    return f"{__name__}.{function.__name__}"


def bearer(function: Any = know_token, **more: Any) -> Json:
    return {"type": "http", "scheme": "bearer", "x-bearerInfoFunc": named(function), **more}


def basic(function: Any = know_password) -> Json:
    return {"type": "http", "scheme": "basic", "x-basicInfoFunc": named(function)}


def key(location: str = "header", name: str = "X-Key", function: Any = know_key) -> Json:
    return {"type": "apiKey", "in": location, "name": name, "x-apikeyInfoFunc": named(function)}


def oauth(function: Any = know_token, **more: Any) -> Json:
    flow = {"tokenUrl": "/token", "scopes": {"read": "", "write": "", "admin": ""}}
    return {
        "type": "oauth2",
        "flows": {"clientCredentials": flow},
        "x-tokenInfoFunc": named(function),
        **more,
    }


def guarded(security: list[Json], schemes: Json, **more: Any) -> Tenor:
    """An operation that says who asks."""
    return serving(
        lambda user, token_info: {"user": user, "token_info": token_info},
        security=security,
        root={"components": {"securitySchemes": schemes}},
        **more,
    )


def basic_credentials(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def with_authorization(app: Tenor, value: str) -> Reply:
    return ask(app, headers={"Authorization": value})


# --- each kind ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["Bearer ada", "bearer ada", "BEARER ada", " Bearer ada ", "Bearer  ada"]
)
def test_a_bearer_token_is_known(value: str):
    reply = with_authorization(guarded([{"token": []}], {"token": bearer()}), value)

    assert reply.json == {"user": "ada", "token_info": TOKENS["ada"]}


@pytest.mark.parametrize(
    "value",
    ["Bearer eve", "Bearer", "Bearer ", "ada", "Basic ada", "Token ada", "", "Bearer\xa0ada"],
)
def test_another_token_is_refused(value: str):
    reply = with_authorization(guarded([{"token": []}], {"token": bearer()}), value)

    assert (reply.status, reply.problem) == (401, "unauthorized")
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="Tiny", error="invalid_token"'


def test_who_sends_nothing_hears_what_is_needed():
    reply = ask(guarded([{"token": []}], {"token": bearer()}))

    assert (reply.status, reply.problem) == (401, "unauthorized")
    assert reply.headers["WWW-Authenticate"] == 'Bearer realm="Tiny"'


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (basic_credentials("ada:ada:secret"), 200),
        (basic_credentials("ü:ü:secret"), 200),
        (basic_credentials("ada:wrong"), 401),
        (basic_credentials("ada"), 401),
        (basic_credentials(""), 401),
        ("Basic !!!", 401),
        ("Basic /w==", 401),
        ("Basic", 401),
        ("Bearer ada", 401),
    ],
)
def test_a_username_and_password_are_known(value: str, status: int):
    """In UTF-8, and the first colon is the border (RFC 7617)."""
    reply = with_authorization(guarded([{"login": []}], {"login": basic()}), value)

    assert reply.status == status
    if status == 401:
        assert reply.headers["WWW-Authenticate"] == 'Basic realm="Tiny", charset="UTF-8"'


@pytest.mark.parametrize(
    ("location", "line", "headers"),
    [
        ("header", "GET /thing", {"X-Key": "ada"}),
        ("query", "GET /thing?X-Key=ada", {}),
        ("query", "GET /thing?X-Key=%61da", {}),
        ("cookie", "GET /thing", {"Cookie": "a=1; X-Key=ada"}),
    ],
)
def test_a_key_is_known_wherever_it_is_declared(location: str, line: str, headers: dict[str, str]):
    app = guarded([{"key": []}], {"key": key(location)})

    assert ask(app, line, headers=headers).json["user"] == "key of ada"
    assert ask(app).status == 401
    assert (
        ask(app).headers["WWW-Authenticate"]
        == f'ApiKey realm="Tiny", in="{location}", name="X-Key"'
    )
    of_eve = ask(app, line.replace("da", "ve"), headers=dict.fromkeys(headers, "X-Key=eve"))
    assert of_eve.status == 401


def test_a_key_in_the_query_stands_beside_the_parameters():
    """The scheme declares it, so it is no unknown parameter."""
    app = serving(
        lambda n: n,
        takes=[query("n", {"type": "integer"})],
        security=[{"key": []}],
        root={"components": {"securitySchemes": {"key": key("query", "api_key")}}},
    )

    assert ask(app, "GET /thing?api_key=ada&n=1").json == 1
    assert ask(app, "GET /thing?api_key=ada&m=1").faults == {("query", "/m", "declared")}


def test_a_key_in_the_query_may_be_given_only_once():
    app = guarded([{"key": []}], {"key": key("query", "api_key")})

    assert ask(app, "GET /thing?api_key=eve&api_key=ada").status in (400, 401)
    assert ask(app, "GET /thing?api_key=ada&api_key=eve").status in (400, 401)


def test_an_oauth_token_is_known():
    app = guarded([{"oauth": ["read"]}], {"oauth": oauth()})

    assert with_authorization(app, "Bearer ada").json["user"] == "ada"
    assert with_authorization(app, "Bearer eve").status == 401


@pytest.mark.parametrize(("token", "user"), [("ada", "ada"), ("bob", "bob"), ("plain", None)])
def test_the_user_is_the_sub_or_uid_of_the_token(token: str, user: str | None):
    app = guarded([{"token": []}], {"token": bearer()})

    assert with_authorization(app, f"Bearer {token}").json["user"] == user


def test_a_title_that_no_header_can_hold_still_makes_a_challenge():
    info = {"title": 'The "Zürich" API – β', "version": "1"}
    root = {"components": {"securitySchemes": {"token": bearer()}}, "info": info}

    reply = ask(serving(nothing, security=[{"token": []}], root=root))

    assert reply.status == 401
    assert reply.headers["WWW-Authenticate"].isascii()
    assert reply.headers["WWW-Authenticate"].count('"') == 2


# --- scopes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("token", "scopes", "status"),
    [
        ("ada", ["read"], 200),
        ("ada", ["read", "write"], 200),
        ("ada", ["write", "read"], 200),
        ("bob", ["read"], 200),
        ("bob", ["read", "write"], 403),
        ("ada", ["admin"], 403),
        ("none", ["read"], 403),
        ("none", [], 200),
    ],
)
@pytest.mark.parametrize("scheme", [bearer(), oauth()], ids=["bearer", "oauth2"])
def test_every_scope_is_needed(token: str, scopes: list[str], status: int, scheme: Json):
    reply = with_authorization(guarded([{"auth": scopes}], {"auth": scheme}), f"Bearer {token}")

    assert reply.status == status
    if status == 403:
        assert reply.problem == "insufficient-scope"
        needed = " ".join(scopes)
        challenge = reply.headers["WWW-Authenticate"]
        assert challenge == f'Bearer error="insufficient_scope", scope="{needed}"'


def test_a_contract_may_say_itself_what_a_scope_grants():
    scheme = oauth(**{"x-scopeValidateFunc": named(any_scope)})

    app = guarded([{"auth": ["read", "admin"]}], {"auth": scheme})

    assert with_authorization(app, "Bearer bob").status == 200
    assert with_authorization(app, "Bearer none").status == 403


# --- alternatives -------------------------------------------------------------------------------

BOTH = {"token": bearer(), "key": key()}
TOKEN, KEY = {"Authorization": "Bearer ada"}, {"X-Key": "bob"}
BAD_TOKEN, BAD_KEY = {"Authorization": "Bearer eve"}, {"X-Key": "eve"}


@pytest.mark.parametrize(
    ("security", "headers", "outcome"),
    [
        ([{"token": []}, {"key": []}], TOKEN, "ada"),
        ([{"token": []}, {"key": []}], KEY, "key of bob"),
        ([{"token": []}, {"key": []}], TOKEN | KEY, "ada"),
        ([{"key": []}, {"token": []}], TOKEN | KEY, "key of bob"),
        ([{"token": []}, {"key": []}], BAD_TOKEN | KEY, "key of bob"),
        ([{"token": []}, {"key": []}], BAD_TOKEN, 401),
        ([{"token": []}, {"key": []}], BAD_TOKEN | BAD_KEY, 401),
        ([{"token": []}, {"key": []}], {}, 401),
        ([{"token": ["admin"]}, {"key": []}], TOKEN, 403),
        ([{"token": ["admin"]}, {"key": []}], TOKEN | KEY, "key of bob"),
        ([{"token": ["admin"]}, {"token": ["read"]}], TOKEN, "ada"),
        ([{"token": [], "key": []}], TOKEN | KEY, None),
        ([{"token": [], "key": []}], TOKEN, 401),
        ([{"token": [], "key": []}], KEY, 401),
        ([{"token": [], "key": []}], BAD_TOKEN | KEY, 401),
        ([{"token": [], "key": []}], TOKEN | BAD_KEY, 401),
        ([{"token": ["admin"], "key": []}], TOKEN | KEY, 403),
        ([{"token": []}, {}], {}, None),
        ([{}, {"token": []}], {}, None),
        ([{"token": []}, {}], TOKEN, "ada"),
        ([{}, {"token": []}], TOKEN, "ada"),
        ([{"token": []}, {}], BAD_TOKEN, 401),
        ([{}, {"token": []}], BAD_TOKEN, 401),
        ([{"token": []}, {}], {"Authorization": "Basic x"}, 401),
        ([{"token": ["admin"]}, {}], TOKEN, 403),
        ([{"token": []}, {}], KEY, None),
        ([], BAD_TOKEN, None),
        ([{}], BAD_TOKEN, None),
    ],
)
def test_the_first_satisfied_alternative_counts(security: list[Json], headers: Any, outcome: Any):
    """A credential that was sent and is wrong is refused, also where nobody is welcome."""
    reply = ask(guarded(security, BOTH), headers=headers)

    if isinstance(outcome, int):
        assert reply.status == outcome
        assert "WWW-Authenticate" in reply.headers
    else:
        assert (reply.status, reply.json["user"]) == (200, outcome)


def test_schemes_that_must_all_be_satisfied_give_all_they_know():
    reply = ask(guarded([{"token": [], "key": []}], BOTH), headers=TOKEN | KEY)

    assert reply.json["token_info"] == {"token": TOKENS["ada"], "key": {"sub": "key of bob"}}


def test_the_challenge_names_every_scheme_once():
    reply = ask(guarded([{"token": []}, {"key": [], "token": []}], BOTH))

    assert reply.headers["WWW-Authenticate"] == (
        'Bearer realm="Tiny", ApiKey realm="Tiny", in="header", name="X-Key"'
    )


def test_an_anonymous_caller_has_no_token_info():
    assert ask(guarded([{}], BOTH)).json == {"user": None, "token_info": None}


def test_the_documents_security_holds_where_an_operation_has_none_of_its_own():
    root = {"components": {"securitySchemes": BOTH}, "security": [{"token": []}]}

    assert ask(serving(lambda: 1, root=root)).status == 401
    assert ask(serving(lambda: 1, root=root, security=[])).status == 200
    assert ask(serving(lambda: 1, root=root, security=[{"key": []}]), headers=KEY).status == 200


# --- what a function may ask for and say --------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (know_with_scopes, ["read"]),
        (know_with_request, (True, "/thing")),
        (know_with_all, ["request", "required_scopes"]),
    ],
)
def test_a_function_gets_what_it_names(function: Any, told: Any):
    CALLS.clear()
    app = guarded([{"token": ["read"]}], {"token": bearer(function)})

    assert with_authorization(app, "Bearer ada").status == 200
    assert [told] == CALLS


def test_a_function_may_be_asynchronous():
    app = guarded([{"token": []}], {"token": bearer(know_later)})

    assert with_authorization(app, "Bearer ada").json["user"] == "ada"
    assert with_authorization(app, "Bearer eve").status == 401


def test_an_asynchronous_function_guards_a_handler_that_does_not_ask_who_it_is():
    """A coroutine that nobody awaits is no token."""
    app = serving(
        lambda: "secret",
        security=[{"token": []}],
        root={"components": {"securitySchemes": {"token": bearer(know_later)}}},
    )

    assert with_authorization(app, "Bearer eve").status == 401


@pytest.mark.parametrize(
    ("function", "status"),
    [(refuse_token, 401), (refuse_response, 401), (refuse_scope, 403), (forbid, 403)],
)
def test_a_function_may_refuse_by_raising(function: Any, status: int):
    """Connexion's exceptions, and Flask's; the answer is a problem with its challenge."""
    reply = with_authorization(guarded([{"token": []}], {"token": bearer(function)}), "Bearer ada")

    assert reply.status == status
    assert reply.problem
    if status == 401:
        assert reply.headers["WWW-Authenticate"].startswith('Bearer realm="Tiny"')


def test_a_function_that_fails_admits_nobody():
    """500, also where another alternative would let the caller in."""
    app = guarded([{"token": []}, {}], {"token": bearer(crash)})

    reply = with_authorization(app, "Bearer ada")

    assert (reply.status, reply.problem) == (500, "internal-error")


@pytest.mark.parametrize(
    ("scheme", "fault"),
    [
        ({"type": "http", "scheme": "bearer"}, "names no function"),
        ({"type": "http", "scheme": "basic"}, "names no function"),
        ({"type": "apiKey", "in": "header", "name": "X"}, "names no function"),
        (bearer(**{"x-bearerInfoFunc": "nowhere.at_all"}), "cannot be loaded"),
        (bearer(**{"x-bearerInfoFunc": f"{__name__}.not_here"}), "cannot be loaded"),
        (bearer(**{"x-bearerInfoFunc": "without_a_dot"}), "cannot be loaded"),
        (bearer(**{"x-bearerInfoFunc": 5}), "cannot be loaded"),
        (bearer(**{"x-bearerInfoFunc": "builtins.dict"}), "no function whose arguments are known"),
        (bearer(**{"x-bearerInfoFunc": f"{__name__}.TOKENS"}), "no function whose arguments"),
        (bearer(**{"x-scopeValidateFunc": "nowhere.at_all"}), "cannot be loaded"),
        ({"type": "http", "scheme": "digest"}, "kind that is not supported"),
        ({"type": "mutualTLS"}, "kind that is not supported"),
    ],
)
def test_a_scheme_that_cannot_work_is_refused_at_start(scheme: Json, fault: str):
    with pytest.raises(ConfigurationError, match=fault) as caught:
        guarded([{"auth": []}], {"auth": scheme})

    assert "/components/securitySchemes/auth" in caught.value.place
    assert caught.value.remedy


def test_a_scheme_that_nobody_uses_needs_no_function():
    root = {"components": {"securitySchemes": {"later": {"type": "http", "scheme": "bearer"}}}}

    assert ask(serving(lambda: "fine", root=root)).json == "fine"


def test_a_requirement_of_an_undeclared_scheme_is_refused_at_start():
    with pytest.raises(ConfigurationError, match="nowhere is not defined") as caught:
        guarded([{"nowhere": []}], BOTH)

    assert caught.value.place == "<document>#/paths/~1thing/get/security/0/nowhere"


def test_an_environment_variable_of_connexion_names_no_function(monkeypatch: pytest.MonkeyPatch):
    """The contract says who knows credentials, and nothing else does."""
    monkeypatch.setenv("BEARERINFO_FUNC", named(know_token))

    with pytest.raises(ConfigurationError):
        guarded([{"auth": []}], {"auth": {"type": "http", "scheme": "bearer"}})


# --- when ---------------------------------------------------------------------------------------


def test_nobody_learns_anything_before_it_is_known_who_asks():
    called: list[str] = []
    app = serving(
        lambda **_all: called.append("handler"),
        "POST /thing",
        takes=[query("n", {"type": "integer"})],
        security=[{"token": []}],
        root={"components": {"securitySchemes": BOTH}},
        answers={204: response()},
    )

    reply = ask(app, "POST /thing?n=x&z=1", body=b"x", headers={"Accept": "image/png"})

    assert reply.status == 401
    assert called == []


def test_an_unknown_address_needs_no_credentials():
    app = guarded([{"token": []}], BOTH)

    assert ask(app, "GET /nowhere").status == 404
    assert ask(app, "DELETE /thing").status == 405
    assert ask(app, "OPTIONS /thing").status == 204


def test_credentials_are_asked_for_once_for_each_request():
    CALLS.clear()
    schemes = {"token": bearer(know_with_all)}
    app = serving(
        nothing,
        security=[{"token": []}],
        root={"components": {"securitySchemes": schemes}},
        answers={204: response()},
    )

    with_authorization(app, "Bearer ada")
    with_authorization(app, "Bearer ada")

    assert len(CALLS) == 2
