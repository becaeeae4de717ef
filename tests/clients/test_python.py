"""The client that openapi-python-client writes."""

import copy
import re
from pathlib import Path

import pytest

from tests.clients import building
from tests.clients.building import Document, Said, say
from tests.clients.conftest import BUILT
from tests.server.servers import Server
from tools import generators

HOME = BUILT / "python"
API = HOME / "tenor_client" / "api"


@pytest.fixture(scope="module")
def generated(contract: Document) -> Said:
    """What the generator said. The client lies in `dist/clients/python`."""
    return building.python(contract, HOME)


def functions() -> dict[str, str]:
    """The source of each operation's module, by its name without underscores."""
    return {
        path.stem.replace("_", ""): path.read_text()
        for path in API.glob("*/*.py")
        if path.stem != "__init__"
    }


def test_the_generator_warns_of_nothing(generated: Said):
    assert generated.code == 0, generated.text
    assert "warning" not in generated.text.lower()


@pytest.mark.usefixtures("generated")
def test_every_operation_is_a_function(contract: Document):
    assert functions().keys() == {name.lower() for name in building.operations(contract)}


@pytest.mark.usefixtures("generated")
def test_every_declared_status_is_read(contract: Document):
    declared = {name.lower(): numbers for name, numbers in building.statuses(contract).items()}

    read = {
        name: set(map(int, re.findall(r"response\.status_code == (\d+)", source)))
        for name, source in functions().items()
    }

    assert read == declared


@pytest.mark.usefixtures("generated")
def test_every_body_is_sent_in_its_media_type(contract: Document):
    declared = {
        name.lower(): set(operation["requestBody"]["content"])
        for name, operation in building.operations(contract).items()
        if "requestBody" in operation
    }

    sent = {
        name: set(re.findall(r'headers\["Content-Type"\] = "([^"]+)"', source))
        for name, source in functions().items()
        if '"Content-Type"' in source
    }

    assert sent == declared


@pytest.mark.usefixtures("generated")
def test_the_client_and_its_user_fit_each_other():
    checked = building.python_types(HOME)

    assert checked.code == 0, checked.text


@pytest.mark.usefixtures("generated")
def test_its_user_gets_what_the_contract_promises(server: Server):
    address = f"http://127.0.0.1:{server.port}"

    said = say(generators.BIN / "python", "example.py", address, folder=HOME)

    assert said.text.splitlines() == [
        "registered grace",
        "created 201 a-moth-in-the-relay ['engines']",
        "located True",
        "read True",
        "unchanged 304",
        "changed A moth in relay 70",
        "refused 412",
        "listed 6",
        "refused 400 ['/title']",
        "deleted 204",
        "missing 404",
    ]


class TestPlanted:
    """Each defect turns a claim from above red."""

    def test_a_construct_that_it_cannot_write_is_warned_of(self, contract: Document, folder: Path):
        """It would drop the operation in silence, were warnings not errors."""
        planted = copy.deepcopy(contract)
        schemas = planted["components"]["schemas"]
        schemas["NewPost"]["properties"]["body"] = {"type": "string", "enum": ["one", 2]}

        assert building.python(planted, folder).code != 0

    def test_a_user_that_does_not_fit_is_told_so(self, contract: Document, folder: Path):
        assert building.python(contract, folder).code == 0
        example = folder / "example.py"
        example.write_text(
            example.read_text().replace("post.slug, post.tags", "post.slug, post.tag")
        )

        checked = building.python_types(folder)

        assert checked.code == 1
        assert '"Post" has no attribute "tag"' in checked.text
