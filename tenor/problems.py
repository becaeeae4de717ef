"""Problem details (RFC 9457): how every refusal speaks, and the catalogue of the engine's own.

A handler answers ``return problem(409, "slug-taken", detail=...)`` or raises ``Problem`` with the
same arguments; the engine raises the same class for its own refusals, so there is one way to say
no. The ``type`` is an address under the application's ``problems`` base, where the meaning is
explained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, NoReturn, cast

from flask import current_app
from werkzeug.exceptions import Aborter, HTTPException, default_exceptions
from werkzeug.sansio.response import Response

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem: its name (the last part of its address), status, title, and advice."""

    name: str
    status: int
    title: str
    advice: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule of a request.

    ``place`` is ``path``, ``query``, ``header``, ``cookie`` or ``body``; ``pointer`` is a JSON
    pointer within it (empty for the whole body). The detail never repeats the value.
    """

    place: str
    pointer: str
    rule: str
    detail: str

    def as_json(self) -> dict[str, str]:
        """The fault as an entry of ``errors``."""
        return {
            "in": self.place,
            "pointer": self.pointer,
            "rule": self.rule,
            "detail": self.detail,
        }


CATALOGUE: dict[str, ProblemType] = {
    kind.name: kind
    for kind in (
        ProblemType(
            "invalid-request",
            400,
            "The request breaks the contract",
            "Each entry of errors names a place, a rule and what is allowed there. Correct them "
            "all and send the request again.",
        ),
        ProblemType(
            "unauthorized",
            401,
            "Valid credentials are needed",
            "Send credentials of a kind that the WWW-Authenticate header names. They were "
            "missing, malformed, expired or revoked.",
        ),
        ProblemType(
            "insufficient-scope",
            403,
            "The credentials do not reach this far",
            "Use credentials that were given the scope which the detail names.",
        ),
        ProblemType("forbidden", 403, "This is not allowed to you", "Ask somebody who may do it."),
        ProblemType(
            "not-found",
            404,
            "Nothing is found at this address",
            "Check the address. What you may not see is answered exactly like what is not there.",
        ),
        ProblemType(
            "method-not-allowed",
            405,
            "The address does not know this method",
            "Use one of the methods that the Allow header lists.",
        ),
        ProblemType(
            "not-acceptable",
            406,
            "No offered media type is acceptable",
            "Ask in Accept for one of the media types that the detail lists, or send no Accept.",
        ),
        ProblemType(
            "length-required",
            411,
            "The length of the content is needed",
            "Send Content-Length: content of this media type may not be sent in chunks, because "
            "a cut could not be told from an end.",
        ),
        ProblemType(
            "precondition-failed",
            412,
            "It is not in the state that was meant",
            "Read it again, and repeat your change with the ETag of what you read.",
        ),
        ProblemType(
            "content-too-large", 413, "The content is too large", "Send less than the detail says."
        ),
        ProblemType(
            "unsupported-media-type",
            415,
            "The content is of a type that is not taken",
            "Send a Content-Type that the detail lists, in UTF-8.",
        ),
        ProblemType(
            "precondition-required",
            428,
            "The change needs a precondition",
            "Send If-Match with the ETag of what you read, so that no change of others is lost.",
        ),
        ProblemType(
            "too-many-requests",
            429,
            "Requests came too often",
            "Wait as long as Retry-After says, and send the request again.",
        ),
        ProblemType(
            "internal-error",
            500,
            "The server failed",
            "It is not your fault. Try again later; if it stays, report it with the X-Request-Id.",
        ),
        ProblemType(
            "contract-violation",
            500,
            "The server was about to break its contract",
            "The answer was held back. Report it with the violation.",
        ),
        ProblemType(
            "overloaded",
            503,
            "The server is at its limit",
            "Wait as long as Retry-After says, and send the request again.",
        ),
    )
}
"""The engine's own problems, by name."""


class NotARefusal(Exception):
    """``abort()`` was called with a status that refuses nothing, or that nobody knows."""

    def __init__(self, status: int) -> None:
        super().__init__(f"abort({status})")
        self.status = status


class Refuser(Aborter):
    """What ``abort()`` does: it raises the exception of a refusal."""

    def __call__(self, code: int | Response, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise the exception of a status, or the answer itself."""
        if isinstance(code, int) and code not in self.mapping:
            raise NotARefusal(int(code))
        super().__call__(code, *args, **kwargs)


class Problem(HTTPException):
    """A refusal: raised anywhere below the engine, answered as ``application/problem+json``."""

    def __init__(
        self,
        status: int,
        name: str,
        *,
        detail: str = "",
        title: str = "",
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Fault] = (),
        **extensions: Any,
    ) -> None:
        super().__init__(detail or title or name)
        self.code: int = int(status)  # pyright: ignore[reportIncompatibleVariableOverride] - never None
        self.kind = name
        self.title = title or _title(name, int(status))
        self.detail = detail
        self.headers = dict(headers or {})
        self.faults = tuple(errors)
        self.extensions = extensions

    def body(self, base: str) -> dict[str, Any]:
        """The problem as JSON; ``base`` is the address under which problems are explained."""
        members: dict[str, Any] = {
            "type": base + self.kind,
            "title": self.title,
            "status": self.code,
        }
        if self.detail:
            members["detail"] = self.detail
        if self.faults:
            members["errors"] = [fault.as_json() for fault in self.faults]
        return members | self.extensions


def stand_in(refusal: Problem) -> HTTPException:
    """An exception that Flask's look-up takes for the problem and for its status's own class."""
    kind = _stand_in_class(refusal.code or 500)
    return kind.__new__(kind)


@cache
def _stand_in_class(status: int) -> type[HTTPException]:
    own = default_exceptions.get(status, HTTPException)
    return type(f"Problem{status}", (Problem, own), {"code": status})


def problem(
    status: int,
    name: str,
    *,
    detail: str = "",
    title: str = "",
    headers: Mapping[str, str] | None = None,
    **extensions: Any,
) -> tuple[dict[str, Any], int, dict[str, str]]:
    """The answer ``(body, status, headers)`` of a handler that refuses with a problem."""
    refusal = Problem(status, name, detail=detail, title=title, headers=headers, **extensions)
    base = cast(str, current_app.config["TENOR_PROBLEMS"])
    return refusal.body(base), refusal.code, {"Content-Type": MEDIA_TYPE, **refusal.headers}


def of_type(name: str, *, detail: str = "", headers: Mapping[str, str] | None = None) -> Problem:
    """One of the engine's own problems."""
    return Problem(CATALOGUE[name].status, name, detail=detail, headers=headers)


def invalid(faults: Sequence[Fault]) -> Problem:
    """400 with every fault that was found."""
    count = "1 fault was" if len(faults) == 1 else f"{len(faults)} faults were"
    return Problem(400, "invalid-request", detail=f"{count} found.", errors=faults)


def of_exception(error: HTTPException) -> Problem:
    """The problem that says what an ``abort()`` or Werkzeug's own exception means."""
    if isinstance(error, Problem):
        return error
    headers = {
        key: value
        for key, value in error.get_headers()
        if key.lower() not in ("content-type", "content-length")
    }
    detail = error.description if error.description != type(error).description else ""
    return of_status(error.code or 500, detail=detail or "", headers=headers)


def of_status(
    status: int, *, detail: str = "", headers: Mapping[str, str] | None = None
) -> Problem:
    """The problem that a status stands for where nothing more is said."""
    name = _BY_STATUS.get(status) or _phrase(status).lower().replace(" ", "-")
    return Problem(status, name, detail=detail, headers=headers)


_BY_STATUS = {
    **{kind.status: kind.name for kind in reversed(CATALOGUE.values())},
    403: "forbidden",
    500: "internal-error",
}


def _title(name: str, status: int) -> str:
    kind = CATALOGUE.get(name)
    return kind.title if kind else _phrase(status)


def _phrase(status: int) -> str:
    """The reason phrase of a status, or a word for one that has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
