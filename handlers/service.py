"""The way in, the health of the service, and what each problem means."""

from typing import cast

from flask import current_app

from handlers import pages, present, refusals
from handlers.answers import page
from handlers.contract import (
    GetLivenessAnswer,
    GetProblemAnswer,
    GetReadinessAnswer,
    GetRootAnswer,
    ListProblemsAnswer,
    Service,
)
from handlers.resources import resources
from publishing.facts import StoreUnavailable
from tenor import Tenor
from tenor.media_types import HTML
from tenor.problems import of_type


def get_root() -> GetRootAnswer:
    """Say what this is, and where everything is."""
    info = cast(Tenor, current_app).contract.raw["info"]
    service: Service = {"name": info["title"], "version": info["version"]}
    return {"data": service, "links": present.way_in()}, 200


def get_liveness() -> GetLivenessAnswer:
    """Say that the process takes requests."""
    return {"data": {"status": "alive"}}, 200


def get_readiness() -> GetReadinessAnswer:
    """Say whether the store answers."""
    if not resources().store.ready():
        raise StoreUnavailable("it is not ready")
    return {"data": {"status": "ready"}}, 200


def list_problems(media_type: str) -> ListProblemsAnswer:
    """List the problems, as JSON or as a page."""
    if media_type == HTML:
        return page(pages.problems(list(refusals.CATALOGUE.values())))
    return {"data": [present.problem(*each) for each in refusals.CATALOGUE.items()]}, 200


def get_problem(name: str, media_type: str) -> GetProblemAnswer:
    """Say what a problem means and what to do, as JSON or as a page."""
    known = refusals.known(name)
    if known is None:
        raise of_type("not-found", detail="There is no problem of this name.")
    kind = refusals.CATALOGUE[known]
    if media_type == HTML:
        return page(pages.problem(kind))
    return {"data": present.problem(known, kind)}, 200
