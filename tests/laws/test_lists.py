"""Laws of lists: pages within limits, links that agree, and walks that miss nothing."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event
from typing import Any

import pytest

from tests.api.client import PUBLIC_URL, Client, faults, local
from tests.contract.reading import Operation
from tests.laws.growing import Growing
from tests.laws.walk import CONTRACT, Theatre, each, is_list

LINK = re.compile(r'<([^>]+)>; rel="([a-z]+)"')


@pytest.fixture
def growing(theatre: Theatre, operation: Operation) -> Growing:
    return Growing(operation, theatre.stage(), theatre.admin(), theatre.clock)


@each(is_list)
def test_a_limit_is_kept_and_bounded(growing: Growing, operation: Operation):
    for number in range(3):
        growing.add(f"-{number}")
    ada, path = growing.stage.ada, growing.stage.good(operation).path

    assert len(ada.get(f"{path}?limit=1").get_json()["data"]) == 1
    assert len(ada.get(f"{path}?limit=2").get_json()["data"]) == 2
    assert ada.get(f"{path}?limit=100").status_code == 200
    for wrong in ("0", "101", "-1", "1.0", "1e1", "+1", "01", "x", "", "9" * 40, "%D9%A1"):
        places = {(place, at) for place, at, _ in faults(ada.get(f"{path}?limit={wrong}"))}
        assert places == {("query", "/limit")}, wrong
    assert faults(ada.get(f"{path}?limit=1&limit=2"))


@each(is_list)
def test_a_cursor_that_the_list_has_not_given_is_refused(growing: Growing, operation: Operation):
    ada, path = growing.stage.ada, growing.stage.good(operation).path
    for wrong in ("x", "AAAA", "bmV3ZXN0", "%00", "a" * 500):
        assert faults(ada.get(f"{path}?cursor={wrong}")), wrong


@each(is_list)
def test_the_links_stand_in_the_header_and_in_the_content(growing: Growing, operation: Operation):
    for number in range(5):
        growing.add(f"-{number}")
    path = growing.stage.good(operation).path
    for document, field in _walk(growing.stage.ada, f"{path}?limit=2"):
        links = {relation: url for url, relation in LINK.findall(field)}

        assert links == document["links"]
        assert all(url.startswith(f"{PUBLIC_URL}{path}?") for url in links.values())
        assert links["first"] == f"{PUBLIC_URL}{path}?limit=2"


@each(is_list)
def test_a_walk_gives_each_item_once_in_one_order_and_back(growing: Growing, operation: Operation):
    for number in range(7):
        growing.add(f"-{number}")
    ada, path = growing.stage.ada, growing.stage.good(operation).path
    for query in _orders(operation):
        whole = [item["url"] for item in ada.get(f"{path}?limit=100{query}").get_json()["data"]]
        forth = [document for document, _ in _walk(ada, f"{path}?limit=3{query}")]
        back = [document for document, _ in _walk(ada, local(_last(forth)), "prev")]

        assert len(whole) == len({*whole}) >= 7
        assert _urls(forth) == whole
        assert _urls(reversed(back)) == whole
        assert "prev" not in forth[0]["links"]
        assert "next" not in forth[-1]["links"]
        assert all("prev" in document["links"] for document in forth[1:])
        assert ada.get(local(forth[-1]["links"]["first"])).get_json()["data"] == forth[0]["data"]


@each(is_list)
def test_a_walk_misses_and_doubles_nothing_while_others_come_and_go(
    growing: Growing, operation: Operation
):
    """Between any two pages something is added, and something that came before is taken away."""
    ada, path = growing.stage.ada, growing.stage.good(operation).path
    for query in _orders(operation):
        tail = query.replace("=", "")[1:].replace("-", "0")
        for number in range(2):
            growing.add(f"-s{tail}{number}")
        before = _all(ada, f"{path}?limit=100{query}")
        passing = [growing.add(f"-b{tail}{number}") for number in range(3)]
        moving = _all(ada, f"{path}?limit=100{query}") - before
        for number in range(2):
            growing.add(f"-t{tail}{number}")
        stable = _all(ada, f"{path}?limit=100{query}") - moving
        seen: Counter[str] = Counter()
        numbers = count()
        for document, _ in _walk(ada, f"{path}?limit=2{query}"):
            seen.update(item["url"] for item in document["data"])
            growing.add(f"-a{tail}{next(numbers)}")
            if passing:
                growing.remove(passing.pop())

        assert {url: seen[url] for url in stable} == dict.fromkeys(stable, 1), query


@each(is_list)
def test_a_walk_misses_and_doubles_nothing_in_a_race(growing: Growing, operation: Operation):
    """Somebody adds and takes away in a thread of its own, as fast as the store lets it."""
    ada, path = growing.stage.ada, growing.stage.good(operation).path
    for number in range(8):
        growing.add(f"-s{number}")
    stable = _all(ada, f"{path}?limit=100")
    is_over = Event()

    def meddle() -> int:
        for number in range(60):
            if is_over.is_set():
                return number
            growing.remove(growing.add(f"-m{number}"))
        return 60

    with ThreadPoolExecutor(1) as threads:
        meddling = threads.submit(meddle)
        walks = [
            Counter(
                item["url"]
                for document, _ in _walk(ada, f"{path}?limit=2")
                for item in document["data"]
            )
            for _ in range(3)
        ]
        is_over.set()
        meddling.result()

    for seen in walks:
        assert {url: seen[url] for url in stable} == dict.fromkeys(stable, 1)


def _orders(operation: Operation) -> list[str]:
    """The orders that a list can be asked for, as the end of a query."""
    for parameter in operation.parameters:
        if parameter["name"] == "sort":
            schema = CONTRACT.followed("", parameter["schema"]).node
            return [f"&sort={order}" for order in schema["enum"]]
    return [""]


def _walk(client: Client, path: str, relation: str = "next") -> Iterator[tuple[Any, str]]:
    """The pages of a list and their `Link`, by the links in them; no list is longer."""
    for _ in range(300):
        answer = client.get(path)
        assert answer.status_code == 200
        document = answer.get_json()
        yield document, answer.headers["Link"]
        if relation not in document["links"]:
            return
        path = local(document["links"][relation])
    raise AssertionError(f"no end of the pages at {path}")


def _last(pages: list[Any]) -> str:
    """The address of the last page: where the one before leads, or the first where it is alone."""
    return pages[-2]["links"]["next"] if len(pages) > 1 else pages[-1]["links"]["first"]


def _all(client: Client, path: str) -> set[str]:
    return {item["url"] for item in client.get(path).get_json()["data"]}


def _urls(pages: Any) -> list[str]:
    return [item["url"] for document in pages for item in document["data"]]
