"""The document as schemathesis is to read it: without what it heeds and OpenAPI ignores."""

from typing import cast

from tenor.document import Document, Json
from tenor.parameters import IGNORED_HEADERS
from tenor.structure import Part, parts


def readable(document: Document) -> dict[str, Json]:
    """The expanded document, for schemathesis."""
    raw = document.expanded().served()
    for part in [*parts(raw, is_3_0=document.is_3_0)]:
        if part.kind == "schema" and not document.is_3_0:
            part.members.pop("nullable", None)  # it would send null where none may be
        elif "parameters" in part.members and part.kind in ("path item", "operation"):
            part.members["parameters"] = _heeded(document, part)
    return raw


def _heeded(document: Document, part: Part) -> list[Json]:
    """The parameters of a path or an operation, without the headers that stand elsewhere."""
    declared = cast(list[Json], part.members["parameters"])
    nodes = (document.follow(f"{part.pointer}/parameters/{n}")[0] for n in range(len(declared)))
    return [each for each, node in zip(declared, nodes, strict=True) if not _is_ignored(node)]


def _is_ignored(parameter: Json) -> bool:
    return parameter["in"] == "header" and parameter["name"].lower() in IGNORED_HEADERS
