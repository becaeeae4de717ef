"""The world of a proof: what is proved, who may ask, and which faults can be made."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from wsgiref.types import WSGIApplication

from tenor.proof.fuzzing import Adapt, Refusal, leave


@dataclass(frozen=True, slots=True)
class Caller:
    """Someone who asks: by a name, with the headers and query that carry their credentials.

    ``scopes`` are those that they hold, None for all; who holds few shows what a scope is for.
    ``account`` is whose the credentials are, empty where that is not said: what one account made is
    out of reach for another, unless that one ``oversees`` others, as an editor or admin does.
    """

    name: str
    headers: Mapping[str, str]
    scopes: frozenset[str] | None = None
    account: str = ""
    oversees: bool = False
    query: Mapping[str, str] = field(default_factory=dict[str, str])


Fault = Callable[[], AbstractContextManager[object]]
"""Makes a fault for as long as the context lasts."""


@dataclass(frozen=True)
class World:
    """What a proof starts from.

    ``app`` is an application in this process, its store its own and just made; or ``url`` a server.
    The first of ``callers`` may do the most. ``values`` are texts of path variables that lead
    somewhere, by the variable's name. ``faults`` are by the status that they lead to: ``"503"`` is
    the store that does not answer. ``public_url`` is what absolute addresses in answers begin with.
    ``refusals`` and ``adapt`` are the fuzzer's: which refusals of valid data are meant, and what
    has to be changed in a request so that the run does not end its own access. ``close`` ends what
    the world holds open.
    """

    app: WSGIApplication | None = None
    url: str = ""
    callers: tuple[Caller, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    faults: Mapping[str, Fault] = field(default_factory=dict[str, Fault])
    public_url: str = ""
    refusals: tuple[Refusal, ...] | None = None
    adapt: Adapt = leave
    close: Callable[[], None] = lambda: None
