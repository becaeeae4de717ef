"""What each rule means, as pages: for ``tenor lint --explain``, and for ``docs/lint.md``."""

from collections.abc import Sequence
from textwrap import indent

from tenor.lint.findings import LintRule

_BLOCKS = {
    "openapi": "openapi: 3.1.1",
    "info": 'info: {title: Notes, version: "1"}',
    "x-tenor-unrouted": """\
x-tenor-unrouted:
  "204":
    description: What the address can do.
    headers:
      Allow: {schema: {type: string, maxLength: 100}}
  "400": {description: The host is not served here.}
  "404": {description: Nothing is here.}
  "405":
    description: The address cannot do that.
    headers:
      Allow: {schema: {type: string, maxLength: 100}}
  "411": {description: How long is it?}
  "500": {description: The server failed.}
  "503":
    description: The server is at its limit.
    headers:
      Retry-After: {schema: {type: integer, minimum: 1, maximum: 60}}""",
}

FRAME = "\n".join(_BLOCKS.values())
"""The contract that the examples are parts of; what they write themselves stands in its place."""


INTRODUCTION = """\
# The rules of lint

    tenor lint openapi.yaml
    tenor lint openapi.yaml --select T2 --ignore array-bounded --format json
    tenor lint --explain T701

`tenor lint` says what in a contract is false, undecidable, or left to chance; each finding with
its place, what was found and what to do. What OpenAPI itself forbids is refused when the
contract is loaded, and general style is left to other tools. A rule is called by its id or its
name, and the beginning of an id stands for all that begin so: T0 and T1 are about statuses, T2
about sizes, T3 about examples, T4 about names, T5 about YAML, T6 about what cannot be served,
T7 about patterns, T8 about the engine's own answers, T9 about what has no effect.

The exit code is 1 when there is an *error*: the contract says there what is false, what nobody
can decide, or what cannot be served. A *warning* leaves something to the engine, to readers, or
to chance; with `--strict` it counts too. 2 is for a contract that cannot be loaded, and for a
rule that does not exist.

An object of the contract may waive a rule for itself and all within, with a reason. Reports
count what is waived, and the contract that is served does not show it:

```yaml
/notes:
  x-tenor-lint-ignore: {T402: clients have called it list_notes for years}
```

Problems are explained at an address of the application's own, so that a schema of `type` may
admit one and not another. `--problems https://api.example/problems/` says which it is; without
it T802 is satisfied by any.

This page is written by `python -m tenor.lint`, out of the rules themselves. The examples are
parts of this contract:
"""


def whole(example: str) -> str:
    """An example with the rest of its contract."""
    own = {line.partition(":")[0] for line in example.splitlines() if line[:1].strip()}
    frame = [text for key, text in _BLOCKS.items() if key not in own]
    return "\n".join([*frame, example, ""])


def explained(rule: LintRule) -> str:
    """A rule for people at a terminal."""
    return "\n".join(
        (
            f"{rule.id} {rule.name} ({rule.severity.value})",
            "",
            rule.meaning,
            "",
            "This is found:",
            "",
            indent(rule.bad, "    "),
            "",
            "This is not:",
            "",
            indent(rule.good, "    "),
        )
    )


def page(rules: Sequence[LintRule]) -> str:
    """The page of all rules, in Markdown."""
    parts = [INTRODUCTION, "```yaml", FRAME, "```", ""]
    for rule in rules:
        parts += [f"## {rule.id} {rule.name}", "", f"*{rule.severity.value.capitalize()}.*", ""]
        parts += [rule.meaning, "", "Found:", "", "```yaml", rule.bad, "```", ""]
        parts += ["Not found:", "", "```yaml", rule.good, "```", ""]
    return "\n".join(parts).rstrip() + "\n"
