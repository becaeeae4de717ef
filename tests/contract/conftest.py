import pytest

from tests.contract.reading import Contract


@pytest.fixture(scope="session")
def contract() -> Contract:
    """The contract of the publishing API."""
    return Contract.read()
