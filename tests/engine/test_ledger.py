"""The ledger: what was seen is kept through crashes, bound to its contract, and holds no secret."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenor import ConfigurationError, Tenor, ledger
from tenor.document import Document, load
from tenor.ledger import LEDGER, File, read
from tenor.masking import MASK
from tenor.recorder import Recorder, baggage_of, labelled
from tenor.witnesses import Label, Violation, Witness
from tests.engine.contracts import (
    ANYTHING,
    PROBLEM,
    document,
    echo,
    header,
    nothing,
    of,
    operation,
    parameter,
    query,
    response,
    serving,
)
from tests.engine.test_coverage import DECLARED, SPEC, TEAPOT, VIOLATION, witness
from tests.engine.wire import ask
from tests.server.servers import ROOT

CONTRACT = load(SPEC).expanded()


def folder_with(folder: Path, *entries: Witness | Violation) -> Path:
    file = File(folder, CONTRACT)
    for entry in entries:
        file.append(entry.as_json())
    return folder


def only(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def run(script: str, *arguments: object, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


# --- crashes ------------------------------------------------------------------------------------


def test_a_file_that_ends_anywhere_loses_the_last_line_alone(tmp_path: Path):
    """Cut at every byte: what stands before the cut is read, and the rest is counted as torn."""
    file = only(folder_with(tmp_path / "whole", *map(witness, DECLARED[:2]), VIOLATION))
    content = file.read_bytes()
    cut = tmp_path / "cut.ledger"

    lines = content.splitlines()
    for end in range(len(content) + 1):
        cut.write_bytes(content[:end])
        kept = content[:end].split(b"\n")
        whole = sum(part == line for part, line in zip(kept, lines, strict=False))
        is_torn = end == 0 or kept[-1] not in (b"", lines[min(len(kept), len(lines)) - 1])

        found = read([cut], CONTRACT)

        assert len(found.witnesses) + len(found.violations) == max(0, whole - 1)
        assert (found.torn, found.foreign) == (is_torn, ())


def test_a_process_that_is_killed_while_it_writes_loses_one_line_at_most(tmp_path: Path):
    script = """
        import sys
        from pathlib import Path
        from tenor.ledger import File
        from tests.engine.test_ledger import CONTRACT, DECLARED, witness
        file = File(Path(sys.argv[1]), CONTRACT)
        line = witness(DECLARED[0], body="x" * 10_000).as_json()
        while True:
            file.append(line)
            print("written", flush=True)
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script), str(tmp_path / "l")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(200)]
        process.send_signal(signal.SIGKILL)
        said += process.stdout.readlines()

    content = only(tmp_path / "l").read_bytes()
    found = read([tmp_path / "l"], CONTRACT)

    assert process.returncode == -signal.SIGKILL
    assert content.count(b"\n") - 1 >= said.count("written\n") >= 200
    assert found.torn <= 1
    assert found.witnesses.keys() == {DECLARED[0]}


def test_a_disk_that_is_full_costs_the_ledger_and_no_answer(tmp_path: Path):
    """A limit on the size of files stands for the disk. What was whole is kept."""
    script = """
        import resource, sys
        from tenor import Tenor, logs
        from tests.engine.test_coverage import SPEC
        from tests.engine.contracts import echo, nothing
        from tests.engine.wire import ask
        logs.configure()
        resource.setrlimit(resource.RLIMIT_FSIZE, (900, 900))
        app = Tenor(SPEC, handlers={"getNote": echo, "getHealth": nothing})
        print([ask(app, line).status for line in ("GET /notes/1", "GET /a", "PUT /health")])
    """
    done = run(script, TENOR_LEDGER=str(tmp_path / "ledger"))

    found = read([tmp_path / "ledger"], CONTRACT)

    assert done.stdout == "[200, 404, 405]\n"
    assert done.stderr.count("ledger_not_written") == 1
    assert (len(found.witnesses), found.torn) == (1, 1)


def test_a_file_that_somebody_else_wrote_to_is_refused_at_its_line(tmp_path: Path):
    file = only(folder_with(tmp_path, witness(DECLARED[0])))
    whole = file.read_text()

    for line, said in (
        ('{"kind": "witness"}', f"{file}:3: the line is none that a ledger has"),
        ('{"kind": "violation", "label": {}}', f"{file}:3: the line is none that a ledger has"),
        (_line_with("cell", {"operation": ["a"]}), f"{file}:3: the line is none"),
        (_line_with("label", {"seed": "a"}), f"{file}:3: the line is none"),
        (_line_with("request", {"target": 1}), f"{file}:3: the line is none"),
        (_line_with("response", {"body": {"length": 1, "text": "", "base64": "a"}}), f"{file}:3:"),
    ):
        file.write_text(f"{whole}{line}\n")
        with pytest.raises(ConfigurationError, match="somebody else wrote") as caught:
            read([tmp_path], CONTRACT)
        assert said in caught.value.message


def _line_with(member: str, changes: dict[str, Any]) -> str:
    """A line that is right but for these."""
    line = witness(DECLARED[0]).as_json()
    return json.dumps({**line, member: {**line[member], **changes}})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("openapi: 3.1.1\npaths: {}\n", "this is no ledger"),
        ('{"kind": "ledger", "format": 99}\n', "the ledger is of format 99"),
        ('{"kind": "ledger", "format": 1}\n', "this is no ledger"),
        ("[" * 100_000 + "\n", "this is no ledger"),
    ],
    ids=["another file", "another format", "half a head", "very deep"],
)
def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path, text: str, said: str):
    (tmp_path / "a.ledger").write_text(text)

    with pytest.raises(ConfigurationError, match=said):
        read([tmp_path], CONTRACT)


def test_a_ledger_that_cannot_be_read_is_told_by_its_name():
    """The owner of a server's ledgers may be another user. Its memory stands for such a file."""
    with pytest.raises(ConfigurationError, match="/proc/self/mem: the ledger cannot be read"):
        read([Path("/proc/self/mem")], CONTRACT)


def test_a_folder_that_is_called_like_a_ledger_is_none(tmp_path: Path):
    (tmp_path / "a.ledger").mkdir()
    assert read([tmp_path], CONTRACT).files == 0


@pytest.mark.parametrize("name", ["file", "file/below", "/proc/nothing"])
def test_a_folder_that_cannot_be_written_to_ends_the_application_at_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(LEDGER, str(tmp_path / name))

    with pytest.raises(ConfigurationError, match="no ledger can be written to") as caught:
        Tenor(SPEC, handlers={"getNote": nothing, "getHealth": nothing})

    assert caught.value.message.startswith(f"{LEDGER}: ")
    assert "\n" not in caught.value.message


# --- processes and threads ----------------------------------------------------------------------


def test_a_fork_has_a_file_of_its_own_and_all_are_merged(tmp_path: Path):
    """What the parent saw before is not seen again; what the child sees is not the parent's."""
    script = """
        import os
        from tests.engine.contracts import echo, nothing
        from tests.engine.test_coverage import SPEC
        from tests.engine.wire import ask
        from tenor import Tenor
        app = Tenor(SPEC, handlers={"getNote": echo, "getHealth": lambda: {}}, policy="prevent")
        ask(app, "GET /notes/1")
        child = os.fork()
        if child == 0:
            ask(app, "GET /notes/1")
            ask(app, "GET /health")
            os._exit(0)
        os.waitpid(child, 0)
        ask(app, "GET /nowhere")
    """
    for _ in range(2):
        run(script, TENOR_LEDGER=str(tmp_path))

    found = read([tmp_path], CONTRACT)

    assert found.files == len(list(tmp_path.iterdir())) == 4
    assert found.witnesses.keys() == {DECLARED[0], DECLARED[4], DECLARED[5]}
    assert sorted(len(path.read_text().splitlines()) for path in tmp_path.iterdir()) == [2, 2, 3, 3]


def test_threads_that_begin_at_once_write_whole_lines_below_a_head(tmp_path: Path):
    file = File(tmp_path, CONTRACT)
    start = threading.Barrier(8)
    line = witness(DECLARED[0], body="x" * 5_000).as_json()

    def write() -> None:
        start.wait()
        for _ in range(20):
            file.append(line)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    files = [path.read_text().splitlines() for path in tmp_path.iterdir()]
    assert read([tmp_path], CONTRACT).torn == 0
    assert sum(len(lines) - 1 for lines in files) == 160
    assert {json.loads(lines[0])["kind"] for lines in files} == {"ledger"}


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path):
    folder_with(tmp_path, witness(DECLARED[0]))

    assert read([tmp_path, only(tmp_path), tmp_path / "."], CONTRACT).files == 1


def test_a_place_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="there is no such file or folder"):
        read([tmp_path / "none"], CONTRACT)


def test_of_two_witnesses_the_one_that_can_be_asked_again_is_kept():
    named, nameless = witness(DECLARED[0], test="test_a"), witness(DECLARED[0], test="")

    for order in ([named, nameless], [nameless, named]):
        assert ledger.Ledger.of(order).witnesses == {DECLARED[0]: named}


def test_who_asked_is_written_down(tmp_path: Path):
    """By the label of the process, or by the baggage of a request from elsewhere."""
    app = serving(echo, answers={200: response(ANYTHING), 404: response(ANYTHING, PROBLEM)})
    recorder = Recorder(app.contract)
    app.observe(recorder)

    with labelled(Label("suite", "here", 3)):
        ask(app)
        ask(app, "GET /a", headers={"baggage": baggage_of(Label("live", "there, öde", 4))})

    assert [w.label for w in recorder.witnesses] == [
        Label("suite", "here", 3),
        Label("live", "there, öde", 4),
    ]


# --- the contract -------------------------------------------------------------------------------


def changes(node: Any) -> Iterator[Any]:
    """Every document that differs from this in one place."""
    if isinstance(node, dict):
        for key, value in node.items():
            rest = {name: each for name, each in node.items() if name != key}
            yield rest
            yield {**rest, f"{key}x": value}
            yield from ({**node, key: changed} for changed in changes(value))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield [*node[:index], *node[index + 1 :]]
            yield from ([*node[:index], changed, *node[index + 1 :]] for changed in changes(value))
    elif isinstance(node, bool):
        yield not node
    else:
        yield f"{node}x"


def digest_of(raw: Any) -> str:
    return Document(raw, "contract.yaml", {}).digest


def test_no_change_of_a_contract_keeps_its_ledgers():
    """Each member renamed, left out or changed, one at a time, anywhere in the document."""
    raw = CONTRACT.raw
    known = digest_of(raw)

    changed = list(changes(raw))

    assert len(changed) > 80
    assert [each for each in changed if digest_of(each) == known] == []


def reversed_keys(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: reversed_keys(node[key]) for key in reversed(node)}
    return [reversed_keys(each) for each in node] if isinstance(node, list) else node


def test_neither_the_order_of_keys_nor_the_format_is_a_change(tmp_path: Path):
    files = {
        "a.yaml": yaml.safe_dump(SPEC, sort_keys=False),
        "b.yaml": "# a comment\n" + yaml.safe_dump(reversed_keys(SPEC), sort_keys=False, indent=6),
        "c.json": json.dumps(SPEC, ensure_ascii=True),
        "d.json": json.dumps(reversed_keys(SPEC), indent=1),
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    folder_with(tmp_path / "ledger", *map(witness, DECLARED))

    for name in files:
        found = read([tmp_path / "ledger"], load(tmp_path / name).expanded())
        assert (found.files, found.foreign) == (1, ())


def test_the_order_of_a_list_is_a_change():
    raw = {"tags": ["a", "b"]}

    assert digest_of(raw) != digest_of({"tags": ["b", "a"]})


# --- who asks may be hostile ---------------------------------------------------------------------


def test_methods_that_are_made_up_are_of_one_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """They neither fill the disk nor use up what is kept of others."""
    monkeypatch.setenv(LEDGER, str(tmp_path))
    app = of(LEAKY, {"logIn": lambda **_: {}})

    statuses = {ask(app, f"M{n} /login/1").status for n in range(50)}

    assert statuses == {405}
    assert len(only(tmp_path).read_text().splitlines()) == 2


def test_ever_new_breaches_hide_no_witness(monkeypatch: pytest.MonkeyPatch):
    """Not even where each is broken before its answer is seen."""
    monkeypatch.setattr("tenor.recorder.MOST_KINDS", 1)
    numbers = iter(range(9))
    handlers = {"logIn": lambda **_: ({}, 200, {f"X-{next(numbers)}": "a"})}
    app = of(LEAKY, handlers, policy="detect")
    recorder = Recorder(app.contract)
    app.observe(recorder)

    for _ in range(9):
        ask(app, "POST /login/1")

    assert (len(recorder.violations), len(recorder.witnesses)) == (1, 1)


# --- secrets ------------------------------------------------------------------------------------

SECRET = "hunter2-hunter2"
OPEN = "nothing-to-hide"
PASSWORD = {"type": "string", "format": "password"}
LOGIN = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "pin": {"$ref": "#/components/schemas/Pin"},
        "access_token": {"type": "string"},
        "client_secret": {"type": "array", "items": {"type": "string"}},
        "credentials": {"type": "object", "additionalProperties": True},
    },
}


def know(token: str) -> dict[str, str]:
    return {"sub": token}


def scheme(location: str, name: str) -> dict[str, str]:
    known = f"{__name__}.{know_key.__name__}"
    return {"type": "apiKey", "in": location, "name": name, "x-apikeyInfoFunc": known}


def know_key(key: str) -> dict[str, str]:
    return {"sub": key}


LEAKY = document(
    {
        "/login/{id}": {
            "post": operation(
                "logIn",
                takes=[
                    parameter("path", "id"),
                    query("q"),
                    query("unlock", PASSWORD),
                    parameter("header", "X-Unlock", PASSWORD),
                ],
                body={
                    "content": {
                        name: {"schema": LOGIN}
                        for name in (
                            "application/json",
                            "application/x-www-form-urlencoded",
                            "multipart/form-data",
                        )
                    }
                },
                answers={
                    200: response(
                        ANYTHING,
                        headers={
                            name: header({"type": "string"})
                            for name in ("Set-Cookie", "X-Csrf-Token", "Location", "X-Open")
                        },
                    ),
                    400: response(ANYTHING, PROBLEM),
                },
                security=[{"aHeader": []}, {"aQuery": []}, {"aCookie": []}, {"aBearer": []}, {}],
            )
        }
    },
    components={
        "schemas": {"Pin": PASSWORD},
        "securitySchemes": {
            "aHeader": scheme("header", "X-Door"),
            "aQuery": scheme("query", "door"),
            "aCookie": scheme("cookie", "door"),
            "aBearer": {
                "type": "http",
                "scheme": "bearer",
                "x-bearerInfoFunc": f"{__name__}.{know.__name__}",
            },
        },
    },
)

AS_FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"


def part(name: str, value: str) -> bytes:
    return (
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--b--\r\n'
    ).encode()


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("POST /login/1", {"headers": {"Authorization": f"Bearer {SECRET}"}}),
        ("POST /login/1", {"headers": {"Authorization": SECRET}}),
        ("POST /login/1", {"headers": {"Cookie": f"a=b; door={SECRET}"}}),
        ("POST /login/1", {"headers": {"X-Door": SECRET}}),
        ("POST /login/1", {"headers": {"X-Unlock": SECRET}}),
        ("POST /login/1", {"headers": {"X-Auth-Token": SECRET}}),
        ("POST /login/1", {"headers": {"Referer": f"http://a/?token={SECRET}&a=b"}}),
        (f"POST /login/1?door={SECRET}", {}),
        (f"POST /login/1?%64oor={SECRET}", {}),
        (f"POST /login/1?unlock={SECRET}&q=a", {}),
        (f"POST /login/1?q=a&access_token={SECRET}", {}),
        (f"GET /nowhere?password={SECRET}", {}),
        ("POST /login/1", {"json": {"pin": SECRET}}),
        ("POST /login/1", {"json": {"access_token": SECRET}}),
        ("POST /login/1", {"json": {"client_secret": [SECRET]}}),
        ("POST /login/1", {"json": {"credentials": {"a": {"b": SECRET}}}}),
        ("POST /login/1", {"body": f'{{"pin": "{SECRET}", }}'.encode()}),
        ("POST /login/1", {"body": f"pin={SECRET}&name=a".encode(), "type": AS_FORM}),
        ("POST /login/1", {"body": f"name=a&PASSWORD={SECRET}".encode(), "type": AS_FORM}),
        ("POST /login/1", {"body": part("pin", SECRET), "type": PARTS}),
        ("POST /login/1", {"body": part("access_token", SECRET), "type": PARTS}),
        ("POST /login/1", {"body": f'{{"pin": "{SECRET}"}}'.encode(), "type": "text/plain"}),
        ("POST /login/1", {"body": f'{{"pin": "{SECRET}"}}'.encode(), "type": AS_FORM}),
        ("POST /login/1", {"body": f"pin={SECRET}&name=a".encode(), "type": "text/plain"}),
    ],
    ids=[
        "bearer",
        "authorization of no scheme",
        "cookie",
        "key in a header",
        "password in a header",
        "header that is named like a secret",
        "referer",
        "key in the query",
        "key in the query, its name encoded",
        "password in the query",
        "token in the query",
        "query of no operation",
        "password in JSON",
        "token in JSON",
        "list of secrets in JSON",
        "secret within an object",
        "password in what is no JSON",
        "password in a form",
        "member of a form that is named like a secret",
        "password in parts",
        "token in parts",
        "password in JSON that is called a text",
        "password in JSON that is called a form",
        "password in a form that is called a text",
    ],
)
def test_no_secret_of_a_request_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, sent: dict[str, Any]
):
    """The rest of the exchange is, so that it can be asked again by who knows the secret."""
    monkeypatch.setenv(LEDGER, str(tmp_path))
    app = of(LEAKY, {"logIn": lambda **_: {}}, policy="prevent")
    headers = {"X-Open": OPEN, **sent.pop("headers", {})}
    body_type = sent.pop("type", "application/json")
    if "body" in sent:
        headers["Content-Type"] = body_type

    ask(app, line, headers=headers, **sent)

    written = only(tmp_path).read_text()
    assert SECRET not in written
    assert OPEN in written
    assert MASK in written


@pytest.mark.parametrize(
    ("spoken", "masked"),
    [
        (({}, 200, {"Set-Cookie": f"session={SECRET}; HttpOnly"}), ["Set-Cookie", "***"]),
        (({}, 200, {"X-Csrf-Token": SECRET}), ["X-Csrf-Token", "***"]),
        (({}, 200, {"Location": f"/a?b=c&token={SECRET}"}), ["Location", "/a?b=c&token=***"]),
        ({"data": [{"pin": SECRET}]}, '{"data":[{"pin":"***"}]}'),
        ({"credentials": {"a": SECRET, "b": None}}, '{"credentials":{"a":"***","b":null}}'),
    ],
    ids=["cookie", "header that is named like a secret", "location", "JSON", "object"],
)
def test_no_secret_of_an_answer_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoken: Any, masked: Any
):
    monkeypatch.setenv(LEDGER, str(tmp_path))
    app = of(LEAKY, {"logIn": lambda **_: spoken})

    assert ask(app, "POST /login/1", headers={"X-Open": OPEN}).status == 200

    written = only(tmp_path).read_text()
    answered = json.loads(written.splitlines()[1])["response"]
    assert SECRET not in written
    assert masked in [*answered["headers"], answered["body"]["text"]]


def test_only_this_user_reads_a_ledger(tmp_path: Path):
    assert only(folder_with(tmp_path, witness(TEAPOT))).stat().st_mode & 0o777 == 0o600


def test_an_observer_that_fails_costs_no_answer_and_hides_it_from_no_other():
    """What was done is kept by then: a client that heard of a failure would do it again."""

    class Failing:
        def answered(self, exchange: object, answer: object) -> None:
            raise RuntimeError("planted")

        def broken(self, exchange: object, breach: object) -> None:
            raise AssertionError("nothing is broken")

    app = serving(lambda: {"a": 1})
    recorder = Recorder(app.contract)
    app.observe(Failing())
    app.observe(recorder)

    assert ask(app, "GET /thing").status == 200
    assert [witness.response.status for witness in recorder.witnesses] == [200]
