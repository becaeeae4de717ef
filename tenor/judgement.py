"""The judgement: every way in which an answer breaks what is promised, as values.

It is pure; the gate acts on it. A breach says where, what was found, what was promised and what to
do, and never what a body or a header holds.
"""

from collections.abc import Iterator
from typing import Any

from tenor import media_types
from tenor.answers import Answer
from tenor.headers import TRANSPORT_HEADERS, HeaderPromise
from tenor.problems import Fault
from tenor.promises import BODILESS, ContentPromise, Promise
from tenor.representations import Unreadable
from tenor.rules import Breach, Rule
from tenor.schemas import MISSING


def judge(answer: Answer) -> list[Breach]:
    """Every breach of an answer; empty for one that keeps what is promised."""
    promise = answer.promise
    if promise is None:
        return [undeclared_status(answer)]
    breaches: list[Breach] = []
    _judge_headers(promise, answer, breaches)
    if promise.contents and answer.status not in BODILESS:
        _judge_content(promise, answer, breaches)
    elif answer.body or answer.stream is not None or answer.content_type is not None:
        breaches.append(_undeclared_body(answer))
    if answer.length is not None and answer.stream is None and answer.status not in BODILESS:
        _judge_length(answer, answer.length, breaches)
    return breaches


def judge_line(answer: Answer, content: ContentPromise, line: bytes) -> list[Breach]:
    """Every breach of one line of an answer that is judged line by line."""
    breaches: list[Breach] = []
    _judge_bytes(content, answer, line, breaches)
    return breaches


# --- headers ------------------------------------------------------------------------------------


def _judge_headers(promise: Promise, answer: Answer, breaches: list[Breach]) -> None:
    """Judge all headers at a glance, and line by line only where something is unusual."""
    if not _are_as_declared(promise, answer):
        _judge_lines(promise, answer, breaches)


def _are_as_declared(promise: Promise, answer: Answer) -> bool:
    """Whether each header is spelt as declared, stands once and fits, and none is missing."""
    declared = promise.headers
    seen: set[str] = set()
    for name, text in answer.headers:
        header = declared.get(name)
        if header is None or header.key in seen or not header.accepts(text):
            return False
        seen.add(header.key)
    return promise.required <= seen


def _judge_lines(promise: Promise, answer: Answer, breaches: list[Breach]) -> None:
    """Judge the lines of each header together."""
    declared = promise.headers
    given: dict[str, list[str]] = {}
    for name, text in answer.headers:
        header = declared.get(name) or declared.get(name.lower())
        if header is not None:
            given.setdefault(header.key, []).append(text)
        elif name.lower() not in TRANSPORT_HEADERS:
            breaches.append(_undeclared_header(promise, answer, name))
    for key, texts in given.items():
        header = declared[key]
        if len(texts) > 1 and not header.may_repeat:
            breaches.append(_doubled_header(answer, header))
        elif not header.accepts_lines(texts):
            breaches.append(_wrong_header(answer, header, header.lack(texts)))
    missing = sorted(promise.required - given.keys())
    breaches.extend(_missing_header(answer, declared[key].name) for key in missing)


# --- the body -----------------------------------------------------------------------------------


def _judge_content(promise: Promise, answer: Answer, breaches: list[Breach]) -> None:
    has_none = answer.stream is None and not answer.body
    if has_none and answer.content_type is None:
        if not answer.promises.is_head:
            breaches.append(_missing_body(answer, ", ".join(promise.contents)))
        return
    content = answer.content
    if content is None:
        breaches.append(_wrong_media_type(promise, answer))
    elif has_none and answer.promises.is_head:
        return
    elif answer.stream is None and not content.kept.holds(answer.body):
        if not _accepts_value(content, answer.value):
            _judge_bytes(content, answer, answer.body, breaches)
        if not breaches:
            content.kept.add(answer.body)


def _accepts_value(content: ContentPromise, value: Any) -> bool:
    """Whether the value that the body was written from settles the matter."""
    if value is MISSING or not content.is_settled_by_value:
        return False
    try:
        return content.accepts(value)
    except ValueError:  # a date, a dataclass and their like are judged as they are written
        return False


def _judge_bytes(
    content: ContentPromise, answer: Answer, body: bytes, breaches: list[Breach]
) -> None:
    """Judge the bytes that would be sent: their syntax, then their schema."""
    if not body and content.media_type.is_json:
        breaches.append(_missing_body(answer, content.name))
        return
    try:
        value = content.family.read(body)
    except Exception as error:  # noqa: BLE001 - a registered family may raise anything
        breaches.append(_wrong_syntax(content, answer, error, body))
        return
    if not content.accepts(value):
        breaches.extend(_broken_schema(content, answer, value))


def _judge_length(answer: Answer, length: int, breaches: list[Breach]) -> None:
    sent = len(answer.body)
    if length != sent and not (answer.promises.is_head and not sent):
        breaches.append(wrong_length(answer, "more" if length < sent else "fewer"))


# --- sentences ----------------------------------------------------------------------------------


def undeclared_status(answer: Answer) -> Breach:
    """The breach of a status that nobody declares."""
    promises = answer.promises
    return Breach(
        Rule.STATUS,
        promises.name,
        f"answered {answer.status}",
        promises.listed(),
        f"{_status_remedy(answer)} or declare it at {promises.place}.",
    )


def _status_remedy(answer: Answer) -> str:
    """What to do about a status: most often it was forgotten, or stands in the body's place."""
    declared = [key for key in answer.promises.declared if key[:1] == "2"]
    if isinstance(answer.value, int) and str(int(answer.value)) in answer.promises.declared:
        return "The status stands behind the body: return (body, status, headers),"
    if answer.status == 200 and declared:
        return f"Without a status it is 200: return (body, {declared[0]}),"
    if answer.status == 204 and not answer.body and declared:
        return f"None alone is 204: return (body, {declared[0]}),"
    return "Change the handler,"


def wrong_length(answer: Answer, than: str) -> Breach:
    """The breach of a body that is not as long as its Content-Length says."""
    return Breach(
        Rule.BODY_LENGTH,
        where(answer),
        f"with {than} bytes than its Content-Length says",
        "a whole body",
        "Leave Content-Length to the engine, or correct it.",
    )


def where(answer: Answer) -> str:
    """Who answered, and with which status: how most sentences begin."""
    return f"{answer.promises.name} answered {answer.status}"


def _missing_body(answer: Answer, names: str) -> Breach:
    return Breach(
        Rule.BODY_MISSING,
        where(answer),
        "without a body",
        f"{names} at {answer.place}",
        "Return the body, or declare the status without content.",
    )


def _undeclared_body(answer: Answer) -> Breach:
    what = "a body" if answer.body or answer.stream is not None else "a Content-Type"
    return Breach(
        Rule.BODY_UNDECLARED,
        where(answer),
        f"with {what}",
        f"no content at {answer.place}",
        "Return None as the body, or declare the content.",
    )


def _undeclared_header(promise: Promise, answer: Answer, name: str) -> Breach:
    names = ", ".join(sorted({header.name for header in promise.headers.values()}))
    return Breach(
        Rule.HEADER_UNDECLARED,
        where(answer),
        f"with the header {name}",
        f"{f'the headers {names}' if names else 'no headers'} at {answer.place}",
        "Leave it out, or declare it.",
    )


def _missing_header(answer: Answer, name: str) -> Breach:
    return Breach(
        Rule.HEADER_MISSING,
        where(answer),
        f"without the header {name}",
        f"that header, as required, at {answer.place}",
        "Return it in the headers.",
    )


def _wrong_header(answer: Answer, header: HeaderPromise, lack: str) -> Breach:
    return Breach(
        Rule.HEADER_VALUE,
        where(answer),
        f"with a value of {header.name} that {lack}",
        f"its schema at {answer.place}",
        "Correct the value, or the schema.",
    )


def _doubled_header(answer: Answer, header: HeaderPromise) -> Breach:
    return Breach(
        Rule.HEADER_VALUE,
        where(answer),
        f"with the header {header.name} more than once",
        f"a single value at {answer.place}",
        "Return it once, or declare its schema as an array.",
    )


def _wrong_media_type(promise: Promise, answer: Answer) -> Breach:
    return Breach(
        Rule.MEDIA_TYPE,
        where(answer),
        f"as {answer.content_type}",
        f"{', '.join(promise.contents)} at {answer.place}",
        _MEDIA_REMEDIES.get(answer.content_type or "", "Return what is promised, or declare this."),
    )


_MEDIA_REMEDIES = {
    media_types.FLASKS_OWN: "Flask names text/html where nothing is named: return (body, status, "
    "headers) with a Content-Type, or Response(..., mimetype=...).",
    "application/problem+json": "abort() and Problem speak application/problem+json: declare it, "
    "or return (body, status) instead.",
}


def _wrong_syntax(content: ContentPromise, answer: Answer, error: Exception, body: bytes) -> Breach:
    is_printed = content.media_type.is_json and body.lstrip()[:2] in (b"{'", b"['")
    is_markup = content.family.name in ("html", "xml", "atom")
    return Breach(
        Rule.BODY_SYNTAX,
        where(answer),
        f"with a body that {error if isinstance(error, Unreadable) else 'cannot be read'}",
        f"{content.name} at {answer.place}",
        "Python prints a dict in single quotes, which JSON has not: return the dict itself."
        if is_printed
        else "Correct the markup there."
        if is_markup
        else "Return a value and let the engine write it, or correct the bytes.",
    )


def _broken_schema(content: ContentPromise, answer: Answer, value: Any) -> Iterator[Breach]:
    promised = f"{content.name} by the schema at {answer.place}"
    for fault in content.faults(value):
        is_undeclared = fault.rule in ("additionalProperties", "unevaluatedProperties")
        yield Breach(
            Rule.PROPERTY if is_undeclared else Rule.BODY_SCHEMA,
            where(answer),
            _found(fault, is_undeclared=is_undeclared),
            promised,
            _remedy(content, value, is_undeclared=is_undeclared),
        )


def _found(fault: Fault, *, is_undeclared: bool) -> str:
    if is_undeclared:
        return f"with a body whose {fault.pointer} is not declared"
    if fault.rule == "required":
        return f"with a body without {fault.pointer}"
    return f"with a body whose {fault.pointer or 'root'} {fault.detail} ({fault.rule})"


def _remedy(content: ContentPromise, value: Any, *, is_undeclared: bool) -> str:
    if is_undeclared:
        return "Leave it out, or declare the property."
    if content.media_type.is_json and isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        return "Text is sent as a JSON string: return the dict or list itself."
    return "Correct the handler, or the schema."
