"""Who is asking: the security requirements of an operation (OpenAPI 3.1, section 4.8.30).

The functions that know credentials are found by connexion's extensions: ``x-bearerInfoFunc``,
``x-basicInfoFunc``, ``x-apikeyInfoFunc``, ``x-tokenInfoFunc`` and ``x-scopeValidateFunc``. What
they return is the caller's ``token_info``; its ``sub`` (or ``uid``) is the ``user``.

Credentials that were sent and are wrong are always refused, also where the operation would serve
anonymous callers: a client with an expired token must hear of it.
"""

import base64
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import flask
from asgiref.sync import async_to_sync

from tenor.connexion_parts import OAuthScopeProblem, Unauthorized, get_function_from_name  # pyright: ignore[reportUnknownVariableType] - connexion has no types
from tenor.document import Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.problems import Problem, of_type

Environ = Mapping[str, Any]
TokenInfo = dict[str, Any]
Extract = Callable[[Environ], Any]

ANONYMOUS: TokenInfo = {}


class Invalid(Exception):
    """Credentials that cannot be read, or that nobody knows."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme: how its credentials are found, verified, and asked for."""

    name: str
    extract: Extract
    verify: Callable[..., object]
    grants: Callable[[Sequence[str], Sequence[str]], bool]
    challenge: str
    query_name: str
    wants_scopes: bool
    wants_request: bool

    def identify(self, credentials: tuple[str, ...], scopes: Sequence[str]) -> TokenInfo:
        """The token info of these credentials. Raises Invalid."""
        if self.wants_scopes or self.wants_request:
            info = self.verify(*credentials, **self._extra(scopes))
        else:
            info = self.verify(*credentials)
        if type(info) is dict or isinstance(info, Mapping):
            return info  # pyright: ignore[reportReturnType, reportUnknownVariableType] - as it says
        if info is None:
            raise Invalid
        kind = type(info).__name__
        raise TypeError(f"the function of {self.name} returned a {kind}, not a mapping or None")

    def _extra(self, scopes: Sequence[str]) -> dict[str, Any]:
        """What the function takes beside credentials."""
        extra: dict[str, Any] = {}
        if self.wants_scopes:
            extra["required_scopes"] = list(scopes)
        if self.wants_request:
            extra["request"] = flask.request
        return extra


@dataclass(frozen=True, slots=True)
class Requirement:
    """Schemes that must all be satisfied, each with its scopes."""

    schemes: tuple[tuple[Scheme, tuple[str, ...]], ...]

    def identify(self, environ: Environ) -> list[TokenInfo] | None:
        """What each scheme knows of the caller; None where no credentials were sent.

        Raises Invalid.
        """
        if len(self.schemes) == 1:  # as most have it, there is nothing to be gathered
            ((scheme, scopes),) = self.schemes
            credentials = scheme.extract(environ)
            return None if credentials is None else [scheme.identify(credentials, scopes)]
        sent = [scheme.extract(environ) for scheme, _ in self.schemes]
        return self._identified(sent) if any(sent) else None

    def _identified(self, sent: Sequence[tuple[str, ...] | None]) -> list[TokenInfo]:
        known: list[TokenInfo] = []
        for (scheme, scopes), credentials in zip(self.schemes, sent, strict=True):
            if credentials is None:
                raise Invalid
            known.append(scheme.identify(credentials, scopes))
        return known

    def missing_scope(self, known: Sequence[TokenInfo]) -> tuple[str, ...] | None:
        """The scopes of a scheme that the caller of whom this is known does not have."""
        for index, (scheme, scopes) in enumerate(self.schemes):
            if scopes and not scheme.grants(scopes, _scopes_of(known[index])):
                return scopes
        return None


@dataclass(frozen=True, slots=True)
class Security:
    """The alternatives of an operation; the first that is satisfied counts."""

    requirements: tuple[Requirement, ...]
    allows_anonymous: bool

    def authenticate(self, environ: Environ) -> TokenInfo:
        """The token info of the caller, empty for an anonymous one.

        Raises the problems 401 and 403, each with its challenge (RFC 6750, section 3).
        """
        refusal: Problem | None = None
        for requirement in self.requirements:
            try:
                known = requirement.identify(environ)
            except Invalid:
                refusal = refusal or self._unauthorized(was_sent=True)
                continue
            except OAuthScopeProblem as error:
                refusal = _insufficient(cast(Iterable[str], error.required_scopes))  # pyright: ignore[reportUnknownMemberType]
                continue
            except Unauthorized as error:
                detail = cast(str | None, error.detail) or ""  # pyright: ignore[reportUnknownMemberType]
                refusal = refusal or self._unauthorized(was_sent=True, detail=detail)
                continue
            if known is None:
                continue
            missing = requirement.missing_scope(known)
            if missing is None:
                return known[0] if len(known) == 1 else _by_scheme(requirement, known)
            refusal = _insufficient(missing)
        if refusal is not None:
            raise refusal
        if not self.allows_anonymous:
            raise self._unauthorized(was_sent=False)
        return ANONYMOUS

    @property
    def query_names(self) -> tuple[str, ...]:
        """The names of the keys that are sent in the query."""
        schemes = (scheme for requirement in self.requirements for scheme, _ in requirement.schemes)
        return tuple(scheme.query_name for scheme in schemes if scheme.query_name)

    def _unauthorized(self, *, was_sent: bool, detail: str = "") -> Problem:
        suffix = ', error="invalid_token"' if was_sent else ""
        schemes = {s.name: s for r in self.requirements for s, _ in r.schemes}.values()
        challenges = ", ".join(
            scheme.challenge + (suffix if scheme.challenge.startswith("Bearer") else "")
            for scheme in schemes
        )
        reason = "The credentials are not valid." if was_sent else "No credentials were sent."
        headers = {"WWW-Authenticate": challenges}
        return of_type("unauthorized", detail=detail or reason, headers=headers)


def compile_security(document: Document, operation: Mapping[str, Json]) -> Security | None:
    """The security of an operation, or None when it asks for nothing."""
    alternatives = operation.get("security", document.raw.get("security") or [])
    if not any(alternatives):
        return None
    requirements = tuple(
        Requirement(
            tuple((_scheme(document, name), tuple(scopes)) for name, scopes in alternative.items())
        )
        for alternative in alternatives
        if alternative
    )
    return Security(requirements, allows_anonymous={} in alternatives)


def _by_scheme(requirement: Requirement, known: Sequence[TokenInfo]) -> TokenInfo:
    names = (scheme.name for scheme, _ in requirement.schemes)
    return dict(zip(names, known, strict=True))


def _insufficient(scopes: Iterable[str]) -> Problem:
    needed = " ".join(scopes)
    return of_type(
        "insufficient-scope",
        detail=f"The scope {needed} is needed.",
        headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{needed}"'},
    )


def _scopes_of(info: TokenInfo) -> list[str]:
    given = info.get("scope", info.get("scopes", ()))
    return given.split() if isinstance(given, str) else list(given)


def _grants_all(required: Sequence[str], given: Sequence[str]) -> bool:
    return set(required) <= set(given)


def _scheme(document: Document, name: str) -> Scheme:
    pointer = f"/components/securitySchemes/{escape(name)}"
    node, _ = document.follow(pointer)
    place = document.place(pointer)
    realm = "".join(char for char in document.title if " " <= char <= "~" and char not in '"\\')
    kind = cast(str, node["type"])
    http_scheme = cast(str, node.get("scheme", "")).lower()
    if kind == "http" and http_scheme == "basic":
        key, extract = "x-basicInfoFunc", _basic
        challenge = f'Basic realm="{realm}", charset="UTF-8"'
    elif kind == "http" and http_scheme == "bearer":
        key, extract, challenge = "x-bearerInfoFunc", _bearer, f'Bearer realm="{realm}"'
    elif kind in ("oauth2", "openIdConnect"):
        key, extract, challenge = "x-tokenInfoFunc", _bearer, f'Bearer realm="{realm}"'
    elif kind == "apiKey":
        key, extract = "x-apikeyInfoFunc", _api_key(node["in"], node["name"])
        challenge = f'ApiKey realm="{realm}", in="{node["in"]}", name="{node["name"]}"'
    else:
        raise ConfigurationError(
            f"the security scheme {name} is of a kind that is not supported",
            place=place,
            remedy="Use http basic, http bearer, apiKey, oauth2 or openIdConnect.",
        )
    verify = _function(node, key, name, place)
    names = _argument_names(verify)
    return Scheme(
        name=name,
        extract=extract,
        verify=_synchronous(verify),
        grants=_synchronous(
            _function(node, "x-scopeValidateFunc", name, place, default=_grants_all)
        ),
        challenge=challenge,
        query_name=node["name"] if node.get("in") == "query" else "",
        wants_scopes="required_scopes" in names,
        wants_request="request" in names,
    )


def _function(
    node: Mapping[str, Json],
    key: str,
    scheme: str,
    place: str,
    default: Callable[..., Any] | None = None,
) -> Callable[..., Any]:
    name = node.get(key)
    if name is None:
        if default is not None:
            return default
        raise ConfigurationError(
            f"the security scheme {scheme} names no function that knows its credentials",
            place=place,
            remedy=f"Add {key}: package.module.function.",
        )
    try:
        function = get_function_from_name(name)
    except Exception as error:  # whatever a module does at import
        raise ConfigurationError(
            f"{key}: {name} cannot be loaded ({error})",
            place=place,
            remedy="Name a function as package.module.function.",
        ) from error
    try:
        inspect.signature(function)
    except (TypeError, ValueError):
        raise ConfigurationError(
            f"{key}: {name} is no function whose arguments are known",
            place=place,
            remedy="Name a function that is written in Python.",
        ) from None
    return cast(Callable[..., Any], function)


def _synchronous(function: Callable[..., Any]) -> Callable[..., Any]:
    return async_to_sync(function) if inspect.iscoroutinefunction(function) else function


def _argument_names(function: Callable[..., Any]) -> set[str]:
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return {"required_scopes", "request"}
    return {p.name for p in parameters}


def _authorization(environ: Environ, scheme: str) -> str | None:
    """The credentials after the scheme's name; None when there is no Authorization."""
    header = environ.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    kind, _, credentials = header.strip(" \t").partition(" ")
    credentials = credentials.strip(" ")
    if not credentials or kind.lower() != scheme:
        raise Invalid
    return credentials


def _bearer(environ: Environ) -> tuple[str] | None:
    token = _authorization(environ, "bearer")
    return None if token is None else (token,)


def _basic(environ: Environ) -> tuple[str, str] | None:
    encoded = _authorization(environ, "basic")
    if encoded is None:
        return None
    try:
        text = base64.b64decode(encoded, validate=True).decode()
    except ValueError:
        raise Invalid from None
    username, colon, password = text.partition(":")
    if not colon:
        raise Invalid
    return username, password


def _api_key(location: str, name: str) -> Extract:
    def from_header(environ: Environ) -> tuple[str] | None:
        value = environ.get("HTTP_" + name.upper().replace("-", "_"))
        return None if value is None else (value,)

    def from_query(environ: Environ) -> tuple[str] | None:
        values = flask.request.args.getlist(name)
        if len(values) > 1:
            raise Invalid
        return (values[0],) if values else None

    def from_cookie(environ: Environ) -> tuple[str] | None:
        value = flask.request.cookies.get(name)
        return None if value is None else (value,)

    return {"header": from_header, "query": from_query, "cookie": from_cookie}[location]
