"""Claims about what was rendered before."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from handlers.rendered import Rendered


def text(content: str, calls: list[str]) -> str:
    calls.append(content)
    return content


def test_what_was_rendered_is_not_rendered_again():
    rendered, calls = Rendered(), list[str]()

    assert [rendered.get('"1"', lambda: text("a", calls)) for _ in range(3)] == ["a"] * 3
    assert calls == ["a"]


def test_another_tag_is_another_text():
    rendered, calls = Rendered(), list[str]()

    found = [rendered.get(tag, lambda tag=tag: text(tag, calls)) for tag in ("1", "2", "1")]

    assert found == ["1", "2", "1"]
    assert calls == ["1", "2"]


def test_what_was_not_asked_for_the_longest_time_goes_first():
    rendered, calls = Rendered(most=25), list[str]()
    for tag in ("a", "b", "a", "c"):
        rendered.get(tag, lambda tag=tag: text(tag * 10, calls))

    for tag in ("a", "c", "b"):
        rendered.get(tag, lambda tag=tag: text(tag * 10, calls))

    assert calls == ["a" * 10, "b" * 10, "c" * 10, "b" * 10]


def test_what_is_too_long_is_rendered_each_time_and_moves_nothing():
    rendered, calls = Rendered(most=25), list[str]()
    for tag, length in (("a", 20), ("b", 26), ("b", 26), ("a", 20)):
        rendered.get(tag, lambda tag=tag, n=length: text(tag * n, calls))

    assert [each[0] for each in calls] == ["a", "b", "b"]


def test_many_who_ask_at_once_wait_for_one():
    rendered, calls, go = Rendered(), list[str](), threading.Event()

    def slow() -> str:
        go.wait(timeout=20)
        return text("a", calls)

    with ThreadPoolExecutor(8) as many:
        asked = [many.submit(rendered.get, "1", slow) for _ in range(8)]
        go.set()

    assert {each.result() for each in asked} == {"a"}
    assert calls == ["a"]


def test_what_could_not_be_rendered_is_tried_again():
    rendered = Rendered()
    with pytest.raises(ZeroDivisionError):
        rendered.get("1", lambda: str(1 // 0))

    assert rendered.get("1", lambda: "a") == "a"
