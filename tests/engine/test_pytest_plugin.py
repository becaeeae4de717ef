"""The pytest plugin, in suites of other people: what it promises them, and what it leaves alone."""

import inspect
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tenor import document, ledger, pytest_plugin
from tenor.reports.report import Report
from tenor.testing import Clock

pytest_plugins = ["pytester"]

LOADED = (Report,)
"""What a suite inside this one uses: it forgets at its end what it was the first to import."""

CONTRACT = """
openapi: 3.1.1
info: {title: Books, version: "1"}
paths:
  /book:
    get:
      operationId: getBook
      responses:
        "200": {description: It., content: {application/json: {schema: {type: string}}}}
        "404": {description: None., content: {application/json: {schema: {type: string}}}}
        "500": {description: A crash., content: {application/problem+json: {schema: true}}}
    put:
      operationId: putBook
      requestBody: {content: {application/json: {schema: {type: string}}}}
      responses:
        "204": {description: Kept.}
        "503":
          description: The store is down.
          headers: {Retry-After: {schema: {type: string}}}
          content: {application/problem+json: {schema: true}}
"""
HANDLERS = """
said = {"it": "a book"}

def get_book():
    return said["it"], 200

def put_book(body):
    said["it"] = body
"""
CONFTEST = """
import pytest
from tenor import Tenor
import shop

@pytest.fixture
def tenor_app():
    return Tenor("openapi.yaml", handlers="shop")
"""
READS = """
def test_reading(tenor_client):
    assert tenor_client.get("/book").json == "a book"
"""
LOST = "def test_losing(tenor_client):\n    import shop\n    shop.said['it'] = ('lost', 410)\n"

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs tests of the shop of one book, by default with all warnings as errors."""
    monkeypatch.syspath_prepend(pytester.path)
    pytester.path.joinpath("openapi.yaml").write_text(CONTRACT)
    pytester.makepyfile(shop=HANDLERS)
    pytester.makeconftest(CONFTEST)

    def run(tests: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(tests)
        for name in [each for each in sys.modules if each.partition(".")[0] == "shop"]:
            del sys.modules[name]
        return pytester.runpytest_inprocess("-W", "error", "-p", "no:cacheprovider", *options)

    return run


def text(result: pytest.RunResult) -> str:
    return result.stdout.str() + result.stderr.str()


def test_the_plugin_names_the_variable_and_the_files_as_the_ledger_does():
    assert pytest_plugin._LEDGER == ledger.LEDGER
    assert f"*{ledger.SUFFIX}" == pytest_plugin._FILES


# --- where it is not used -----------------------------------------------------------------------


def test_a_run_without_tenor_loads_no_engine_and_says_nothing(pytester: pytest.Pytester):
    pytester.makepyfile(
        """
        import sys

        def test_it(pytestconfig):
            assert pytestconfig.pluginmanager.has_plugin("tenor")
            heavy = {"connexion", "schemathesis", "flask", "click", "yaml", "tenor.application"}
            assert heavy & {*sys.modules} == set()
        """
    )

    result = pytester.runpytest_subprocess("-W", "error", "-p", "no:schemathesis")

    result.assert_outcomes(passed=1)
    assert "tenor:" not in text(result)


def test_without_a_ledger_nothing_is_said_and_the_environment_stays(suite: Run):
    result = suite(
        "import os\ndef test_it(tenor_client):\n"
        "    assert 'TENOR_LEDGER' not in os.environ\n"
        "    assert tenor_client.get('/book').status_code == 200\n"
    )

    result.assert_outcomes(passed=1)
    assert "tenor:" not in text(result)


def test_an_application_that_is_not_named_is_told_with_how_to_name_it(pytester: pytest.Pytester):
    pytester.makepyfile("def test_it(tenor_client): pass")

    result = pytester.runpytest_inprocess("-W", "error")

    result.assert_outcomes(errors=1)
    assert (
        "the fixture tenor_app: no application is named. Override it in conftest.py with a fixture "
        "of this name that returns a Tenor." in text(result)
    )


# --- the ledger ---------------------------------------------------------------------------------


def test_what_is_owed_is_told_with_its_line(suite: Run):
    result = suite(READS, "--tenor-ledger=seen")

    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "tenor: [[]######*....*[]] 1 of 5 cells seen (20.0 %), 4 owed",
            (
                "  owed: getBook has never answered 404 application/json (declared at "
                "*openapi.yaml:10). Send what leads there, or take the declaration out."
            ),
            "  owed: getBook has never answered 500 *openapi.yaml:11*",
            "  owed: putBook has never answered 204 (declared at *openapi.yaml:16*",
            "  owed: putBook has never answered 503 *openapi.yaml:17*",
        ]
    )


@pytest.mark.parametrize(("least", "code"), [("20", 0), ("20.1", 1), ("100", 1), ("0", 0)])
def test_less_than_what_is_asked_for_ends_with_1(suite: Run, least: str, code: int):
    result = suite(READS, f"--tenor-min={least}")

    result.assert_outcomes(passed=1)
    assert result.ret == code
    told = f"20.0 % of the declared cells are held, and {least} % are asked for." in text(result)
    assert told is bool(code)


@pytest.mark.parametrize("least", ["101", "-1", "many", "1/0"])
def test_a_minimum_that_is_none_is_refused(suite: Run, least: str):
    result = suite(READS, f"--tenor-min={least}")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "argument --tenor-min" in text(result)


def test_a_failed_run_stays_failed_and_still_says_what_was_seen(suite: Run):
    result = suite(READS + "    assert False\n", "--tenor-min=0")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "1 of 5 cells seen" in text(result)


def test_a_stray_answer_is_told_and_fails_where_something_is_asked_for(suite: Run):
    stray = (
        "def test_it(tenor_app):\n    from tenor import Tenor\n    import shop\n"
        "    shop.said['it'] = 'x'\n"
        "    shop.get_book = lambda: ('x', 410)\n"
        "    app = Tenor('openapi.yaml', handlers='shop', policy='detect')\n"
        "    assert app.test_client().get('/book').status_code == 410\n"
    )

    result = suite(stray, "--tenor-min=0")

    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "tenor: * 0 of 5 cells seen (0.0 %), 5 owed, 1 stray, 1 broken",
            (
                "  stray: getBook answered 410*, which is declared nowhere. Declare it at "
                "*openapi.yaml:8, or stop answering it."
            ),
            "  broken: getBook answered 410; the contract promises 200, 404, 500.*",
        ]
    )


def test_each_witness_names_the_suite_the_test_and_the_seed(suite: Run, pytester: pytest.Pytester):
    suite(READS, "--tenor-ledger=seen", "--tenor-suite=books", "--hypothesis-seed=7")

    contract = document.load(pytester.path / "openapi.yaml").expanded()
    (witness,) = ledger.read([pytester.path / "seen"], contract).witnesses.values()
    assert witness.label.test.endswith(".py::test_reading")
    assert (witness.label.suite, witness.label.seed) == ("books", 7)


def test_applications_of_other_processes_write_there_too(suite: Run):
    script = (
        "from tenor import Tenor; Tenor('openapi.yaml', handlers='shop').test_client().get('/book')"
    )
    result = suite(
        f"import subprocess, sys\ndef test_it():\n"
        f"    subprocess.run([sys.executable, '-W', 'ignore', '-c', {script!r}], check=True)\n",
        "--tenor-ledger=seen",
    )

    result.assert_outcomes(passed=1)
    assert "1 of 5 cells seen" in text(result)


def test_an_application_that_a_conftest_makes_at_once_writes_there(
    suite: Run, pytester: pytest.Pytester
):
    pytester.makeconftest(
        "import pytest\nfrom tenor import Tenor\napp = Tenor('openapi.yaml', handlers='shop')\n"
        "@pytest.fixture\ndef tenor_app():\n    return app\n"
    )

    assert "1 of 5 cells seen" in text(suite(READS, "--tenor-spec=openapi.yaml"))


def test_what_an_earlier_run_has_seen_does_not_vouch_for_this_one(
    suite: Run, pytester: pytest.Pytester
):
    suite(READS, "--tenor-ledger=seen")
    kept = pytester.path / "seen" / "notes.txt"
    kept.write_text("mine")

    result = suite("def test_it(): pass", "--tenor-ledger=seen", "--tenor-spec=openapi.yaml")

    assert "0 of 5 cells seen" in text(result)
    assert [path.name for path in kept.parent.iterdir()] == ["notes.txt"]


def test_the_environment_is_as_it_was_after_the_run(suite: Run, monkeypatch: pytest.MonkeyPatch):
    suite(READS, "--tenor-ledger=seen")
    assert ledger.LEDGER not in os.environ

    monkeypatch.setenv(ledger.LEDGER, "mine")
    suite(READS, "--tenor-ledger=seen")
    assert os.environ[ledger.LEDGER] == "mine"


def test_a_temporary_ledger_is_gone_after_the_run(suite: Run, pytester: pytest.Pytester):
    told = pytester.path / "folder"
    suite(
        READS + f"    import os; open({str(told)!r}, 'w').write(os.environ['TENOR_LEDGER'])\n",
        "--tenor-min=0",
    )

    assert not Path(told.read_text()).exists()


def test_the_contract_may_be_named_in_the_configuration(suite: Run, pytester: pytest.Pytester):
    pytester.makeini("[pytest]\ntenor_spec = openapi.yaml\n")

    result = suite("def test_it(): pass", "--tenor-min=10")

    assert result.ret == 1
    assert "0 of 5 cells seen" in text(result)


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--tenor-min=1",), 1)])
def test_a_run_that_answered_nothing_says_how_to_name_a_contract(
    suite: Run, options: tuple[str, ...], code: int
):
    result = suite("def test_it(): pass", "--tenor-ledger=seen", *options)

    assert result.ret == code
    assert (
        "tenor: no application of Tenor answered anything, and no contract is named. Name one with "
        "--tenor-spec=FILE." in text(result)
    )


def test_a_contract_that_cannot_be_read_is_told(suite: Run):
    result = suite(READS, "--tenor-spec=nowhere.yaml", "--tenor-min=0")

    assert result.ret == 1
    assert "nowhere.yaml" in text(result)


def test_a_folder_that_cannot_be_written_to_ends_the_run_with_a_sentence(
    suite: Run, pytester: pytest.Pytester
):
    pytester.path.joinpath("taken").write_text("a file")

    result = suite(READS, "--tenor-ledger=taken")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "--tenor-ledger: no ledger can be written to" in text(result)


def test_collecting_alone_sums_nothing_up_and_leaves_what_is_there(
    suite: Run, pytester: pytest.Pytester
):
    suite(READS, "--tenor-ledger=seen")

    result = suite(READS, "--tenor-ledger=seen", "--tenor-min=100", "--collect-only")

    assert result.ret == 0
    assert "cells seen" not in text(result)
    assert len([*pytester.path.glob("seen/*.ledger")]) == 1


def test_long_lists_are_cut_unless_more_words_are_asked_for(
    suite: Run, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pytest_plugin, "_MOST_LINES", 2)

    short, long = suite(READS, "--tenor-ledger=a"), suite(READS, "--tenor-ledger=a", "-v")

    assert "  owed: 2 more, which -v and tenor coverage " in text(short)
    assert text(short).count("has never answered") == 2
    assert text(long).count("has never answered") == 4


# --- the client ---------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", ["prevent", "detect", "raise"])
def test_an_answer_that_breaks_the_contract_fails_its_test_under_every_policy(
    suite: Run, pytester: pytest.Pytester, policy: str
):
    """Also where the declared 500 was sent in its place, and the test would be content with it."""
    pytester.makeconftest(CONFTEST.replace('"shop")', f'"shop", policy="{policy}")'))

    result = suite(
        "import shop\ndef test_it(tenor_client):\n"
        "    shop.said['it'] = 1\n    tenor_client.get('/book')\n"
    )

    result.assert_outcomes(failed=1)
    assert "ContractViolation: getBook answered 200" in text(result)
    assert "shop.said['it'] = 1" in text(result)


def test_a_violation_that_is_meant_can_be_caught(suite: Run):
    result = suite(
        "import pytest, shop\nfrom tenor import ContractViolation\n"
        "def test_it(tenor_client):\n"
        "    shop.said['it'] = 1\n"
        "    with pytest.raises(ContractViolation, match='getBook answered 200'):\n"
        "        tenor_client.get('/book')\n"
        "    shop.said['it'] = 'a book'\n"
        "    assert tenor_client.get('/book').status_code == 200\n"
    )

    result.assert_outcomes(passed=1)


def test_what_is_broken_outside_the_client_fails_the_test_at_its_end(suite: Run):
    result = suite(
        "import shop\ndef test_it(tenor_app, tenor_client):\n"
        "    shop.said['it'] = 1\n    tenor_app.test_client().get('/book')\n"
    )

    result.assert_outcomes(passed=1, errors=1)
    assert "ContractViolation: getBook answered 200" in text(result)


def test_the_client_is_of_the_kind_that_the_application_wants(
    suite: Run, pytester: pytest.Pytester
):
    pytester.makeconftest(
        "import pytest\nfrom flask.testing import FlaskClient\nfrom tenor import Tenor\n"
        "class Own(FlaskClient):\n    def book(self): return self.get('/book').json\n"
        "@pytest.fixture\ndef tenor_app():\n"
        "    app = Tenor('openapi.yaml', handlers='shop')\n"
        "    app.test_client_class = Own\n    return app\n"
    )

    suite("def test_it(tenor_client): assert tenor_client.book() == 'a book'").assert_outcomes(
        passed=1
    )


def test_the_recorder_of_the_session_remembers_what_other_tests_have_seen(suite: Run):
    result = suite(
        READS.replace("client)", "client, tenor_ledger)") + "def test_then(tenor_ledger):\n"
        "    (witness,) = tenor_ledger.witnesses\n"
        "    assert str(witness.cell) == 'getBook 200 application/json'\n"
        "    assert witness.label.test.endswith('::test_reading')\n"
    )

    result.assert_outcomes(passed=2)


# --- faults -------------------------------------------------------------------------------------


def test_faults_last_until_the_test_or_their_block_ends(suite: Run):
    result = suite(
        """
        import pytest
        from tenor import Tenor, planting

        app = Tenor("openapi.yaml", handlers="shop")

        @pytest.fixture
        def tenor_app():
            return app

        def read(client): return client.get("/book").status_code
        def write(client, text="x"): return client.put("/book", json=text).status_code

        def test_a_crash(tenor_client, tenor_crash):
            with tenor_crash("getBook"):
                assert read(tenor_client) == 500
            assert read(tenor_client) == 200
            tenor_crash()
            assert read(tenor_client) == 500

        def test_the_store(tenor_client, tenor_store_down):
            assert read(tenor_client) == 200
            tenor_store_down()
            assert write(tenor_client) == 503

        def test_limits(tenor_client, tenor_limits):
            assert write(tenor_client) == 204
            with tenor_limits(readers=0):
                assert write(tenor_client) == 503
            tenor_limits(body=5)
            assert (write(tenor_client), write(tenor_client, "longer")) == (204, 413)

        def test_one_after_the_other(tenor_client, tenor_crash, tenor_limits):
            with tenor_crash("getBook"):
                tenor_crash("getBook", ZeroDivisionError())
                tenor_limits(readers=0)
                assert (read(tenor_client), write(tenor_client)) == (500, 503)
            assert (read(tenor_client), write(tenor_client)) == (200, 204)

        def test_any_other(tenor_client, tenor_plant):
            with tenor_plant(planting.interrupted(app)):
                assert read(tenor_client) == 500
            assert read(tenor_client) == 200

        def test_nothing_is_left(tenor_client):
            assert (read(tenor_client), write(tenor_client)) == (200, 204)
        """
    )

    result.assert_outcomes(passed=6)


def test_the_clock_is_moved_by_the_test_alone(suite: Run):
    result = suite(
        """
        from datetime import UTC, datetime, timedelta

        def test_it(tenor_clock):
            tenor_clock.set(datetime(2030, 1, 1, tzinfo=UTC))
            assert tenor_clock() == tenor_clock() == datetime(2030, 1, 1, tzinfo=UTC)
            tenor_clock.advance(timedelta(days=1))
            tenor_clock.advance(hours=2, minutes=5)
            assert tenor_clock() == datetime(2030, 1, 2, 2, 5, tzinfo=UTC)
        """
    )

    result.assert_outcomes(passed=1)


def test_a_clock_refuses_a_time_without_a_zone():
    with pytest.raises(ValueError, match="has no time zone"):
        Clock().set(Clock().now.replace(tzinfo=None))


# --- the page -----------------------------------------------------------------------------------

BOOKS = """
from datetime import UTC, datetime

from flask import current_app

TITLE = "a book"

def get_book():
    is_lost = current_app.extensions["clock"]() > datetime(2027, 1, 1, tzinfo=UTC)
    return ("lost", 404) if is_lost else (TITLE, 200)

def put_book(body):
    pass
"""
SHOP = """
from tenor import Tenor

def create_app(clock):
    app = Tenor("openapi.yaml", handlers="shop.books")
    app.extensions["clock"] = clock
    return app
"""


def test_what_the_page_shows_runs(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    page = Path(__file__).parents[2].joinpath("docs", "testing.md").read_text()
    conftest, tests = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    monkeypatch.syspath_prepend(pytester.path)
    pytester.path.joinpath("openapi.yaml").write_text(CONTRACT)
    pytester.mkpydir("shop").joinpath("books.py").write_text(BOOKS)
    pytester.path.joinpath("shop", "__init__.py").write_text(SHOP)
    pytester.makeconftest(conftest)
    pytester.makepyfile(tests)
    for name in [each for each in sys.modules if each.partition(".")[0] == "shop"]:
        monkeypatch.delitem(sys.modules, name)  # of another test's shop

    result = pytester.runpytest_inprocess("-W", "error", "-p", "no:cacheprovider")

    result.assert_outcomes(passed=tests.count("def test_"))
    named = set(re.findall(r"`(tenor_\w+)`", page)) - {"tenor_spec"}
    fixtures = vars(pytest_plugin).items()
    assert named == {name for name, _ in fixtures if name.startswith("tenor_")}
    options = set(re.findall(r"`--(tenor-\w+)", page))
    assert options == set(re.findall(r"--(tenor-\w+)", inspect.getsource(pytest_plugin)))
