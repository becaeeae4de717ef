"""The way in, the health of the service, and what each problem means."""

from typing import cast

from flask import current_app

from handlers import pages, present, refusals
from handlers.answers import Answer, ok
from handlers.present import document
from handlers.resources import resources
from publishing.facts import StoreUnavailable
from tenor import Tenor
from tenor.media_types import HTML
from tenor.problems import of_type


def get_root() -> Answer:
    """Say what this is, and where everything is."""
    info = cast(Tenor, current_app).contract.raw["info"]
    return ok(document(present.service(info["title"], info["version"]), links=present.way_in()))


def get_liveness() -> Answer:
    """Say that the process takes requests."""
    return ok(document({"status": "alive"}))


def get_readiness() -> Answer:
    """Say whether the store answers."""
    if not resources().store.ready():
        raise StoreUnavailable("it is not ready")
    return ok(document({"status": "ready"}))


def list_problems(media_type: str) -> Answer:
    """List the problems, as JSON or as a page."""
    kinds = list(refusals.CATALOGUE.values())
    if media_type == HTML:
        return ok(pages.problems(kinds), **pages.HEADERS)
    return ok(document([present.problem(kind) for kind in kinds]))


def get_problem(name: str, media_type: str) -> Answer:
    """Say what a problem means and what to do, as JSON or as a page."""
    kind = refusals.CATALOGUE.get(name)
    if kind is None:
        raise of_type("not-found", detail="There is no problem of this name.")
    if media_type == HTML:
        return ok(pages.problem(kind), **pages.HEADERS)
    return ok(document(present.problem(kind)))
