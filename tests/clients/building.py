"""How clients are built: each reader of the contract run on it, and what it said.

Everything is written to `dist/clients`. The readers are what `tools/generators.py` installed.
"""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.server.servers import ROOT
from tools import generators

SOURCES = ROOT / "clients"
PATIENCE = 120.0
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and all that it said."""

    code: int
    text: str


def say(*command: str | Path, folder: Path) -> Said:
    """What a command says in a folder."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=generators.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Said(done.returncode, done.stdout)


def on_node(program: str, *arguments: str | Path, folder: Path) -> Said:
    """What a program says that is installed for Node, named by its package and file."""
    script = generators.HOME / "node_modules" / program
    return say(generators.node(), script, *arguments, folder=folder)


def operations(contract: Document) -> dict[str, Document]:
    """Each operation of a contract by its operationId."""
    return {
        operation["operationId"]: operation
        for item in contract["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    }


def statuses(contract: Document) -> dict[str, set[int]]:
    """The statuses that each operation declares."""
    return {name: set(map(int, each["responses"])) for name, each in operations(contract).items()}


def write(contract: Document, folder: Path) -> Path:
    """The contract as a file of a folder that holds nothing else yet."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    file = folder / "openapi.json"
    file.write_text(json.dumps(contract))
    return file


def python(contract: Document, folder: Path) -> Said:
    """What the generator for Python says; the client is the package `tenor_client` there."""
    file = write(contract, folder)
    said = say(
        generators.BIN / "openapi-python-client",
        "generate",
        "--fail-on-warning",
        "--meta=none",
        f"--path={file}",
        f"--config={SOURCES / 'python' / 'client.yaml'}",
        f"--output-path={folder / 'tenor_client'}",
        folder=folder,
    )
    shutil.copy(SOURCES / "python" / "example.py", folder)
    return said


def python_types(folder: Path) -> Said:
    """What mypy says of the client and of the program that uses it."""
    cache = f"--cache-dir={ROOT / 'dist' / 'mypy'}"
    names = ("example.py", "tenor_client")
    return say(generators.BIN / "mypy", "--strict", cache, *names, folder=folder)


def typescript(contract: Document, folder: Path) -> Said:
    """What the generator for TypeScript says; the types are `contract.ts` there."""
    file = write(contract, folder)
    # What a request may leave out because it has a default is no duty of its writer.
    options = ("--output=contract.ts", "--default-non-nullable=false")
    said = on_node("openapi-typescript/bin/cli.js", file, *options, folder=folder)
    for name in ("example.ts", "tsconfig.json"):
        shutil.copy(SOURCES / "typescript" / name, folder)
    shutil.copy(SOURCES / "package.json", folder)
    (folder / "node_modules").symlink_to(generators.HOME / "node_modules")
    return said


def typescript_types(folder: Path) -> Said:
    """What the compiler says of the types and of the program that uses them."""
    return on_node("typescript/bin/tsc", "--project", "tsconfig.json", folder=folder)


def redocly(contract: Document, folder: Path) -> tuple[int, list[str]]:
    """How `redocly lint` ends, and each of its findings: rule and place."""
    write(contract, folder)
    said = on_node(
        "@redocly/cli/bin/cli.js",
        "lint",
        "openapi.json",
        "--format=json",
        "--max-problems=1000",
        f"--config={SOURCES / 'redocly.yaml'}",
        folder=folder,
    )
    begin, end = said.text.find("{"), said.text.rfind("}")
    assert begin >= 0, said.text
    report = json.JSONDecoder().raw_decode(said.text[begin : end + 1])[0]
    findings = [
        f"{problem['ruleId']} at {problem['location'][0]['pointer']}: {problem['message']}"
        for problem in report["problems"]
    ]
    return said.code, findings
