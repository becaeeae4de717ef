"""The one router: compiled from the rules in Flask's ``url_map``, and choosing as it would.

connexion registers a rule for each operation; applications may add rules of their own. The tree
here is built from Werkzeug's own parts of those rules, so that precedence, converters and methods
are Werkzeug's; a property test holds the two to each other. It walks without exceptions, answers
misses with the exact methods of the address, and never redirects.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from werkzeug.routing import Rule
from werkzeug.routing.rules import RulePart, Weighting

Target = TypeVar("Target")
Texts = tuple[str, ...]

_WHOLE_SEGMENT = r"(?P<__werkzeug_0>[^/]{1,})\Z"


def variable(name: str) -> str:
    """A parameter's name as a variable of a rule: an identifier, and its own if it is one."""
    cleaned = re.sub(r"\W", "_", name, flags=re.ASCII)
    return cleaned if not cleaned[:1].isdigit() else f"_{cleaned}"


class LateRule(Rule):
    """A rule that compiles what builds its addresses when ``url_for`` first asks for one.

    Werkzeug compiles two functions for each rule, which takes as long as the plan of an operation.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 - Werkzeug's signature
        compiled: Callable[..., tuple[str, str]] | None = None

        def build(own: "LateRule", /, **values: Any) -> tuple[str, str]:
            nonlocal compiled
            if compiled is None:
                compiled = super(LateRule, own)._compile_builder(append_unknown)
            return compiled(own, **values)

        return build


Hit = tuple[Target, Mapping[str, str]]
"""A chosen target, with the texts of the rule's variables.

One is made for each request, and an object with two fields costs four times as much.
"""


@dataclass(frozen=True, slots=True)
class Miss:
    """No target: the methods that the address knows, none for an unknown address."""

    methods: frozenset[str]


@dataclass(slots=True)
class _Leaf(Generic[Target]):
    """Where a rule ends; a lenient one is also for the address with, or without, a last slash."""

    target: Target
    methods: frozenset[str] | None
    names: tuple[str, ...]
    forgives_slash: bool
    wants_slash: bool


@dataclass(slots=True)
class _Node(Generic[Target]):
    """A place on the way.

    ``only`` is where its one way for any segment leads, if that is plain; ``ends`` are the leaves
    by method, as far as no leaf for all methods comes before.
    """

    static: dict[str, "_Node[Target]"] = field(default_factory=dict)
    dynamic: list["_Branch[Target]"] = field(default_factory=list)
    leaves: list[_Leaf[Target]] = field(default_factory=list)
    only: "_Node[Target] | None" = None
    ends: dict[str, _Leaf[Target]] = field(default_factory=dict)

    def end(self, leaf: _Leaf[Target]) -> None:
        """Have a rule end here."""
        self.leaves.append(leaf)
        if all(other.methods is not None for other in self.leaves):
            for method in leaf.methods or ():
                self.ends.setdefault(method, leaf)


@dataclass(slots=True)
class _Branch(Generic[Target]):
    """A way on for any segment that matches; a plain one takes every segment that has text.

    One that takes the rest of the path may end before its last slash, which then is a segment.
    """

    content: str
    weight: Weighting
    pattern: re.Pattern[str]
    is_plain: bool
    takes_rest: bool
    takes_slash: bool
    node: _Node[Target]

    def step(self, segments: list[str], index: int) -> tuple[Texts, list[str], int] | None:
        """The texts of the variables, and where to go on; None where the branch does not lead."""
        if not self.takes_rest:
            match = self.pattern.match(segments[index])
            return (match.groups(), segments, index + 1) if match else None
        match = self.pattern.match("/".join(segments[index:]))
        if match is None:
            return None
        if not self.takes_slash:
            return match.groups(), [], 0
        *texts, slash = match.groups()
        return tuple(texts), [""] if slash == "/" else [], 0


class Router(Generic[Target]):
    """Finds the target of a method and path.

    An address without variables costs two looks into dictionaries, whatever the number of rules,
    and one whose last segment alone is a variable three or four.
    """

    def __init__(self) -> None:
        self._root: _Node[Target] = _Node()
        self._heads: dict[str, _Node[Target]] = {}
        self._fixed: dict[str, dict[str, Hit[Target]]] = {}

    def add(self, rule: Rule, target: Target, *, redirects: bool = False) -> None:
        """Add a rule that is bound to a map; ``None`` as methods admits all.

        One that redirects is also found for its address without the last slash.
        """
        methods = None if rule.methods is None else frozenset(rule.methods)
        parts = _parts(rule)
        node = self._node(parts)
        names = tuple(rule._converters)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - as above
        forgives = not rule.strict_slashes
        leaf = _Leaf(target, methods, names, forgives, wants_slash=redirects or forgives)
        node.end(leaf)
        if methods and all(part.static for part in parts):
            path = "/".join(part.content for part in parts)
            for method in methods:
                self._fixed.setdefault(path, {}).setdefault(method, (target, {}))

    def at(self, rule: Rule) -> list[Target]:
        """The targets of the rules that were added for exactly the addresses of this one."""
        return [leaf.target for leaf in self._node(_parts(rule)).leaves]

    def _node(self, parts: Iterable[RulePart]) -> _Node[Target]:
        node = self._root
        head: list[str] | None = []
        for part in parts:
            if part.static:
                node = node.static.setdefault(part.content, _Node())
                if head is not None:
                    head.append(part.content)
                    self._heads["/".join(head)] = node
            else:
                node = _branch(node, part).node
                head = None
        return node

    def find(self, method: str, path: str) -> Hit[Target] | Miss:
        """The target for a decoded path."""
        fixed = self._fixed.get(path)
        if fixed is not None and method in fixed:
            return fixed[method]
        head, _, last = path.rpartition("/")
        node = self._heads.get(head)
        if node is not None and node.only is not None and last and last not in node.static:
            leaf = node.only.ends.get(method)
            if leaf is not None:
                return leaf.target, {leaf.names[0]: last}
        segments = path.split("/")
        hit = _run(self._root, segments, method)
        if hit is not None:
            return hit
        known: set[str] = set()
        hit = _walk(self._root, segments, 0, (), method, known)
        return hit or Miss(frozenset(known))


def _parts(rule: Rule) -> list[RulePart]:
    # The first part is the host. Werkzeug shows the parts of its rules to nobody.
    return rule._parts[1:]  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]


def wanted(rule: Rule) -> frozenset[str] | None:
    """The methods that a rule was written for: without the HEAD and OPTIONS that Flask adds."""
    if rule.methods is None:
        return None
    added = {"HEAD"} if "GET" in rule.methods else set[str]()
    if getattr(rule, "provide_automatic_options", False):
        added.add("OPTIONS")
    return frozenset(rule.methods - added)


def _branch(node: _Node[Target], part: RulePart) -> _Branch[Target]:
    for branch in node.dynamic:
        if branch.content == part.content and branch.takes_rest == part.final:
            return branch
    branch: _Branch[Target] = _Branch(
        part.content,
        part.weight,
        re.compile(part.content),
        is_plain=part.content == _WHOLE_SEGMENT and not part.final,
        takes_rest=part.final,
        takes_slash=part.suffixed,
        node=_Node(),
    )
    node.dynamic.append(branch)
    node.dynamic.sort(key=lambda entry: entry.weight)
    node.only = branch.node if branch.is_plain and len(node.dynamic) == 1 else None
    return branch


def _run(node: _Node[Target], segments: list[str], method: str) -> Hit[Target] | None:
    """The target at the end of the first way of the walk, where that leads to one.

    Most requests end here, and need neither recursion nor the methods of other rules.
    """
    texts: list[str] = []
    for segment in segments:
        following = node.static.get(segment)
        if following is None:
            following = node.only
            if following is None or not segment:
                return None
            texts.append(segment)
        node = following
    leaf = node.ends.get(method)
    if leaf is None:
        return None
    return leaf.target, _named(leaf, texts)


def _walk(
    node: _Node[Target],
    segments: list[str],
    index: int,
    texts: Texts,
    method: str,
    known: set[str],
) -> Hit[Target] | None:
    if index == len(segments):
        return _end(node, texts, method, known)
    segment = segments[index]
    following = node.static.get(segment)
    if following is not None:
        hit = _walk(following, segments, index + 1, texts, method, known)
        if hit is not None:
            return hit
    for branch in node.dynamic:
        step = branch.step(segments, index)
        if step is not None:
            found, ahead, start = step
            hit = _walk(branch.node, ahead, start, texts + found, method, known)
            if hit is not None:
                return hit
    if not segment and index == len(segments) - 1:
        return _choose([leaf for leaf in node.leaves if leaf.forgives_slash], texts, method, known)
    return None


def _end(node: _Node[Target], texts: Texts, method: str, known: set[str]) -> Hit[Target] | None:
    """The leaf at the end of the path, or one that is a slash away and wants this address too."""
    hit = _choose(node.leaves, texts, method, known)
    slash = node.static.get("")
    if hit is None and slash is not None:
        hit = _choose([leaf for leaf in slash.leaves if leaf.wants_slash], texts, method, set())
    return hit


def _choose(
    leaves: Iterable[_Leaf[Target]], texts: Texts, method: str, known: set[str]
) -> Hit[Target] | None:
    for leaf in leaves:
        if leaf.methods is None or method in leaf.methods:
            return leaf.target, _named(leaf, texts)
        known |= leaf.methods
    return None


def _named(leaf: _Leaf[Target], texts: Sequence[str]) -> dict[str, str]:
    """The texts by the names of the variables; most rules have one, which needs no pairing."""
    if len(texts) == 1:
        return {leaf.names[0]: texts[0]}
    return dict(zip(leaf.names, texts, strict=False))
