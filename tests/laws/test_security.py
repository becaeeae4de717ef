"""Laws of security: who asks is known or refused, and a token opens what its scopes say."""

from publishing.callers import Scope
from tests.api.client import refusal
from tests.contract.reading import Operation
from tests.laws.walk import Stage, Theatre, each

NOBODYS = ("Bearer tnr_nobody", "bearer tnr_nobody", "Bearer", "Bearer  ", "tnr_nobody")
OTHER_SCHEMES = ("Basic YWRhOnBvZXRpY2Fs", "Digest username=ada", "Token tnr_nobody")


def needs_a_token(operation: Operation) -> bool:
    return operation.may_be_refused and {} not in operation.node["security"]


@each(needs_a_token)
def test_the_anonymous_are_asked_who_they_are(theatre: Theatre, operation: Operation):
    stage = theatre.stage()

    answer = stage.ask(stage.good(operation), by=theatre.api)

    assert refusal(answer) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert "error=" not in answer.headers["WWW-Authenticate"]


@each(lambda operation: operation.may_be_refused)
def test_credentials_that_open_nothing_are_refused(theatre: Theatre, operation: Operation):
    """Also where nobody has to show any."""
    stage = theatre.stage()
    before = stage.everything()
    for credentials in NOBODYS + OTHER_SCHEMES:
        answer = stage.ask(stage.good(operation).having(authorization=credentials))

        assert refusal(answer) == (401, "unauthorized"), credentials
        assert answer.headers["WWW-Authenticate"].startswith("Bearer "), credentials
    assert stage.everything() == before


@each(lambda operation: not operation.may_be_refused)
def test_where_nobody_is_asked_credentials_do_not_matter(undone: Stage, operation: Operation):
    for credentials in NOBODYS + OTHER_SCHEMES:
        answer = undone.ask(undone.good(operation).having(authorization=credentials))

        assert answer.status_code < 300, credentials


@each(lambda operation: operation.may_be_refused and not needs_a_token(operation))
def test_who_needs_no_token_is_answered_without(theatre: Theatre, operation: Operation):
    stage = theatre.stage()

    assert stage.ask(stage.good(operation), by=theatre.api).status_code < 300


@each(lambda operation: operation.scopes)
def test_a_token_without_the_scope_is_refused(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    others = {scope.value for scope in Scope} - operation.scopes - {Scope.ADMIN.value}
    before = stage.everything()
    for scopes in ((), sorted(others)):
        answer = stage.ask(stage.good(operation), by=stage.ada.sign_in(stage.ada.username, *scopes))

        assert refusal(answer) == (403, "insufficient-scope")
        challenge = answer.headers["WWW-Authenticate"]
        assert 'error="insufficient_scope"' in challenge
        assert f'scope="{" ".join(operation.scopes)}"' in challenge
    assert stage.everything() == before


@each(lambda operation: operation.scopes)
def test_a_token_with_the_scope_alone_is_enough(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    ada = stage.ada.sign_in(stage.ada.username, *operation.scopes)

    assert stage.ask(stage.good(operation), by=ada).status_code < 300


@each(lambda operation: operation.may_be_refused)
def test_a_token_that_was_revoked_opens_nothing(theatre: Theatre, operation: Operation):
    stage = theatre.stage()
    assert stage.ada.delete(f"/tokens/{stage.names['token']}").status_code == 204

    assert refusal(stage.ask(stage.good(operation))) == (401, "unauthorized")


@each(lambda operation: operation.may_be_refused)
def test_who_asks_is_known_before_the_request_is_read(theatre: Theatre, operation: Operation):
    """So that a stranger learns nothing from how a wrong request is refused."""
    stage = theatre.stage()
    call = stage.good(operation).having(authorization="Bearer tnr_nobody")
    for wrong in ({"accept": "image/png"}, {"content_type": "text/plain"}, {"if_match": "x"}):
        assert refusal(stage.ask(call.having(**wrong))) == (401, "unauthorized"), wrong
