"""What all tests share: the kind of store that they run on."""

from collections.abc import Iterator

import pytest

from tests import postgresql, stores
from tests.postgresql import OwnServer
from tests.stores import Stores


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let whoever runs the tests choose what they keep things in."""
    parser.addoption(
        "--store",
        choices=stores.KINDS,
        default="sqlite",
        help="what the tests of the store and of the API run on; PostgreSQL is Debian's, started "
        "for the run, or the server that TENOR_DATABASE_URL names",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark, and say at once what is missing."""
    config.addinivalue_line(
        "markers", "only_on(kind, reason): a claim about one kind of store, left out on others"
    )
    can_run = postgresql.named() or postgresql.binaries()
    if config.getoption("store") == "postgresql" and not can_run:
        raise pytest.UsageError(postgresql.MISSING)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the claims about other kinds of store."""
    chosen = config.getoption("store")
    others = [item for item in items if _kind_of(item) not in {None, chosen}]
    items[:] = [item for item in items if item not in others]
    config.hook.pytest_deselected(items=others)


def _kind_of(item: pytest.Item) -> str | None:
    """The kind of store that a test is about, if it is about one; the reason is not optional."""

    def kind(which: str, *, reason: str) -> str:
        assert which in stores.KINDS, which
        assert reason
        return which

    mark = item.get_closest_marker("only_on")
    return None if mark is None else kind(*mark.args, **mark.kwargs)


@pytest.fixture(scope="session")
def stores_of_run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    """Where the tests of this run find stores."""
    kind = str(request.config.getoption("store"))
    with stores.of_kind(kind, tmp_path_factory.mktemp("stores")) as found:
        yield found


@pytest.fixture(scope="session")
def own_server() -> Iterator[OwnServer]:
    """A server of PostgreSQL that tests stop, and start again."""
    if postgresql.binaries() is None:
        pytest.skip("the server that was named is not ours to stop")
    with postgresql.running() as server:
        yield server
