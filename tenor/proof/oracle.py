"""The oracle: what every exchange is held to beside its schemas, by the rules of HTTP.

Each rule is a pure function of one exchange that gives the sentences of what it finds wrong.
``RULES`` has them by their stable ids.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import UTC, datetime
from email.utils import format_datetime

from tenor.conditions import entity_tags, http_date
from tenor.document import UNROUTED
from tenor.problems import MEDIA_TYPE as PROBLEM
from tenor.promises import Promise
from tenor.proof.contract import Operation
from tenor.proof.kinds import as_object
from tenor.proof.subject import Check, Said, Seen

Rule = Callable[[Seen], Iterator[str]]
"""Gives the sentences of what is wrong with an exchange."""

CHOOSERS = frozenset(("format", "_format", "f", "alt", "output", "type", "as", "accept"))
"""Query parameters that choose a media type in the place of ``Accept``."""

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_REFERENCE = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:[\w.~:/?@!$&'()*+,;=\[\]-]|%[0-9A-Fa-f]{2})*"
    r"(?:#(?:[\w.~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)
_CHALLENGE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ ,]|\Z)")
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for now where a year of two digits is wrong whatever it means."""


def _problem_status(seen: Seen) -> Iterator[str]:
    """The status in a problem is that of the answer (RFC 9457, section 3.1.2)."""
    problem = as_object(seen.reply.json()) if seen.reply.media_type == PROBLEM else None
    if problem is not None and problem.get("status", seen.reply.status) != seen.reply.status:
        yield (
            f"{_answered(seen)} with a problem whose status says something else; the two are the "
            f"same (RFC 9457, section 3.1.2). Write {seen.reply.status} into the problem, or "
            "answer with the status that it says."
        )


def _not_modified_tag(seen: Seen) -> Iterator[str]:
    """304 answers a condition, and has the tag that was asked for (RFC 9110, section 15.4.5)."""
    asked, tag = seen.request.header("If-None-Match"), seen.reply.header("ETag")
    if seen.reply.status != 304:
        return
    if asked is None and seen.request.header("If-Modified-Since") is None:
        yield (
            f"{_answered(seen)} although the request had no condition; 304 answers If-None-Match "
            "or If-Modified-Since alone (RFC 9110, section 15.4.5). Answer with the content."
        )
    elif tag is None and _declares(seen, "ETag"):
        yield (
            f"{_answered(seen)} without ETag, which {_place(seen)} declares; a 304 carries the tag "
            "that a 200 would have had (RFC 9110, section 15.4.5). Send it."
        )
    elif tag is not None and asked is not None and not _names(asked, tag):
        yield (
            f"{_answered(seen)} with a tag that If-None-Match did not name; 304 says that what the "
            "client has is current (RFC 9110, section 13.1.2). Answer with the content, or with "
            "the tag that was named."
        )


def _not_modified_content(seen: Seen) -> Iterator[str]:
    """304 has no content (RFC 9110, section 15.4.5)."""
    if seen.reply.status == 304 and seen.reply.body:
        yield (
            f"{_answered(seen)} with content; there is none in a 304 (RFC 9110, section 15.4.5). "
            "Send the header alone."
        )


def _no_content(seen: Seen) -> Iterator[str]:
    """204 and 205 have no content (RFC 9110, sections 15.3.5 and 15.3.6)."""
    if seen.reply.status in (204, 205) and seen.reply.body:
        yield (
            f"{_answered(seen)} with content; there is none in such an answer (RFC 9110, sections "
            "15.3.5 and 15.3.6). Leave it out, or answer 200."
        )


def _head_content(seen: Seen) -> Iterator[str]:
    """The answer to HEAD has no content (RFC 9110, section 9.3.2)."""
    if seen.request.method == "HEAD" and seen.reply.body:
        yield (
            f"{_name(seen)} answered HEAD with content; the answer to HEAD has none "
            "(RFC 9110, section 9.3.2). Send the header alone."
        )


def _challenge(seen: Seen) -> Iterator[str]:
    """401 says how to sign in, in WWW-Authenticate (RFC 9110, section 15.5.2)."""
    if seen.reply.status != 401:
        return
    challenge = seen.reply.header("WWW-Authenticate")
    if challenge is None or _CHALLENGE.match(challenge) is None:
        found = "without WWW-Authenticate" if challenge is None else "with no challenge"
        yield (
            f"{_answered(seen)} {found}; a 401 says how to sign in (RFC 9110, section 15.5.2). "
            "Send WWW-Authenticate with the scheme, such as Bearer, and declare it."
        )


def _allow(seen: Seen) -> Iterator[str]:
    """Allow names the methods that are declared, all and alone (RFC 9110, section 10.2.1)."""
    is_refusal = seen.reply.status == 405
    if not (is_refusal or (seen.request.method == "OPTIONS" and seen.reply.is_success)):
        return
    required, possible = _methods(seen)
    text = seen.reply.header("Allow")
    if text is None:
        if is_refusal or _declares(seen, "Allow"):
            yield (
                f"{_answered(seen)} without Allow; it lists the methods that the address has "
                f"(RFC 9110, section 15.5.6). Send Allow: {', '.join(sorted(possible))}."
            )
        return
    named = {each.strip() for each in text.split(",") if each.strip()}
    missing, foreign = required - named, named - possible
    if required and (missing or foreign):
        yield _wrong_allow(seen, missing, foreign, possible)


def _wrong_allow(seen: Seen, missing: Set[str], foreign: Set[str], possible: Set[str]) -> str:
    wrong = [f"leaves out {', '.join(sorted(missing))}"] if missing else []
    wrong += [f"names {', '.join(sorted(foreign))}, which is not there"] if foreign else []
    return (
        f"{_answered(seen)}, and its Allow {' and '.join(wrong)}; the contract has at this address "
        f"{', '.join(sorted(possible))}. Make Allow of the methods that are declared, or declare "
        "what is there (RFC 9110, section 10.2.1)."
    )


def _vary(seen: Seen) -> Iterator[str]:
    """What Accept chooses comes with Vary: Accept (RFC 9110, section 12.5.5)."""
    promise = _promise(seen)
    is_read = seen.request.method in ("GET", "HEAD") and seen.reply.is_success
    if (
        not is_read
        or promise is None
        or len(promise.contents) < 2
        or chosen_by_query(seen.operation)
    ):
        return
    fields = {each.strip().lower() for each in (seen.reply.header("Vary") or "").split(",")}
    if not fields & {"accept", "*"}:
        yield (
            f"{_answered(seen)} without Vary: Accept; it is one of {', '.join(promise.contents)}, "
            "and a cache would give one to who asks for another (RFC 9110, section 12.5.5). Send "
            "it, and declare it."
        )


def chosen_by_query(operation: Operation | None) -> bool:
    """Whether a query parameter chooses the media type, so that ``Accept`` need not."""
    parameters = () if operation is None else operation.parameters
    return any(each.location == "query" and each.name.lower() in CHOOSERS for each in parameters)


def _location(seen: Seen) -> Iterator[str]:
    """Location is there where it is declared, and is an address (RFC 9110, section 10.2.2)."""
    location, status = seen.reply.header("Location"), seen.reply.status
    creates = status == 201 and seen.request.method == "POST"
    if location is None:
        if (creates or status in (301, 302, 303, 307, 308)) and _declares(seen, "Location"):
            yield (
                f"{_answered(seen)} without Location, which {_place(seen)} declares; without it "
                "nobody knows the address (RFC 9110, section 10.2.2). Send it."
            )
    elif not location or _REFERENCE.fullmatch(location) is None:
        yield (
            f"{_answered(seen)} with a Location that is no address; it is a URI reference "
            "(RFC 9110, section 10.2.2; RFC 3986, section 4.1). Percent-encode what is in it."
        )


def _retry_after(seen: Seen) -> Iterator[str]:
    """429 and 503 say when to come again, where that is declared (RFC 9110, section 10.2.3)."""
    if seen.reply.status not in (429, 503):
        return
    text = seen.reply.header("Retry-After")
    if text is None and _declares(seen, "Retry-After"):
        yield (
            f"{_answered(seen)} without Retry-After, which {_place(seen)} declares; a client would "
            "have to guess when to come again. Send it."
        )
    elif text is not None and not re.fullmatch(r"[0-9]+", text) and not _is_date(text):
        yield (
            f"{_answered(seen)} with a Retry-After that is neither seconds nor a date "
            "(RFC 9110, section 10.2.3). Send a whole number of seconds."
        )


def _entity_tag(seen: Seen) -> Iterator[str]:
    """An ETag is an entity tag (RFC 9110, section 8.8.3)."""
    tag = seen.reply.header("ETag")
    if tag is not None and _TAG.fullmatch(tag) is None:
        yield (
            f"{_answered(seen)} with an ETag that is no entity tag; one is text in double quotes, "
            "W/ before it where it is weak (RFC 9110, section 8.8.3). Quote it."
        )


def _date(seen: Seen) -> Iterator[str]:
    """Dates are HTTP's, and nothing is changed in the future (RFC 9110, section 8.8.2.1)."""
    sent = {name: seen.reply.header(name) for name in ("Date", "Last-Modified")}
    for name, text in sent.items():
        if text is not None and not _is_date(text):
            yield (
                f"{_answered(seen)} with a {name} that is no date as HTTP writes them "
                "(RFC 9110, section 5.6.7). Write it like Mon, 02 Mar 2026 09:10:00 GMT."
            )
    now, changed = (_moment(text) for text in sent.values())
    if now is not None and changed is not None and changed > now:
        yield (
            f"{_answered(seen)} with a Last-Modified that is later than its Date; nothing is "
            "changed in the future (RFC 9110, section 8.8.2.1). Send the time of the change in UTC."
        )


RULES: Mapping[str, Rule] = {
    "oracle/problem-status": _problem_status,
    "oracle/not-modified-tag": _not_modified_tag,
    "oracle/not-modified-content": _not_modified_content,
    "oracle/no-content": _no_content,
    "oracle/head-content": _head_content,
    "oracle/challenge": _challenge,
    "oracle/allow": _allow,
    "oracle/vary": _vary,
    "oracle/location": _location,
    "oracle/retry-after": _retry_after,
    "oracle/entity-tag": _entity_tag,
    "oracle/date": _date,
}


def _named(name: str, rule: Rule) -> Check:
    def check(seen: Seen) -> Iterator[Said]:
        return ((name, sentence) for sentence in rule(seen))

    return check


CHECKS: tuple[Check, ...] = tuple(_named(name, rule) for name, rule in RULES.items())


# --- what is known of an exchange ---------------------------------------------------------------


def _name(seen: Seen) -> str:
    if seen.operation is None:
        return f"{seen.request.method} {seen.request.path}"
    return seen.operation.id


def _answered(seen: Seen) -> str:
    return f"{_name(seen)} answered {seen.reply.status}"


def _promise(seen: Seen) -> Promise | None:
    own = None if seen.operation is None else seen.operation.promises.of(seen.reply.status)
    return own or seen.contract.unrouted.of(seen.reply.status)


def _declares(seen: Seen, header: str) -> bool:
    promise = _promise(seen)
    return promise is not None and header.lower() in promise.headers


def _place(seen: Seen) -> str:
    promise = _promise(seen)
    return UNROUTED if promise is None else promise.place


def _names(if_none_match: str, tag: str) -> bool:
    """Whether the tag is among those that were sent; the comparison is weak."""
    sent = {each.removeprefix("W/") for each in entity_tags(if_none_match)}
    return "*" in sent or tag.removeprefix("W/") in sent


def _methods(seen: Seen) -> tuple[frozenset[str], frozenset[str]]:
    """The methods that an address has to have, and those that it may have.

    Where several templates fit, the one with the fewest variables is meant (OpenAPI 3.1, 4.8.8),
    and not every router knows that the others fit too. HEAD and OPTIONS need not be named.
    """
    fitting = [e for e in seen.contract.operations if e.match(seen.request.path) is not None]
    fewest = min((len(each.variables) for each in fitting), default=0)
    required = frozenset(each.method for each in fitting if len(each.variables) == fewest)
    return required - {"HEAD", "OPTIONS"}, seen.contract.methods_at(seen.request.path)


def _moment(text: str | None) -> datetime | None:
    return http_date(text, now=_NEVER) if text is not None and _is_date(text) else None


def _is_date(text: str) -> bool:
    """Whether it is a date in the one form that may be sent, its day of the week included."""
    moment = http_date(text, now=_NEVER)
    return moment is not None and format_datetime(moment, usegmt=True) == text
