"""Connexion at start: it reads the operations, resolves each to its function, registers the rules.

Nothing of connexion runs per request. Its reader takes path items and operations; schemas,
parameters and responses are compiled from the document itself, because connexion's reading of them
knows only draft 4 and OpenAPI 3.0.
"""

# connexion has no types, and hides some of what a subclass needs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportPrivateUsage=false
# ruff: noqa: SLF001
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import inflection

from tenor import imports
from tenor.connexion_parts import (
    AbstractOperation,
    FlaskApi,
    OpenAPIOperation,
    OpenAPISpecification,
    Resolution,
    Resolver,
    ResolverError,
)
from tenor.document import METHODS, Document, Json, escape
from tenor.errors import ConfigurationError
from tenor.routing import variable

Handlers = str | ModuleType | Mapping[str, Callable[..., Any]]

_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Registered:
    """An operation as connexion registered it: its rule, endpoint and function."""

    method: str
    rule: str
    endpoint: str
    operation_id: str
    function: Callable[..., Any]
    path_item: str
    pointer: str


def register(document: Document, handlers: Handlers) -> list[Registered]:
    """The operations of the document, each with the rule and function that connexion chose.

    Raises ConfigurationError for an operation without a function, paths that cannot be told
    apart, path templates that cannot be decided, and servers of more than one base path.
    """
    base = base_path(document)
    refuse_undecidable_paths(document)
    api = _Api(_Specification(document), base, resolver=_Resolver(document, handlers))
    return api.registered


class _Specification(OpenAPISpecification):
    """The document as connexion sees it: validated already, references of path items followed."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._raw_spec = document.raw
        self._base_uri = ""
        self._spec: dict[str, Any] = {
            "openapi": document.raw["openapi"],
            "servers": [],
            "components": document.raw.get("components") or {},
            "paths": {path: _skeleton(item) for path, item, _ in document.path_items()},
        }
        self.places = {
            (path, method): (pointer.rpartition("/")[0], pointer)
            for path, method, _, pointer in document.operations()
        }


def _skeleton(item: Mapping[str, Any]) -> dict[str, Any]:
    """A path item with what connexion has to know, and nothing that it would misread."""
    return {
        method: {
            key: value
            for key, value in item[method].items()
            if key in ("operationId", "tags") or key.startswith("x-")
        }
        for method in item
        if method in METHODS
    }


class _Api(FlaskApi):
    """connexion's Flask API, which hands over the rules instead of wrapping the functions."""

    specification: _Specification

    def __init__(self, specification: _Specification, base: str, *, resolver: Resolver) -> None:
        self.registered: list[Registered] = []
        self._base = base
        super().__init__(specification, resolver=resolver)

    def _set_blueprint(self) -> None:
        """No blueprint: rules go to the application itself, so that endpoints are bare names."""

    def make_operation(self, operation: AbstractOperation) -> Any:
        """The operation as it was read, without connexion's wrappers."""
        return operation

    @staticmethod
    def _framework_path_and_name(operation: AbstractOperation, path: str) -> tuple[str, str]:
        return path, cast(_OwnResolution, operation._resolution).endpoint

    def _add_operation_internal(
        self, method: str, path: str, operation: Any, name: str | None = None
    ) -> None:
        path_item, pointer = self.specification.places[path, method]
        rule = _werkzeug_path(path, self._greedy(path_item, pointer))
        self.registered.append(
            Registered(
                method=method.upper(),
                rule=self._base + rule,
                endpoint=name or "",
                operation_id=operation.operation_id,
                function=operation.function,
                path_item=path_item,
                pointer=pointer,
            )
        )

    def _handle_add_operation_error(self, path: str, method: str, exc: Exception) -> None:
        raise exc

    def _greedy(self, path_item: str, pointer: str) -> set[str]:
        """The parameters of ``format: path``, which connexion lets span slashes."""
        document = self.specification.document
        greedy: set[str] = set()
        for owner in (path_item, pointer):
            for index, _ in enumerate(document.at(owner).get("parameters") or ()):
                node, place = document.follow(f"{owner}/parameters/{index}")
                if node["in"] == "path" and "schema" in node:
                    schema, _ = document.follow(f"{place}/schema")
                    if isinstance(schema, dict) and schema.get("format") == "path":
                        greedy.add(node["name"])
        return greedy


def _werkzeug_path(path: str, greedy: set[str]) -> str:
    """The rule of a path template: its text as servers decode it, its parameters as variables."""
    rule = ""
    for index, piece in enumerate(_VARIABLE.split(path)):
        is_name = index % 2 == 1
        converter = "path:" if piece in greedy else ""
        rule += f"<{converter}{variable(piece)}>" if is_name else unquote(piece)
    return rule


class _OwnResolution(Resolution):
    """A function, with the endpoint that Flask knows it by."""

    def __init__(self, function: Callable[..., Any], operation_id: str, endpoint: str) -> None:
        super().__init__(function, operation_id)
        self.endpoint = endpoint


class _Resolver(Resolver):
    """Finds the function of an operation.

    A dotted operationId and ``x-openapi-router-controller`` name it in full, as in connexion. A
    mapping names it by operationId. Otherwise ``createPost`` with the tag ``posts`` is
    ``handlers.posts.create_post``, or ``handlers.create_post`` where there is no such module.
    """

    def __init__(self, document: Document, handlers: Handlers) -> None:
        super().__init__()
        self._document = document
        self._handlers = handlers

    def resolve(self, operation: OpenAPIOperation) -> Resolution:
        """The function of an operation. Raises ConfigurationError."""
        operation_id = cast(str | None, operation.operation_id)
        place = self._place(operation)
        if not operation_id:
            raise ConfigurationError(
                f"{cast(str, operation.method).upper()} {operation.path} has no operationId",
                place=place,
                remedy="Give it one, in camelCase: a verb and a noun.",
            )
        controller = cast(str | None, operation.router_controller)
        if isinstance(self._handlers, Mapping):
            function, endpoint = self._mapped(operation_id, place), operation_id
        elif controller or "." in operation_id:
            endpoint = f"{controller}.{operation_id}" if controller else operation_id
            function = self._named(endpoint, operation_id, place)
        else:
            function, endpoint = self._by_tag(operation, operation_id, place)
        return _OwnResolution(function, operation_id, endpoint)

    def _place(self, operation: OpenAPIOperation) -> str:
        path = f"/paths/{escape(cast(str, operation.path))}/{operation.method}"
        return self._document.place(path)

    def _mapped(self, operation_id: str, place: str) -> Callable[..., Any]:
        function = cast(Mapping[str, Callable[..., Any]], self._handlers).get(operation_id)
        if function is None:
            raise _no_handler(operation_id, f"the mapping has no key {operation_id!r}", place)
        if not callable(function):
            raise _no_handler(operation_id, "what the mapping has cannot be called", place)
        return function

    def _named(self, dotted: str, operation_id: str, place: str) -> Callable[..., Any]:
        try:
            return cast(Callable[..., Any], self.function_resolver(dotted))
        except Exception as error:  # whatever a module does at import
            if culprit := imports.culprit(error):
                raise _no_import(dotted, operation_id, error, culprit) from error
            if not isinstance(error, (ImportError, AttributeError, ValueError, ResolverError)):
                raise
            raise _no_handler(
                operation_id, f"{dotted} cannot be loaded ({error})", place
            ) from error

    def _by_tag(
        self, operation: OpenAPIOperation, operation_id: str, place: str
    ) -> tuple[Callable[..., Any], str]:
        root = self._handlers if isinstance(self._handlers, str) else _name_of(self._handlers)
        tags = cast(list[str], operation._operation.get("tags") or [])
        name = inflection.underscore(operation_id)
        tag = variable(inflection.underscore(tags[0])) if tags else ""
        owner = _module(root, operation_id)
        has_own = bool(tag) and imports.exists(f"{root}.{tag}")
        if has_own:
            owner = _module(f"{root}.{tag}", operation_id)
        function = getattr(owner, name, None)
        if callable(function):
            return function, f"{tag}.{name}" if tag else name
        lacking = f"{owner.__name__} ({imports.source(owner)}) has no function {name}"
        if not tag or has_own:
            raise _no_handler(operation_id, lacking, place)
        raise _no_handler(
            operation_id,
            f"there is no module {root}.{tag} (the tag), and {lacking}",
            place,
            remedy="Write the function in one of them, or correct the tag or the operationId.",
        )


def _name_of(module: object) -> str:
    return cast(ModuleType, module).__name__


def _module(name: str, operation_id: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:  # whatever a module does at import
        if culprit := imports.culprit(error):
            what = f"the module {name}"
            raise _no_import(what, operation_id, error, culprit) from error
        raise _no_module(name, error) from error


def _no_handler(
    operation_id: str,
    cause: str,
    place: str,
    remedy: str = "Write the function there, or correct the operationId.",
) -> ConfigurationError:
    return ConfigurationError(f"{operation_id} has no handler: {cause}", place=place, remedy=remedy)


def _no_import(what: str, operation_id: str, error: Exception, culprit: str) -> ConfigurationError:
    """An import that failed in the application's own code, which is to be mended and not named."""
    cause = f"{what} cannot be imported: {imports.said(error)}"
    return _no_handler(operation_id, cause, culprit, remedy="Mend it there.")


def _no_module(name: str, error: Exception) -> ConfigurationError:
    """A name of handlers that leads to no code at all."""
    remedy = f"Name a package or module that can be imported from {Path.cwd()}."
    fault = f"there is no package {name} on the path"
    if not imports.is_dotted(name):
        fault = f"{name!r} is not the dotted name of a package or module"
        likely = imports.dotted(name)
        remedy = f"Write it with dots, as import does: {likely}." if likely else remedy
    elif not isinstance(error, ModuleNotFoundError) or not f"{name}.".startswith(f"{error.name}."):
        fault = f"the package {name} cannot be imported: {imports.said(error)}"
    return ConfigurationError(fault, place="handlers", remedy=remedy)


def refuse_undecidable_paths(document: Document) -> None:
    """Raise ConfigurationError for a path that no request can be told to belong to."""
    shapes: dict[str, str] = {}
    for path in document.paths():
        place = document.place(f"/paths/{escape(path)}")
        if "}{" in path:
            raise ConfigurationError(
                f"two parameters of {path} stand side by side, so that no text between tells "
                "where one ends",
                place=place,
                remedy="Put a character between them.",
            )
        if any(char in unquote(path) for char in "<>"):
            raise ConfigurationError(
                f"the path {path} has a character that no URL has",
                place=place,
                remedy="Leave it out.",
            )
        if any(char in path for char in "?#"):
            raise ConfigurationError(
                f"the path {path} goes on after its end, with a query or a fragment",
                place=place,
                remedy="Leave it out, and declare a parameter with in: query.",
            )
        names = [variable(name) for name in _VARIABLE.findall(path)]
        if len(set(names)) != len(names):
            raise ConfigurationError(
                f"two parameters of {path} have the same name once they are identifiers",
                place=place,
                remedy="Give them names that differ in letters or digits.",
            )
        shape = unquote(_VARIABLE.sub("{}", path))
        if shape in shapes:
            raise ConfigurationError(
                f"the paths {shapes[shape]} and {path} cannot be told apart",
                place=place,
                remedy="Make them one path, or make them differ in fixed text.",
            )
        shapes[shape] = path


# --- servers ------------------------------------------------------------------------------------


def base_path(document: Document) -> str:
    """The one path that all servers have before those of the operations.

    Raises ConfigurationError for servers that differ in it: what Tenor serves has one address.
    """
    base: str | None = None
    for server, pointer in _servers(document):
        for url in _urls(server, document.place(pointer)):
            path = _path_of(url, document.place(f"{pointer}/url"))
            if base is None and not document.raw.get("servers"):
                base = ""
            if base is not None and path != base:
                raise ConfigurationError(
                    f"the server {url} has the base path {path or '/'}, and all else {base or '/'}",
                    place=document.place(pointer),
                    remedy="Give all servers one base path; only one is served.",
                )
            base = path
    return base or ""


def _servers(document: Document) -> Iterator[tuple[Mapping[str, Json], str]]:
    """Each server with its pointer: first of the document, then of its paths and operations."""
    owners: list[tuple[Mapping[str, Json], str]] = [(document.raw, "")]
    owners += [(item, pointer) for _, item, pointer in document.path_items()]
    owners += [(operation, pointer) for _, _, operation, pointer in document.operations()]
    for owner, pointer in owners:
        for index, server in enumerate(owner.get("servers") or ()):
            yield server, f"{pointer}/servers/{index}"


def _urls(server: Mapping[str, Json], place: str) -> Iterator[str]:
    """The URLs of a server: with each variable by default, and with each other value of one."""
    template = cast(str, server["url"])
    variables: dict[str, Json] = server.get("variables") or {}
    values = {name: cast(str, described["default"]) for name, described in variables.items()}
    for name in _VARIABLE.findall(template):
        if name not in values:
            raise ConfigurationError(
                f"the server {template} has no variable {name}",
                place=place,
                remedy="Define it under variables, with its default.",
            )
        for value in variables[name].get("enum") or ():
            yield _filled(template, {**values, name: value})
    yield _filled(template, values)


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: values[match.group(1)], template)


def _path_of(url: str, place: str) -> str:
    """The base path of a URL, as servers decode it."""
    try:
        path = unquote(urlsplit(url).path).rstrip("/")
    except ValueError:
        path = "<"
    if path[:1] not in ("", "/") or any(char in path for char in "<>{}"):
        raise ConfigurationError(
            f"the server {url} has no path that could be served",
            place=place,
            remedy="Write a whole URL, or a path that begins with a slash.",
        )
    return path
