"""Claims about the files of the project itself."""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
SWAGGER = ROOT / "tenor" / "swagger"
LOCKS = {
    name: ROOT / "requirements" / f"{name}.txt" for name in ("serve", "test", "clients", "bench")
}
NODE = ROOT / "clients"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())

# The brackets keep these lines from finding themselves.
REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:com|org)|yarnpkg[.]com"
    r"|--(?:extra-)?index-url\b[= ]|--find-links\b[= ]"
)
ONE_MACHINE = re.compile(r"(?<![\w.{}-])/(?:home|Users|root|work)/\w")


def own_files() -> list[Path]:
    """The files of the project: all but what the application and the tools leave in the tree."""
    left = re.compile(r"var|dist|node_modules|__pycache__|\.(?!(?:ci|github|gitignore|npmrc)$).*")
    walked = (path for path in ROOT.rglob("*") if path.is_file())
    return [path for path in walked if not any(map(left.fullmatch, path.relative_to(ROOT).parts))]


def own_lines() -> Iterator[tuple[str, str]]:
    """Each line of text that the project wrote itself, after its place."""
    vendored = {SWAGGER / name for name in checksums()}
    for path in own_files():
        if path in vendored:
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def checksums() -> dict[str, str]:
    """What `SHA256SUMS` says of each vendored file."""
    lines = (SWAGGER / "SHA256SUMS").read_text().splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def entries(lock: Path) -> list[str]:
    """The entries of a lock, each with its hashes on one line and without comments."""
    text = re.sub(r"^\s*#.*\n?", "", lock.read_text(), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def pins(lock: Path) -> dict[str, str]:
    """The version that a lock pins for each package."""
    found = (re.match(r"([\w.-]+)==(\S+)", entry) for entry in entries(lock))
    return {match[1]: match[2] for match in found if match}


def wanted(*groups: str, extras: tuple[str, ...]) -> list[Requirement]:
    """What `pyproject.toml` asks for directly, for the project itself and in these groups."""
    project = PROJECT["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in extras for line in project["optional-dependencies"][extra]),
    ]
    return [*map(Requirement, lines), *grouped(*groups)]


def grouped(*groups: str) -> list[Requirement]:
    """What these groups of `pyproject.toml` ask for."""
    return [Requirement(line) for group in groups for line in PROJECT["dependency-groups"][group]]


def test_no_file_names_a_package_registry():
    assert [place for place, line in own_lines() if REGISTRY.search(line)] == []


def test_no_file_names_a_place_on_one_machine():
    assert [place for place, line in own_lines() if ONE_MACHINE.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_a_lock_holds_no_address(lock: Path):
    assert [line for line in lock.read_text().splitlines() if "://" in line] == []


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_every_entry_of_a_lock_is_pinned_and_hashed(lock: Path):
    shape = re.compile(r"[a-z0-9.-]+==\S+( ; [^#]+?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*")

    loose = [entry for entry in entries(lock) if not shape.fullmatch(entry)]

    assert loose == []
    assert len(entries(lock)) > 20


@pytest.mark.parametrize(
    ("lock", "asked"),
    [
        (LOCKS["serve"], wanted("app", "build", extras=("serve",))),
        (LOCKS["test"], wanted("app", "build", "dev", extras=("serve", "prove", "pytest"))),
        (LOCKS["clients"], grouped("clients")),
        (LOCKS["bench"], grouped("bench")),
    ],
    ids=["serve", "test", "clients", "bench"],
)
def test_a_lock_fits_what_the_project_asks_for(lock: Path, asked: list[Requirement]):
    """Where it does not, `make lock` was forgotten."""
    pinned = pins(lock)

    unfit = [
        str(one)
        for one in asked
        if not one.specifier.contains(pinned.get(canonicalize_name(one.name), "0"))
    ]

    assert unfit == []


def test_what_serves_is_what_was_tested():
    assert pins(LOCKS["serve"]).items() <= pins(LOCKS["test"]).items()


def test_the_lock_for_node_pins_and_hashes_every_package_and_names_no_source():
    packages: dict[str, dict[str, str]] = json.loads((NODE / "package-lock.json").read_text())[
        "packages"
    ]
    root = packages.pop("")

    assert len(packages) > 20
    assert root["dependencies"] == json.loads((NODE / "package.json").read_text())["dependencies"]
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name


def test_no_package_for_node_runs_a_script_when_it_is_installed():
    assert "ignore-scripts=true" in (NODE / ".npmrc").read_text().splitlines()


def test_the_locked_build_backend_is_the_one_that_builds():
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


def test_swagger_ui_is_what_its_authors_shipped():
    shipped = checksums()

    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in SWAGGER.iterdir()
        if path.name not in {"README.md", "SHA256SUMS", "page"}
    }

    assert found == shipped


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_of_a_page_exists(page: str):
    text = (ROOT / page).read_text()
    code = re.findall(r"^```[^`]*^```|`[^`\n]+`|^ {4}.*", text, flags=re.MULTILINE)
    named = {name for piece in code for name in re.findall(r"\bmake ([a-z][a-z-]*)", piece)}
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert named
    assert named - targets == set()


CHECKS = ["test", "test-postgresql", "clients", "test-browser"]


def test_continuous_integration_runs_every_check():
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert set(CHECKS) <= set(re.findall(r"\bmake ([a-z-]+)", script.read_text()))


def test_the_workflow_runs_what_ci_runs():
    """It installs for itself what a machine of its own lacks, and runs the same targets."""
    workflow = (ROOT / ".github" / "workflows" / "checks.yml").read_text()
    run = re.findall(r"\bmake ([a-z-]+)", (ROOT / ".ci" / "run").read_text())

    assert set(re.findall(r"\bmake ([a-z-]+)", workflow)) == set(run)


@pytest.mark.parametrize(
    ("heading", "folder"),
    [
        ("The modules of the engine", "tenor"),
        ("The proof", "tenor/proof"),
        ("The domain", "publishing"),
        ("The domain over HTTP", "handlers"),
    ],
)
def test_the_architecture_names_every_module(heading: str, folder: str):
    """Once in the table of its room, so that a newcomer finds the place for a change."""
    page = (ROOT / "ARCHITECTURE.md").read_text()
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\|[^|]*\|(.*)\|$", section, re.MULTILINE)
    modules = {path.stem for path in (ROOT / folder).glob("*.py") if path.stem[:2] != "__"}

    assert sorted(re.findall(r"`(\w+)`", "".join(rows[2:]))) == sorted(modules)
