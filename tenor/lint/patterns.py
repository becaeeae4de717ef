"""Rules of patterns: what they take, and how long."""

from collections.abc import Iterator

from tenor.document import escape
from tenor.lint.backtracking import exploding
from tenor.lint.contract import Contract
from tenor.lint.findings import Flaw, Flaws, Severity, rule
from tenor.lint.regex import Chars, Choice, End, Regex, Repeat, Row, Start, edge, is_anchored, read


@rule(
    "T701",
    "pattern-is-linear",
    Severity.ERROR,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - name: words
              in: query
              schema: {type: string, maxLength: 200, pattern: '^([a-z]+ ?)*$'}
          responses:
            "204": {description: There are none.}
            "400": {description: These are no words.}
    """,
    mend=("^([a-z]+ ?)*$", "^([a-z]+( [a-z]+)*)?$"),
)
def backtracking(contract: Contract) -> Flaws:
    """A pattern takes no exponential time.

    `^(a+)+$` matches `aaaa` in eight ways, and an engine that backtracks (those of JavaScript,
    Python and Java do) tries all of them before it refuses `aaaa!`: thirty characters stop a server
    or a browser. (One that cannot be run is refused when the contract is loaded.)
    """
    for pointer, pattern in (*_of_values(contract), *_of_names(contract)):
        text = exploding(pattern)
        if text is not None:
            yield Flaw(
                pointer,
                f"the pattern {_short(pattern)} takes exponential time on {text * 2}...: a loop in "
                "it matches that in more than one way",
                "Let what is repeated begin with something that cannot stand within it.",
            )


@rule(
    "T702",
    "pattern-is-anchored",
    Severity.WARNING,
    bad="""
    paths:
      /notes:
        get:
          operationId: listNotes
          parameters:
            - name: tag
              in: query
              schema: {type: string, maxLength: 40, pattern: '[a-z]+'}
          responses:
            "204": {description: There are none.}
            "400": {description: This is no tag.}
    """,
    mend=("[a-z]+", "^[a-z]+$"),
)
def anchors(contract: Contract) -> Flaws:
    """A pattern describes the whole of a text, from `^` to `$`.

    One without is satisfied by a part, and `[a-z]+` takes `<a>`. In `^a|b$` each anchor holds for
    one branch alone. What is plainly about a part is taken for that: `^https://`, `[.]json$`,
    `[0-9]`.
    """
    for pointer, pattern in _of_values(contract):
        regex = read(pattern)
        if regex is not None and not _is_deliberate(regex):
            yield Flaw(
                pointer,
                f"the pattern {_short(pattern)} is satisfied by a part of the text",
                "Write ^ before it and $ after it, with (?:...) around branches.",
            )


def _is_deliberate(regex: Regex) -> bool:
    """Whether a pattern is about the whole of a text, or plainly about a part of it."""
    begins, ends = is_anchored(regex, Start), is_anchored(regex, End)
    if begins and ends:
        return True
    if begins or ends:
        branches = regex.branches if isinstance(regex, Choice) else (regex,)
        return all(_is_character(edge(each, End if begins else Start)) for each in branches)
    return isinstance(regex, Chars) or _is_literal(regex)


def _is_literal(regex: Regex) -> bool:
    return isinstance(regex, Row) and all(map(_is_character, regex.items))


def _is_character(regex: Regex) -> bool:
    """Whether it is one certain character."""
    if isinstance(regex, Repeat):
        return False
    return isinstance(regex, Chars) and len(regex.ranges) == 1 and len(set(regex.ranges[0])) == 1


def _of_values(contract: Contract) -> Iterator[tuple[str, str]]:
    """Each pattern that values are held to, with its pointer."""
    for part in contract.schemas:
        if isinstance(part.members.get("pattern"), str):
            yield f"{part.pointer}/pattern", part.members["pattern"]


def _of_names(contract: Contract) -> Iterator[tuple[str, str]]:
    """Each pattern that the names of properties are held to, with its pointer."""
    for part in contract.schemas:
        for pattern in part.members.get("patternProperties") or ():
            yield f"{part.pointer}/patternProperties/{escape(pattern)}", pattern


def _short(pattern: str) -> str:
    return pattern if len(pattern) <= 60 else pattern[:59] + "…"
