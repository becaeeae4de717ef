"""The types that openapi-typescript writes, used with openapi-fetch."""

import copy
import re
from pathlib import Path

import pytest

from tests.clients import building
from tests.clients.building import Document, Said, say
from tests.clients.conftest import BUILT
from tests.server.servers import Server
from tools import generators

HOME = BUILT / "typescript"
MISTAKES = [
    ('status: "published" }', 'status: "public" }'),
    ("stale.error?.status", "stale.error?.state"),
    ('api.DELETE("/posts/{slug}"', 'api.DELETE("/posts"'),
    ("params: { query }", "params: { query: { limit: true } }"),
]


@pytest.fixture(scope="module")
def generated(contract: Document) -> Said:
    """What the generator said. The types lie in `dist/clients/typescript`."""
    return building.typescript(contract, HOME)


def declared() -> dict[str, str]:
    """What is written of each operation, by its operationId."""
    text = (HOME / "contract.ts").read_text()
    body = text.partition("export interface operations {\n")[2].partition("\n}")[0]
    parts = re.split(r"^    (\w+): \{$", body, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_the_generator_warns_of_nothing(generated: Said):
    """It says what it is, and what it wrote where."""
    assert generated.code == 0, generated.text
    assert len(generated.text.split("\n")) == 3, generated.text


@pytest.mark.usefixtures("generated")
def test_every_operation_has_its_types(contract: Document):
    assert declared().keys() == building.operations(contract).keys()


@pytest.mark.usefixtures("generated")
def test_every_declared_status_has_its_type(contract: Document):
    read = {
        name: set(map(int, re.findall(r"^            (\d{3}): ", text, re.MULTILINE)))
        for name, text in declared().items()
    }

    assert read == building.statuses(contract)


@pytest.mark.usefixtures("generated")
def test_the_types_and_their_user_fit_each_other():
    checked = building.typescript_types(HOME)

    assert checked.code == 0, checked.text


@pytest.mark.usefixtures("generated")
def test_its_user_gets_what_the_contract_promises(server: Server):
    address = f"http://127.0.0.1:{server.port}"

    said = say(generators.node(), "example.ts", address, folder=HOME)

    assert said.text.splitlines() == [
        "registered ada",
        "created 201 the-first-engine",
        "located true",
        "unchanged 304",
        "changed The first engine of all",
        "refused 412",
        "listed 6",
        "refused 400 /title",
        "deleted 204",
    ]


class TestPlanted:
    """Each defect turns a claim from above red."""

    def test_users_that_do_not_fit_are_told_so(self, contract: Document, folder: Path):
        building.typescript(contract, folder)
        example = (folder / "example.ts").read_text()
        for number, (written, instead) in enumerate(MISTAKES):
            assert written in example
            (folder / f"mistake{number}.ts").write_text(example.replace(written, instead))

        checked = building.typescript_types(folder)

        assert checked.code != 0
        assert set(re.findall(r"^(\w+)\.ts\(", checked.text, re.MULTILINE)) == {
            f"mistake{number}" for number in range(len(MISTAKES))
        }

    def test_a_reference_to_nothing_is_refused(self, contract: Document, folder: Path):
        planted = copy.deepcopy(contract)
        del planted["components"]["schemas"]["PostPatch"]

        assert building.typescript(planted, folder).code != 0
