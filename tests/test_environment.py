"""The set-up of `.venv`: it installs what is missing, and only that."""

from pathlib import Path

import pytest

from tools import environment


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps that a set-up took, in an environment where each step is only noted."""
    taken: list[str] = []

    def make_empty() -> None:
        (tmp_path / "installed").unlink(missing_ok=True)
        taken.append("empty")

    monkeypatch.setattr(environment, "STAMP", tmp_path / "installed")
    monkeypatch.setattr(environment, "make_empty", make_empty)
    monkeypatch.setattr(environment, "install_lock", lambda lock: taken.append(lock.stem))
    monkeypatch.setattr(environment, "install_checkout", lambda: taken.append("checkout"))
    return taken


def test_the_first_set_up_starts_from_nothing(steps: list[str]):
    environment.provide("serve")

    assert steps == ["empty", "serve", "checkout"]


def test_the_second_set_up_does_nothing(steps: list[str]):
    environment.provide("serve")
    steps.clear()

    environment.provide("serve")

    assert steps == []


def test_what_tests_is_installed_on_top_of_what_serves(steps: list[str]):
    environment.provide("serve")
    steps.clear()

    environment.provide("test")

    assert steps == ["test", "checkout"]


def test_what_tests_also_serves(steps: list[str]):
    environment.provide("test")
    steps.clear()

    environment.provide("serve")

    assert steps == []


def test_another_lock_or_interpreter_starts_from_nothing(
    steps: list[str], monkeypatch: pytest.MonkeyPatch
):
    environment.provide("serve")
    steps.clear()
    monkeypatch.setattr(environment.sys, "version", "3.13.9 of another builder")

    environment.provide("serve")

    assert steps == ["empty", "serve", "checkout"]


def test_an_interrupted_set_up_starts_from_nothing(
    steps: list[str], monkeypatch: pytest.MonkeyPatch
):
    def interrupted(lock: Path) -> None:
        raise KeyboardInterrupt

    environment.provide("serve")
    with monkeypatch.context() as patch:
        patch.setattr(environment, "install_lock", interrupted)
        with pytest.raises(KeyboardInterrupt):
            environment.provide("test")
    steps.clear()

    environment.provide("test")

    assert steps == ["empty", "test", "checkout"]


def test_an_interpreter_without_ensurepip_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment.importlib.util, "find_spec", lambda name: None)

    with pytest.raises(environment.SetupFailed, match="apt install python3-venv"):
        environment.make_empty()


def test_what_pip_says_is_shown_when_it_fails(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(environment, "PYTHON", environment.sys.executable)

    with pytest.raises(environment.SetupFailed, match="no such option: --nonsense"):
        environment.pip("install", "--nonsense")
