"""Each test starts in the checkout's root, with the one note that the example begins with."""

import pytest

from examples.answers import notes
from tests.examples.asking import ROOT


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(notes, "NOTES", {"hello": {"slug": "hello", "title": "Hello"}})
