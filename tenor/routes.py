"""Routes: where a request leads, an operation or a rule of the application's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.sansio.utils import host_is_trusted

from tenor import docs, problems
from tenor.errors import ConfigurationError
from tenor.exchange import Exchange
from tenor.plan import Plan
from tenor.problems import Fault, Problem
from tenor.routing import Miss, Router, wanted

_MOST_HOSTS = 1000


@dataclass(frozen=True, slots=True)
class Route:
    """Where the router leads; ``plan`` is None for a rule of the application's own."""

    rule: Rule
    plan: Plan | None


Found = Route | Miss | Problem
"""A route, or what is said in its place."""


class WatchedMap(Map):
    """Flask's map of rules, which tells the router of each rule that is added."""

    watch: Callable[[Rule], None] | None = None

    def add(self, rulefactory: RuleFactory) -> None:
        """Add to the map, and tell the router."""
        for rule in rulefactory.get_rules(self):
            super().add(rule)
            if self.watch is not None:
                self.watch(rule)


class Routes:
    """The routes of an application, with its settings and its operations by endpoint."""

    def __init__(self, settings: Mapping[str, Any], operations: Mapping[str, Plan]) -> None:
        self._settings = settings
        self._operations = operations
        self._router: Router[Route] = Router()
        self._trusted: list[str] | None = None
        self._hosts: dict[str, bool] = {}

    def find(self, exchange: Exchange) -> Found:
        """The route of a request, which learns of its plan and the texts of its path."""
        path = exchange.path
        if not path.isascii():
            try:
                path = path.encode("latin-1").decode()
            except UnicodeError:
                return problems.of_type("not-found")
        if "\0" in path:
            return problems.of_type("not-found")
        trusted: list[str] | None = self._settings["TRUSTED_HOSTS"]
        if trusted is not None and not self._serves(exchange.environ.get("HTTP_HOST", ""), trusted):
            fault = Fault("header", "/Host", "served", "is not a host that is served here")
            return problems.invalid([fault])
        hit = self._router.find(exchange.method, path)
        if isinstance(hit, Miss):
            return hit
        route, exchange.values = hit
        exchange.plan = route.plan
        return route

    def _serves(self, host: str, trusted: list[str]) -> bool:
        """Whether the host is one of ``TRUSTED_HOSTS``; what was found is remembered for a list."""
        if trusted is not self._trusted:
            self._hosts, self._trusted = {}, trusted
        known = self._hosts.get(host)
        if known is None:
            known = host_is_trusted(host.lower(), trusted)
            if len(self._hosts) < _MOST_HOSTS:
                self._hosts[host] = known
        return known

    def add(self, rule: Rule) -> None:
        """Route a rule that was added to Flask's map. Raises ConfigurationError."""
        if rule.build_only or rule.websocket or rule.subdomain or rule.host:
            return  # Flask matches none of these by path alone
        plan = self._operations.get(cast(str, rule.endpoint))
        route = Route(rule, plan)
        for other in self._router.at(rule):
            operation, own = (other, route) if plan is None else (route, other)
            _refuse_hidden(own, behind=operation)
        self._router.add(rule, route, redirects=plan is None)


def _refuse_hidden(own: Route, *, behind: Route) -> None:
    """Refuse a rule of the application's own that would never run for one of its methods."""
    if behind.plan is None or own.plan is not None or own.rule.endpoint in docs.ENDPOINTS:
        return
    methods, answered = wanted(own.rule), behind.rule.methods or set[str]()
    hidden = sorted(answered if methods is None else methods & answered)
    if hidden:
        raise ConfigurationError(
            f"the route {own.rule.endpoint} asks for {hidden[0]} {own.rule.rule}, which the "
            f"operation {behind.plan.operation_id} answers",
            place=behind.plan.place,
            remedy="Give the route another address or method, or leave it out.",
        )
