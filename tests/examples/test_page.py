"""The page says what is so: its code is the example's, and its answers and sentences are real."""

import inspect
import itertools
import shlex
from collections.abc import Callable

import pytest

from examples.answers import answers, mistakes
from examples.answers.mistakes import MISTAKES
from tenor import Tenor
from tenor.serving import Source, load
from tests.engine.wire import Reply, ask
from tests.examples.asking import RIGHT, Asked, Handlers, in_flask, under_connexion, under_tenor
from tests.examples.expected import ASKED
from tests.examples.page import FATES, PAGE, Block, blocks, rows, shown, written
from tests.examples.sentences import said_of

OPERATION_OF = {
    mistake.__name__: operation for operation, those in MISTAKES.items() for mistake in those
}
BLOCKS = blocks()
ROWS = rows()
PAIRS = {first.function: (first, second) for first, second in itertools.pairwise(BLOCKS)}
"""Each function of the page with the block that follows it: what leaves, or what is said."""
SHOWN_MISTAKES = [name for name in PAIRS if name in OPERATION_OF]


def commands(word: str) -> list[str]:
    """The commands of the page that begin with this word."""
    return [block.text for block in BLOCKS if block.language == "sh" and word in block.text]


def test_each_function_on_the_page_is_the_real_one():
    functions = [block for block in BLOCKS if block.function]

    for block in functions:
        real = getattr(answers, block.function, None) or getattr(mistakes, block.function)
        assert block.text == inspect.getsource(real).rstrip()


def test_the_page_shows_each_right_form_and_one_mistake_of_it():
    assert {*RIGHT} <= {*PAIRS}
    assert sorted(OPERATION_OF[name] for name in SHOWN_MISTAKES) == sorted(RIGHT)


@pytest.mark.parametrize("operation", RIGHT)
def test_what_the_page_says_that_leaves_is_what_leaves(operation: str):
    _, leaves = PAIRS[operation]

    assert leaves.language == "http"
    assert leaves.text == written(under_tenor(RIGHT, ASKED[operation]))


@pytest.mark.parametrize("mistake", SHOWN_MISTAKES)
def test_the_sentence_on_the_page_is_the_one_that_is_given(mistake: str):
    _, says = PAIRS[mistake]

    assert says.language == "text"
    assert says.text.split() == said_of(OPERATION_OF[mistake], mistake).split()


def test_the_table_has_each_mistake_in_its_place():
    assert {mistake: row.operation for mistake, row in ROWS.items()} == OPERATION_OF


@pytest.mark.parametrize("mistake", OPERATION_OF)
def test_flask_sends_what_the_table_says(mistake: str):
    assert becomes(mistake, in_flask) == ROWS[mistake].flask


@pytest.mark.parametrize("mistake", OPERATION_OF)
def test_connexion_sends_what_the_table_says(mistake: str):
    assert becomes(mistake, under_connexion) == ROWS[mistake].connexion


def becomes(mistake: str, ask_under: Callable[[Handlers, Asked], Reply]) -> str:
    """Whether the mistake is sent, or 500 in its place."""
    operation = OPERATION_OF[mistake]
    handlers = {**RIGHT, operation: getattr(mistakes, mistake)}
    return "500" if ask_under(handlers, ASKED[operation]).status == 500 else "sent"


@pytest.mark.parametrize("mistake", SHOWN_MISTAKES)
def test_the_line_under_a_sentence_agrees_with_the_table(mistake: str):
    _, says = PAIRS[mistake]
    row = ROWS[mistake]

    assert says.after.startswith(FATES[row.flask, row.connexion])


def test_the_count_on_the_page_is_that_of_the_table():
    flask = sum(row.flask == "sent" for row in ROWS.values())
    stock = sum(row.connexion == "sent" for row in ROWS.values())

    count = f"Of {len(ROWS)} mistakes Flask sends {flask}, connexion {stock} and Tenor none."
    assert count in PAGE


def test_the_command_serves_the_example():
    [command] = commands("tenor serve")
    words = shlex.split(command)
    spec, handlers = (words[words.index(option) + 1] for option in ("--spec", "--handlers"))

    app = load(Source(app=None, spec=spec, handlers=handlers))

    assert isinstance(app, Tenor)
    assert len(app.operations) == len(RIGHT)


def test_the_answer_to_the_curl_is_the_real_one():
    [command] = commands("curl")
    _, _, url, _, header, _, content = shlex.split(command)
    host, _, path = url.removeprefix("http://").partition("/")

    reply = ask(
        Tenor("examples/answers/openapi.yaml", handlers=answers),
        f"POST /{path}",
        body=content.encode(),
        headers={"Host": host, **dict([header.split(": ")])},
    )

    answer = shown(answer_to(command))
    given = {name.lower(): value for name, value in reply.headers}
    of_the_server = {name: answer.headers[name] for name in ("server", "date")}
    assert answer.line == f"HTTP/1.1 {reply.status} Created"
    assert answer.headers == given | of_the_server
    assert answer.body == reply.text


def answer_to(command: str) -> Block:
    """The block of the page after a command."""
    place = next(index for index, block in enumerate(BLOCKS) if block.text == command)
    return BLOCKS[place + 1]
