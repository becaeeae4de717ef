"""The pytest plugin: a gated client, planted faults, and what the tests have seen of the contract.

It is on in every run where Tenor is installed, and asks for nothing until it is used: the engine is
imported by fixtures and by the options of the ledger, never before.
"""

# The engine is imported where it is used: a run that does not use it shall not wait for it.
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tenor import Tenor
    from tenor.recorder import Recorder
    from tenor.reports.report import Report
    from tenor.testing import Clock, GatedClient, Plant

_LEDGER = "TENOR_LEDGER"
_FILES = "*.ledger"
_FOLDER = pytest.StashKey[Path]()
_ACCOUNT = pytest.StashKey["_Account"]()
_RECORDERS = pytest.StashKey[dict[str, "Recorder"]]()
_BAR = 30
_MOST_LINES = 20
"""How many cells of a kind are listed, unless more words are asked for with -v."""


# --- options ------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the ledger."""
    group = parser.getgroup("tenor", "what the tests have seen of an OpenAPI contract")
    group.addoption(
        "--tenor-ledger",
        metavar="DIR",
        help="Write what applications of Tenor answer to ledgers in this folder, in place of what "
        "an earlier run wrote there, and sum up what is owed. Default with one of the other "
        "options: a temporary folder.",
    )
    group.addoption(
        "--tenor-spec",
        metavar="FILE",
        help="The contract that is summed up. Default: the ini option tenor_spec, else each "
        "contract that was answered.",
    )
    group.addoption(
        "--tenor-min",
        metavar="PERCENT",
        type=_percentage,
        help="End with 1 when less of the declared cells is met or waived, when an answer was not "
        "declared or broke the contract, and when a waiver has expired.",
    )
    group.addoption(
        "--tenor-suite",
        metavar="NAME",
        default="tests",
        help="The suite that witnesses name beside their test. Default: tests.",
    )
    parser.addini("tenor_spec", "The contract that --tenor-ledger sums up.", default="")


def _percentage(written: str) -> str:
    """A number from 0 to 100, as it is written: options have to stay text for processes beside.

    Raises ValueError, as argparse expects.
    """
    if not 0 <= float(written) <= 100:
        raise ValueError
    return written


_percentage.__name__ = "a number from 0 to 100"  # argparse names it so when it is none


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Open the ledger, before any conftest makes an application."""
    options = early_config.known_args_namespace
    if not options.collectonly and (
        options.tenor_ledger or options.tenor_spec or options.tenor_min is not None
    ):
        folder = early_config.stash[_FOLDER] = _folder(options.tenor_ledger, early_config)
        early_config.add_cleanup(_restoring(os.environ.get(_LEDGER)))
        os.environ[_LEDGER] = str(folder)


def _folder(name: str | None, config: pytest.Config) -> Path:
    """The folder of the ledger, without what earlier runs left there."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ and _LEDGER in os.environ
    if is_worker:
        return Path(os.environ[_LEDGER])
    if not name:
        folder = Path(tempfile.mkdtemp(prefix="tenor-"))
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        return folder
    folder = (config.invocation_params.dir / name).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob(_FILES):
            path.unlink()
    except OSError as error:
        raise pytest.UsageError(
            f"--tenor-ledger: no ledger can be written to {folder} ({error.strerror}). Name a "
            "folder that this user may write to."
        ) from None
    return folder


def _restoring(before: str | None) -> Callable[[], None]:
    """What gives the environment its own ledger back."""

    def restore() -> None:
        if before is None:
            os.environ.pop(_LEDGER, None)
        else:
            os.environ[_LEDGER] = before

    return restore


# --- who asks -----------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    """Put the name of the test on what is witnessed while it runs."""
    with _labelled(item):
        return (yield)


def _labelled(item: pytest.Item) -> AbstractContextManager[None]:
    if _FOLDER not in item.config.stash and "tenor.recorder" not in sys.modules:
        return nullcontext()
    from tenor.recorder import labelled
    from tenor.witnesses import Label

    return labelled(Label(item.config.option.tenor_suite, item.nodeid, _seed(item.config)))


def _seed(config: pytest.Config) -> int | None:
    """The seed of the run, as far as plugins that make things up were given one."""
    for name in ("hypothesis_seed", "randomly_seed"):
        seed = str(config.getoption(name, None))
        if seed.isdecimal():
            return int(seed)
    return None


# --- the account --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Account:
    """What a run has seen of each contract; or why that cannot be said."""

    reports: tuple["Report", ...] = ()
    fault: str = ""

    @property
    def falls_short(self) -> bool:
        """Whether less is there than is asked for."""
        return bool(self.fault) or not all(report.is_fine for report in self.reports)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Sum up, and end with 1 where less is there than is asked for."""
    config = session.config
    is_worker = hasattr(config, "workerinput")
    if _FOLDER not in config.stash or is_worker:
        return
    account = config.stash[_ACCOUNT] = _summed_up(config)
    is_asked_for = config.option.tenor_min is not None
    if is_asked_for and account.falls_short and exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _summed_up(config: pytest.Config) -> _Account:
    from tenor.errors import ConfigurationError

    try:
        files = sorted(config.stash[_FOLDER].glob(_FILES))
        specs = list(_specs(config, files))
        if not specs:
            return _Account(
                fault="no application of Tenor answered anything, and no contract is named. Name "
                "one with --tenor-spec=FILE."
            )
        return _Account(tuple(_report(spec, files, config) for spec in specs))
    except ConfigurationError as error:
        return _Account(fault=str(error))


def _specs(config: pytest.Config, files: list[Path]) -> Iterator[Path]:
    """The contracts that are summed up."""
    from tenor import ledger

    given: str | None = config.option.tenor_spec
    named = config.getini("tenor_spec")
    if given:
        yield config.invocation_params.dir / given
    elif named:
        yield config.rootpath / named
    else:
        sources = (Path(source) for source in ledger.sources(files))
        yield from dict.fromkeys(source.resolve() for source in sources if source.is_file())


def _report(spec: Path, files: list[Path], config: pytest.Config) -> "Report":
    from tenor import cells, coverage, document, ledger, waivers
    from tenor.reports.report import Report

    contract = document.load(spec).expanded()
    beside = spec.with_name(waivers.NAME)
    waived = waivers.read(beside, cells.declared(contract)) if beside.is_file() else ()
    seen = ledger.read(files, contract)
    today = datetime.now(UTC).date()
    least: str | None = config.option.tenor_min
    return Report(
        coverage.measure(contract, seen, waived, today),
        minimum=None if least is None else Fraction(least),
    )


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was seen of the contract, and each cell that is owed or stray."""
    account = config.stash.get(_ACCOUNT, None)
    if account is None:
        return
    from tenor.reports.report import line as visible

    terminalreporter.section("tenor")
    if account.fault:
        terminalreporter.line(f"tenor: {account.fault}", red=True)
    most = sys.maxsize if config.get_verbosity() > 0 else _MOST_LINES
    for report in account.reports:
        for said in _lines(report, most, config.stash[_FOLDER]):
            terminalreporter.line(visible(said))


def _lines(report: "Report", most: int, folder: Path) -> Iterator[str]:
    """A report in short: a bar with its numbers, then a line for each thing to be done."""
    from tenor.coverage import State, percent

    coverage, tally = report.coverage, report.coverage.tally
    full = int(tally.share_held * _BAR)
    counts = {"owed": tally.owed, "waived": tally.waived, "stray": tally.stray}
    counts["broken"] = len(coverage.violations)
    said = "".join(f", {number} {name}" for name, number in counts.items() if number)
    yield (
        f"tenor: [{'#' * full}{'.' * (_BAR - full)}] {tally.met} of {tally.declared} cells seen "
        f"({percent(tally.share_met)} %){said}"
    )
    for state in (State.OWED, State.STRAY):
        yield from _first(state.value, [*coverage.said_of(state)], most, folder)
    yield from _first("broken", [*map(str, coverage.violations)], most, folder)
    if report.minimum is not None:
        yield from (f"  {failure}" for failure in report.failures)


def _first(kind: str, sentences: list[str], most: int, folder: Path) -> Iterator[str]:
    yield from (f"  {kind}: {sentence}" for sentence in sentences[:most])
    if len(sentences) > most:
        yield f"  {kind}: {len(sentences) - most} more, which -v and tenor coverage {folder} tell"


# --- fixtures -----------------------------------------------------------------------------------


@pytest.fixture
def tenor_app() -> "Tenor":
    """The application under test: override it in a conftest.py."""
    from tenor.errors import ConfigurationError

    raise ConfigurationError(
        "no application is named",
        place="the fixture tenor_app",
        remedy="Override it in conftest.py with a fixture of this name that returns a Tenor.",
    )


@pytest.fixture
def tenor_client(tenor_app: "Tenor") -> Generator["GatedClient"]:
    """A test client of the application; what breaks the contract fails the test.

    It raises ContractViolation, whatever the policy, and whatever was sent in place of the answer.
    """
    from tenor.testing import GatedClient, Watch

    watch = Watch()
    tenor_app.observe(watch)
    try:
        yield GatedClient.of(tenor_app, watch)
    finally:
        tenor_app.unobserve(watch)
    violation = watch.taken()  # in a stream, or in a thread, after the answer had begun
    if violation is not None:
        raise violation


@pytest.fixture
def tenor_ledger(tenor_app: "Tenor", pytestconfig: pytest.Config) -> Generator["Recorder"]:
    """The recorder of the session: what all tests that asked for it have seen of this contract."""
    from tenor.recorder import Recorder

    recorders = pytestconfig.stash.setdefault(_RECORDERS, {})
    recorder = recorders.setdefault(tenor_app.contract.digest, Recorder(tenor_app.contract))
    tenor_app.observe(recorder)
    try:
        yield recorder
    finally:
        tenor_app.unobserve(recorder)


@pytest.fixture
def tenor_plant() -> Generator["Plant"]:
    """Plant any fault of ``tenor.planting``: ``tenor_plant(planting.exhausted(app))``.

    It lasts until the test ends, or as ``with tenor_plant(...):`` until the block does.
    """
    from tenor.testing import Faults

    faults = Faults()
    yield faults.plant
    faults.end()


@pytest.fixture
def tenor_crash(tenor_app: "Tenor", tenor_plant: "Plant") -> "Plant":
    """Plant a crash: ``tenor_crash("getPost")``, or of all handlers; with another error too.

    It lasts until the test ends, or as ``with tenor_crash("getPost"):`` until the block does.
    """
    from tenor import planting, testing

    return testing.planter(tenor_plant, partial(planting.crashing, tenor_app))


@pytest.fixture
def tenor_store_down(tenor_app: "Tenor", tenor_plant: "Plant") -> "Plant":
    """Let the store be down: ``tenor_store_down(StoreUnavailable())``, the error of your own.

    It lasts until the test ends, or until the block does that it is used in with ``with``.
    """
    from tenor import planting, testing

    return testing.planter(tenor_plant, partial(planting.unavailable, tenor_app))


@pytest.fixture
def tenor_limits(tenor_app: "Tenor", tenor_plant: "Plant") -> "Plant":
    """Set limits: ``tenor_limits(body=100)`` in bytes, ``tenor_limits(readers=0)`` at once.

    They last until the test ends, or until the block does that they are used in with ``with``.
    """
    from tenor import planting, testing

    return testing.planter(tenor_plant, partial(planting.limited, tenor_app))


@pytest.fixture
def tenor_clock() -> "Clock":
    """A clock that stands still until it is moved: give it to what asks for the time."""
    from tenor.testing import Clock

    return Clock()
