"""The contracts of these tests are their own: they write to no ledger but one that they make."""

import pytest

from tenor.ledger import LEDGER


@pytest.fixture(autouse=True)
def without_a_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs these tests, their answers stay out of the ledger of that run."""
    monkeypatch.delenv(LEDGER, raising=False)
