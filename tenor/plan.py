"""The plan of an operation: everything that its requests need, made once at start."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any, cast

from tenor import bodies, negotiation
from tenor.arguments import Binding, Handler, Inputs, bind
from tenor.bodies import Body, Readers, compile_body
from tenor.document import Document, Json, shown_path
from tenor.exchange import Exchange
from tenor.limits import Limiter, refusal
from tenor.parameters import Reader, compile_parameters
from tenor.problems import Fault, Problem, invalid, of_type
from tenor.promises import Promises, compile_promises
from tenor.schemas import MISSING, Compiler
from tenor.security import ANONYMOUS, Security, compile_security
from tenor.usual import Usuals
from tenor.witnesses import Layer

# Looked up once, as an enumeration takes as long for each as a call.
_SECURITY, _READER = Layer.SECURITY, Layer.READER


@dataclass(slots=True, eq=False)
class Plan:
    """One operation, compiled; ``source`` is where its handler's code begins.

    It stays as it was compiled. Only faults that are planted (``planting``) exchange its handler,
    its security, its limiter or its body, and put them back.
    """

    operation_id: str
    endpoint: str
    place: str
    handler: Handler
    source: str
    binding: Binding
    security: Security | None
    limiter: Limiter | None
    negotiate: Callable[[str | None], str | None]
    preferred: str | None
    offered: tuple[str, ...]
    reader: Reader
    body: Body | None
    promises: Promises
    usuals: Usuals

    def admit(self, exchange: Exchange) -> None:
        """Take the request in, or raise the first refusal.

        Asked are, in this order: who is it, how often, what is acceptable, what was sent.
        Afterwards ``exchange.inputs`` holds what the handler gets.
        """
        environ = exchange.environ
        token_info = ANONYMOUS
        if self.security is not None:
            exchange.layer = _SECURITY
            token_info = self.security.authenticate(environ)
        if self.limiter is not None:
            _count(self.limiter, exchange, token_info)
        exchange.layer = _READER
        accept = environ.get("HTTP_ACCEPT")
        if not accept or accept == "*/*":
            media_type = self.preferred
        else:
            media_type = self.negotiate(accept)
            if media_type is None and self.offered:
                raise self._not_acceptable()
        faults: list[Fault] = []
        wrong_address: list[Fault] = []
        inputs = Inputs()
        inputs.token_info, inputs.media_type, inputs.body = token_info, media_type, MISSING
        if self.body is not None:
            inputs.body = self.body.take(environ, faults)
        elif bodies.is_sent(environ):
            faults.append(Fault("body", "", "declared", "is not declared: send no content"))
        # What an operation does not declare is not looked for, which saves a get a quarter.
        reader = self.reader
        query = environ.get("QUERY_STRING", "")
        inputs.path = reader.path(exchange.values, wrong_address) if reader.has_path else {}
        inputs.query = reader.query(query, faults) if query or reader.has_query else {}
        inputs.header = reader.headers(environ, faults) if reader.has_headers else {}
        inputs.cookie = reader.cookies(environ, faults) if reader.has_cookies else {}
        exchange.inputs = inputs
        if wrong_address:
            raise of_type("not-found")
        if faults:
            raise invalid(faults)

    def _not_acceptable(self) -> Problem:
        detail = f"Offered are: {', '.join(self.offered)}."
        return of_type("not-acceptable", detail=detail, headers={"Vary": "Accept"})


def _count(limiter: Limiter, exchange: Exchange, token_info: Mapping[str, Any]) -> None:
    """Have a request counted. Raises the problem 429."""
    exchange.layer = Layer.LIMITER
    verdict = exchange.verdict = limiter(exchange, token_info)
    if verdict is not None and verdict.retry_after is not None:
        raise refusal(verdict.retry_after, verdict.standings)


class Planner:
    """Makes the plans of one document.

    ``judges`` says whether the answers of an operation are judged.
    """

    def __init__(
        self,
        document: Document,
        compiler: Compiler,
        *,
        readers: Readers,
        body_limit: int,
        limiter: Limiter | None,
        judges: Callable[[str], bool],
    ) -> None:
        self._document = document
        self._compiler = compiler
        self._readers = readers
        self._body_limit = body_limit
        self._limiter = limiter
        self._judges = judges

    def plan(
        self, path_item: str, pointer: str, *, operation_id: str, endpoint: str, handler: Handler
    ) -> Plan:
        """The plan of the operation at a pointer. Raises ConfigurationError."""
        document, compiler = self._document, self._compiler
        operation = cast(Mapping[str, Json], document.at(pointer))
        parameters = compile_parameters(document, compiler, path_item, pointer)
        body = compile_body(
            document, compiler, pointer, limit=self._body_limit, readers=self._readers
        )
        security = compile_security(document, operation)
        offered = _offered(document, pointer)
        negotiate = negotiation.negotiator(offered)
        binding = bind(
            handler,
            parameters,
            body_name=_body_name(document, pointer) if body else None,
            file_names=_field_names(document, compiler, pointer) if body else (),
            operation=operation_id,
            place=document.place(pointer),
        )
        promises = compile_promises(
            document,
            compiler,
            f"{pointer}/responses",
            name=operation_id,
            varies=len(offered) > 1,
            is_head=pointer.endswith("/head"),
        )
        return Plan(
            operation_id=operation_id,
            endpoint=endpoint,
            place=document.place(pointer),
            handler=handler,
            source=self._source_of(handler),
            binding=binding,
            security=security,
            limiter=self._limiter,
            negotiate=negotiate,
            preferred=negotiate(None),
            offered=offered,
            reader=Reader(parameters, beside=security.query_names if security else ()),
            body=body,
            promises=promises,
            usuals=Usuals(promises, judged=self._judges(operation_id)),
        )

    def _source_of(self, handler: Handler) -> str:
        """The file and line of a function, ``shop/books.py:5``; empty for one without code."""
        code = getattr(inspect.unwrap(handler), "__code__", None)
        if not isinstance(code, CodeType):
            return ""
        name = code.co_filename
        path = self._compiler.once(("source", name), lambda: shown_path(name))
        return f"{path}:{code.co_firstlineno}"


def _offered(document: Document, pointer: str) -> tuple[str, ...]:
    """The media types of the operation's successes, in the document's order."""
    names: list[str] = []
    for status in document.at(pointer).get("responses") or ():
        if status.startswith("2"):
            node, _ = document.follow(f"{pointer}/responses/{status}")
            names += node.get("content") or {}
    return tuple(dict.fromkeys(names))


def _body_name(document: Document, pointer: str) -> str:
    node, _ = document.follow(f"{pointer}/requestBody")
    return cast(str, node.get("x-body-name", "body"))


def _field_names(document: Document, compiler: Compiler, pointer: str) -> Sequence[str]:
    """The fields of a multipart body: uploaded files are arguments by these names."""
    node, place = document.follow(f"{pointer}/requestBody")
    for name, content in node["content"].items():
        if name.startswith("multipart/"):
            schema = content.get("schema", True)
            return tuple(compiler.shape(schema, f"{place}/schema").members)
    return ()
