"""What is said of growth, and what the engine does the same for contracts of any size."""

import io
import math
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import EnvironBuilder

from benchmarks.growth.answering import application
from benchmarks.growth.contracts import contract
from benchmarks.growth.figures import Line, Point, Unit
from benchmarks.growth.pages import BEGIN, written_into
from benchmarks.growth.slopes import Slope, slope_of
from benchmarks.marked import END
from tenor import Tenor

SIZES = (1_000, 10_000, 100_000, 1_000_000)
FEW, MANY = 20, 2000  # few as well have a path of each form, and so as many ways to go


# --- slopes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slope", "cost"),
    [
        pytest.param(Slope.CONSTANT, lambda n: 40.0, id="always the same"),
        pytest.param(Slope.CONSTANT, lambda n: 40 + n / 1_000_000, id="hardly more"),
        pytest.param(Slope.LOGARITHMIC, lambda n: 5 + 3 * math.log(n), id="by the logarithm"),
        pytest.param(Slope.LINEAR, lambda n: n / 100, id="by the size"),
        pytest.param(Slope.LINEAR, lambda n: 90 + n / 5_000, id="by the size at last"),
        pytest.param(Slope.STEEPER, lambda n: 90 + n * n / 1e9, id="by its square"),
        pytest.param(Slope.FALLING, lambda n: 50 - 3 * math.log(n), id="less and less"),
    ],
)
def test_a_slope_is_named(slope: Slope, cost: Callable[[float], float]):
    assert slope_of(SIZES, [cost(size) for size in SIZES]) is slope


@pytest.mark.parametrize("wrong", [0.95, 1.05])
@pytest.mark.parametrize(
    ("slope", "cost"),
    [
        pytest.param(Slope.CONSTANT, lambda n: 40.0, id="constant"),
        pytest.param(Slope.LOGARITHMIC, lambda n: 5 + 3 * math.log(n), id="logarithmic"),
        pytest.param(Slope.LINEAR, lambda n: 90 + n / 5_000, id="linear"),
    ],
)
def test_chance_changes_no_name(slope: Slope, cost: Callable[[float], float], wrong: float):
    for at in range(len(SIZES)):
        costs = [cost(size) * (wrong if index == at else 1) for index, size in enumerate(SIZES)]

        assert slope_of(SIZES, costs) is slope


def test_what_comes_down_again_has_not_grown():
    assert slope_of(SIZES, [40, 80, 60, 41]) is Slope.CONSTANT


def test_a_line_survives_the_file():
    line = Line("posts", "get", Unit.PROCESSOR, (Point(1, (2.0, 3.0)), Point(5, (4.0, 6.0))), 1.3)

    assert Line.of(line.as_json()) == line
    assert line.factor == 2


def test_the_page_keeps_what_people_wrote(tmp_path: Path):
    page = tmp_path / "growth.md"
    page.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")
    points = (Point(1_000, (40.0,)), Point(1_000_000, (60.0,)))

    written_into(page, [Line("posts", "get", Unit.PROCESSOR, points, goal=1.3)])

    assert page.read_text() == (
        f"# Before\n\n{BEGIN}\n\n"
        "| By posts | 1,000 | 1,000,000 | largest by smallest | slope |\n|---|---:|---:|---:|---|\n"
        "| get, µs of the processor | 40 | 60 | 1.50x (goal 1.3x: missed) | logarithmic |\n\n"
        f"{END}\n\nAfter.\n"
    )


# --- the engine ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grown() -> dict[int, Tenor]:
    return {size: application(size) for size in (FEW, MANY)}


@pytest.mark.parametrize("size", [5, 100])
def test_a_contract_has_as_many_operations_as_were_wanted(size: int):
    operations = [name for item in contract(size)["paths"].values() for name in item]

    assert len([name for name in operations if name != "parameters"]) == size


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/books-0/sketch-3", "200"),
        ("GET", "/books-0?limit=20", "200"),
        ("DELETE", "/books-0/sketch-3", "204"),
        ("PATCH", "/books-0/sketch-3", "405"),
        ("GET", "/books-0/sketch-3/pages", "404"),
    ],
)
def test_a_request_takes_the_same_calls_in_a_contract_of_any_size(
    grown: dict[int, Tenor], method: str, path: str, status: str
):
    few, many = (_asked(grown[size], method, path) for size in (FEW, MANY))

    assert few[0][:3] == many[0][:3] == status
    assert few[1] == many[1]


def test_two_thousand_operations_start_in_five_seconds_of_the_processor():
    """A quiet machine takes half of that; one that is busy may have another try."""
    assert any(seconds < 5 for seconds in _starts(tries=3))


def _starts(tries: int) -> Iterator[float]:
    for _ in range(tries):
        begin = time.process_time()
        application(MANY)
        yield time.process_time() - begin


def _asked(app: Tenor, method: str, path: str) -> tuple[str, int]:
    """The status of an answer, and how many calls of functions it took, in Python and C."""
    statuses: list[str] = []

    def ask() -> None:
        environ = EnvironBuilder(path=path, method=method).get_environ()
        environ["wsgi.errors"] = io.StringIO()
        body = app(environ, lambda status, *_: statuses.append(status) or (lambda _: None))
        b"".join(body)

    ask()  # what is made when it is first needed
    counted = _Counted()
    sys.setprofile(counted)
    try:
        ask()
    finally:
        sys.setprofile(None)
    return statuses[-1], counted.calls


class _Counted:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, frame: Any, event: str, argument: Any) -> None:
        self.calls += event in ("call", "c_call")
