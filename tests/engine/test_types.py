"""Types: what a contract says is what Python's type checkers are told."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tenor.cli import main
from tenor.document import load
from tenor.schemas import Compiler
from tenor.typed import Origin, written
from tests.engine.contracts import (
    ANYTHING,
    Json,
    closed,
    document,
    header,
    operation,
    parameter,
    path,
    query,
    response,
    taking,
)
from tests.engine.type_cases import ANSWERS, BODIES, NUMBER, OTHERS, POST, SCHEMAS, TEXT
from tests.server.servers import ROOT


def module(paths: Json | None = None, *, openapi: str = "3.1.1", **root: Any) -> str:
    """The module of a document of these paths."""
    spec = document(paths or {}, openapi=openapi, **root)
    return written(load(spec), Origin("spec.yaml", ""))


def of(schema: Any, **others: Any) -> str:
    """What is written of a schema with the name Thing, beside those of other names."""
    text = module(components={"schemas": {"Thing": schema, **others}})
    return defined(text, "Thing")


def defined(text: str, name: str) -> str:
    """A definition of a module without its docstrings, on one line."""
    start = next(
        line for line in text.splitlines() if line.startswith((f"class {name}(", f"{name}"))
    )
    lines = text[text.index(f"\n{start}") + 1 :].split("\n\n\n")[0].splitlines()
    kept = [lines[0]]
    for line in lines[1:]:
        if line and not line.startswith((" ", ")", '"""')):
            break
        kept.append(line.strip())
    return " ".join(each for each in kept if each and not each.startswith('"""'))


def running(text: str) -> dict[str, Any]:
    """What a module defines when it is imported."""
    found: dict[str, Any] = {}
    exec(compile(text, "contract.py", "exec"), found)  # the text was made here
    return found


@pytest.mark.parametrize("case", SCHEMAS.values(), ids=SCHEMAS)
def test_a_schema_is_a_type(case: tuple[Any, str]):
    schema, expected = case

    assert of(schema, **OTHERS) == expected


@pytest.mark.parametrize("case", SCHEMAS.values(), ids=SCHEMAS)
def test_every_type_can_be_imported(case: tuple[Any, str]):

    assert "Thing" in running(module(components={"schemas": {"Thing": case[0], **OTHERS}}))


def test_a_choice_of_too_many_objects_is_one_with_all_their_fields():
    branches = [closed(**{f"own{n}": TEXT, "shared": TEXT}) for n in range(9)]

    found = of({"oneOf": branches, "type": "object"})

    assert found.startswith("class Thing(TypedDict, closed=True): own0: NotRequired[str]")
    assert found.endswith("own8: NotRequired[str]")
    assert "shared: str" in found


def test_schemas_that_are_joined_in_circles_come_to_an_end():
    """Each of the two narrows what the other says of the same property, without an end."""
    one, other = ({"$ref": f"#/components/schemas/{name}"} for name in ("One", "Other"))
    schemas = {
        "One": {"properties": {"next": {"allOf": [one, other]}}},
        "Other": {"properties": {"next": {"allOf": [other, one]}}},
    }

    text = module(components={"schemas": schemas})

    assert defined(text, "OneNext").endswith("next: NotRequired[OneNextNext]")
    assert defined(text, "OneNextNext").endswith('next: NotRequired["OneNextNext"]')


def test_what_an_object_may_hold_is_what_the_gate_lets_out():
    """An object that declares no property is answered empty; one that is open, with anything."""
    for schema, leaves in (({"type": "object"}, False), ({"additionalProperties": True}, True)):
        spec = load(document({}, components={"schemas": {"Thing": schema}}))
        gate = Compiler(spec).response(schema, "/components/schemas/Thing")

        assert gate.accepts({"a": 1}) is leaves
        assert ("Never" not in of(schema)) is leaves


def test_a_schema_of_3_0_may_be_null_and_says_nothing_beside_a_reference():
    schemas = {
        "Name": {"type": "string", "nullable": True},
        "Other": {"$ref": "#/components/schemas/Name", "type": "integer"},
    }

    text = module(openapi="3.0.3", components={"schemas": schemas})

    assert defined(text, "Name") == "Name: TypeAlias = str | None"
    assert defined(text, "Other") == "Other: TypeAlias = Name"


def test_names_become_identifiers_of_their_own():
    schemas = {"a-b": TEXT, "aB": NUMBER, "404": TEXT, "Literal": TEXT, "Warning": TEXT}

    found = running(module(components={"schemas": schemas}))

    assert {"AB", "AB2", "Type404", "Literal2", "Warning2"} <= found.keys()


def test_descriptions_are_docstrings_of_their_first_paragraph():
    schema = {
        "description": 'Says "hello".\n\nIn many\nwords: C:\\new',
        "properties": {"a": {"type": "string", "description": 'Of\n  one line: C:\\new "a"'}},
    }

    text = module(components={"schemas": {"Thing": schema}})

    assert '    """Says "hello"."""\n' in text
    assert '    """Of one line: C:\\\\new "a" """\n' in text
    assert running(text)["Thing"].__doc__ == 'Says "hello".'


def test_keys_are_required_at_run_time_as_they_are_in_the_contract():
    found = running(
        module(
            components={
                "schemas": {
                    "Thing": {**closed(a=TEXT), "properties": {"a": TEXT, "b": POST}},
                    "Post": closed(a=TEXT),
                }
            }
        )
    )

    assert found["Thing"].__required_keys__ == {"a"}
    assert found["Thing"].__optional_keys__ == {"b"}


# --- directions ---------------------------------------------------------------------------------

ACCOUNT = {
    "type": "object",
    "required": ["id", "name", "password"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": TEXT,
        "password": {"type": "string", "writeOnly": True},
    },
}


def test_what_is_sent_and_what_is_answered_have_two_types_where_they_differ():
    reference = {"$ref": "#/components/schemas/Account"}
    described = operation("putIt", body=taking(reference), answers={200: response(reference)})

    text = module(
        {"/it": {"put": described}},
        components={"schemas": {"Account": ACCOUNT, "Name": TEXT}},
    )

    assert defined(text, "Account") == "class Account(TypedDict, closed=True): id: int name: str"
    assert defined(text, "AccountInput") == "class AccountInput(TypedDict): name: str password: str"
    assert defined(text, "PutItBody") == "PutItBody: TypeAlias = AccountInput"
    assert "NameInput" not in text


def test_what_is_only_sent_keeps_its_name():
    reference = {"$ref": "#/components/schemas/Account"}
    described = operation("putIt", body=taking(reference))

    text = module({"/it": {"put": described}}, components={"schemas": {"Account": ACCOUNT}})

    assert defined(text, "Account") == "class Account(TypedDict): name: str password: str"
    assert "AccountInput" not in text


def test_a_parent_is_answered_by_its_subtypes():
    schemas = {
        "Pet": {
            **closed(kind=TEXT),
            "additionalProperties": True,
            "discriminator": {"propertyName": "kind"},
        },
        "Cat": {"allOf": [{"$ref": "#/components/schemas/Pet"}, closed(lives=NUMBER)]},
    }
    reference = {"$ref": "#/components/schemas/Pet"}
    described = operation("getIt", answers={201: response(reference)})

    text = module({"/it": {"get": described}}, components={"schemas": schemas})

    assert "tuple[Pet | Cat, Literal[201]]" in defined(text, "GetItAnswer")


# --- operations ---------------------------------------------------------------------------------


def answer(answers: Json, **more: Any) -> str:
    """The answers of one operation."""
    described = operation("getIt", answers=answers, **more)
    found = defined(module({"/it": {"get": described}}), "GetItAnswer")
    return found.removeprefix("GetItAnswer: TypeAlias = ").removeprefix("( ").removesuffix(" )")


@pytest.mark.parametrize("case", ANSWERS.values(), ids=ANSWERS)
def test_the_answers_of_an_operation_are_a_union(case: tuple[Json, str]):
    answers, expected = case

    assert answer(answers) == expected


def test_a_range_but_for_one_names_the_other_statuses():
    described = operation("getIt", answers={501: response(), "5XX": response()})

    found = defined(module({"/it": {"get": described}}), "GetItServerErrorStatus")

    assert "500, 502," in found
    assert "501" not in found


def test_headers_are_required_unless_the_engine_gives_them():
    """It gives `Vary` where there is a choice, and the request's id and defaults of all answers."""
    content = {"application/json": NUMBER, "text/html": TEXT}
    own = {
        "Location": header(TEXT, required=True),
        "X-Count": header(NUMBER),
        "X-Kind": header({"enum": ["a", "b"]}),
        "Link": header(TEXT),
        "Vary": header(TEXT, required=True),
        "Date": header(TEXT, required=True),
    }
    described = operation("getIt", answers={201: response(content=content, headers=own)})
    universal = {
        "X-Request-Id": header(TEXT, required=True),
        "X-Mode": header({"const": "strict"}, required=True),
    }

    text = module({"/it": {"get": described}}, x_tenor_headers=universal)

    assert defined(text, "GetIt201Headers") == (
        'GetIt201Headers = TypedDict( "GetIt201Headers", { '
        '"X-Request-Id": NotRequired[ReadOnly[str]], '
        '"X-Mode": NotRequired[ReadOnly[Literal["strict"]]], "Location": ReadOnly[str], '
        '"X-Count": NotRequired[ReadOnly[str | int]], '
        '"X-Kind": NotRequired[ReadOnly[Literal["a", "b"]]], '
        '"Link": NotRequired[ReadOnly[str | list[str]]], '
        '"Vary": NotRequired[ReadOnly[str | list[str]]], '
        '"Content-Type": NotRequired[ReadOnly[Literal["application/json", "text/html"]]], '
        "}, closed=True, )"
    )


def test_a_media_type_that_nobody_else_can_name_is_required():
    described = operation("getIt", answers={201: response(ANYTHING, "image/*")})

    found = defined(module({"/it": {"get": described}}), "ImageHeaders")

    assert '"Content-Type": ReadOnly[str]' in found


def test_shared_responses_name_their_headers_and_bodies():
    shared = response(closed(a=TEXT), headers={"Retry-After": header(NUMBER, required=True)})
    busy = {"$ref": "#/components/responses/Busy"}
    paths = {
        "/a": {"get": operation("getA", answers={503: busy})},
        "/b": {"get": operation("getB", answers={503: busy})},
    }

    text = module(paths, components={"responses": {"Busy": shared}})

    for name in ("GetAAnswer", "GetBAnswer"):
        assert "tuple[BusyBody, Literal[503], BusyHeaders]" in defined(text, name)


def test_parameters_have_the_names_that_a_handler_takes_them_by():
    """Those with a default are always there; so are those that are required."""
    takes = [
        path("postId", NUMBER),
        query("per-page", {"type": "integer", "default": 20}),
        query("tag", {"type": "array", "items": TEXT}),
        query("from"),
        parameter("header", "If-Match", TEXT),
        parameter("cookie", "seen", content={"application/json": {"schema": closed(a=TEXT)}}),
    ]
    text = module({"/it/{postId}": {"get": operation("getIt", takes=takes)}})

    assert defined(text, "GetItParameters") == (
        "class GetItParameters(TypedDict): post_id: int per_page: int tag: NotRequired[list[str]] "
        "from_: NotRequired[str] if_match: NotRequired[str] seen: NotRequired[GetItParametersSeen]"
    )


def test_an_operation_overrides_the_parameters_of_its_path():
    paths = {
        "/it": {
            "parameters": [query("a", TEXT), query("b", TEXT)],
            "get": operation("getIt", takes=[query("a", NUMBER)]),
        }
    }

    found = defined(module(paths), "GetItParameters")

    assert found.endswith("a: NotRequired[int] b: NotRequired[str]")


@pytest.mark.parametrize("case", BODIES.values(), ids=BODIES)
def test_a_body_has_the_type_that_its_media_type_is_read_as(case: tuple[Json, str]):
    body, expected = case

    text = module({"/it": {"put": operation("putIt", body=body)}})

    assert defined(text, "PutItBody") == f"PutItBody: TypeAlias = {expected}"


def test_the_files_of_a_form_are_files():
    binary = {"type": "string", "format": "binary"}
    form = closed(title=TEXT, cover=binary, pages={"type": "array", "items": binary})

    text = module({"/it": {"put": operation("putIt", body=taking(form, "multipart/form-data"))}})

    assert defined(text, "PutItContent").endswith(
        "title: str cover: FileStorage pages: list[FileStorage]"
    )


# --- the module ---------------------------------------------------------------------------------

STRANGERS = [ROOT / "spec/openapi.yaml", ROOT / "examples/answers/openapi.yaml"]


@pytest.mark.parametrize("contract", STRANGERS, ids=lambda path: path.parent.name)
def test_formatters_would_leave_it_as_it_is(contract: Path, tmp_path: Path):
    """Also where they are not told to."""
    text = written(load(contract), Origin("spec.yaml", "contract.py"))
    assert "# fmt: off\n" in text

    file = tmp_path / "contract.py"
    file.write_text(text.replace("# fmt: off\n", ""))
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["format", "--check", "--line-length=100"], ["check", "--line-length=100"]):
        done = subprocess.run([*ruff, *command, "--isolated", file], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_a_large_module_is_written_in_fewer_statements(monkeypatch: pytest.MonkeyPatch):
    """Type checkers give up on a module of too many."""
    monkeypatch.setattr("tenor.typed.module.MOST_STATEMENTS", 2)

    text = module(components={"schemas": {"Thing": closed(a=TEXT, b=TEXT)}})

    assert defined(text, "Thing").startswith('Thing = TypedDict( "Thing",')


def test_the_same_contract_gives_the_same_module():
    spec = load(ROOT / "spec/openapi.yaml")

    assert written(spec, Origin("a", "b")) == written(spec, Origin("a", "b"))


def test_the_head_says_what_it_was_made_of():
    spec = load(ROOT / "spec/openapi.yaml")

    head = written(spec, Origin("spec/openapi.yaml", "contract.py"))[:400]

    assert f"The types of {spec.title} {spec.raw['info']['version']}." in head
    assert spec.digest in head
    assert "tenor types spec/openapi.yaml --output contract.py\n" in head


# --- the command --------------------------------------------------------------------------------


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    file = tmp_path / "contract.yaml"
    file.write_text((ROOT / "examples/answers/openapi.yaml").read_text())
    return file


def types(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["types", *map(str, arguments)])
    return done.exit_code, done.output


def test_the_command_writes_to_a_file_or_to_standard_output(contract: Path, tmp_path: Path):
    file = tmp_path / "types.py"

    code, printed = types(contract)

    assert types(contract, "--output", file) == (0, "")
    assert code == 0
    assert file.read_text().splitlines()[5:] == printed.splitlines()[5:]
    assert "CreateNoteAnswer" in running(printed)


def test_a_file_that_is_current_is_fine_wherever_it_is_checked(
    contract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    types(contract, "--output", tmp_path / "types.py")
    monkeypatch.chdir(tmp_path)

    assert types("contract.yaml", "--check", "types.py") == (0, "")


@pytest.mark.parametrize("stale", ["contract", "file"])
def test_a_file_that_is_stale_is_told_with_the_command_that_mends_it(
    stale: str, contract: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    types("contract.yaml", "--output", "types.py")
    changed = {"contract": contract, "file": tmp_path / "types.py"}[stale]
    changed.write_text(changed.read_text().replace("The new note.", "A new note.") + "\n# more\n")
    if stale == "contract":
        assert "A new note." in contract.read_text()

    code, said = types("contract.yaml", "--check", "types.py")

    assert code == 1
    assert said == (
        "types.py: these are not the types of contract.yaml as it is now. "
        "Write them anew: tenor types contract.yaml --output types.py\n"
    )


def test_wrong_use_is_told(contract: Path, tmp_path: Path):
    missing = tmp_path / "nowhere" / "types.py"

    for arguments in (["--check", missing], ["--output", missing]):
        code, said = types(contract, *arguments)
        assert (code, "this file cannot be used: No such file" in said) == (2, True)
    assert types(contract, "--check", contract, "--output", contract)[0] == 2
