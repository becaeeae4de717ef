"""Claims about likeness: what counts as the same, and where a list and its next page are found."""

import json
from typing import Any

import pytest

from tenor import document
from tenor.proof.asking import Reply, Request
from tenor.proof.likeness import described, differing, fields, items, members
from tenor.proof.probes_lists import onward
from tenor.proof.subject import Subject
from tenor.proof.world import World
from tests.proof.callers import NOTES
from tests.proof.notes import create_app

Schema = dict[str, Any]
TIME: Schema = {"format": "date-time"}
UNIQUE: Schema = {"uniqueItems": True}


@pytest.mark.parametrize(
    ("written", "read", "schema"),
    [
        ("a", "a", {}),
        (1, 1.0, {}),
        (0.1, 0.1 + 1e-16, {}),
        (["a", "b"], ["a", "b"], {}),
        (["a", "b", "a"], ["b", "a"], UNIQUE),
        (None, [], {}),
        (None, None, {}),
        ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00+01:00", TIME),
        ("Ada@Example.org", "ada@example.org", {"format": "email"}),
        ("a", "b", {"writeOnly": True}),
        ("a", "b", {"readOnly": True}),
        ("5", 5, {}),
        ({"a": 1}, {"a": 2}, {}),
        ([{"a": 1}], [], {}),
    ],
    ids=repr,
)
def test_what_is_read_back_is_what_was_written(written: Any, read: Any, schema: Schema):
    assert differing({"name": written}, {"name": read}, {"name": schema}) == []


@pytest.mark.parametrize(
    ("written", "read", "schema"),
    [
        ("a", "A", {}),
        ("a", "", {}),
        ("a", None, {}),
        (1, 2, {}),
        (True, False, {}),
        (["a", "b"], ["b", "a"], {}),
        (["a", "a"], ["a"], {}),
        (["a", "b"], ["a"], UNIQUE),
        (None, "a", {}),
        ("2026-03-02T09:00:00Z", "2026-03-02T09:00:00+01:00", TIME),
        ("2026-03-02T09:00:00Z", "yesterday", TIME),
    ],
    ids=repr,
)
def test_what_is_read_back_is_something_else(written: Any, read: Any, schema: Schema):
    assert differing({"name": written}, {"name": read}, {"name": schema}) == ["name"]


@pytest.mark.parametrize("name", ["id", "uuid", "created_at", "updatedAt", "modified"])
def test_what_the_server_gives_itself_may_differ_from_what_was_sent(name: str):
    assert differing({name: "a"}, {name: "b"}, {}) == []


def test_what_was_written_and_does_not_show_is_not_compared():
    assert differing({"password": "a"}, {}, {}) == []


@pytest.mark.parametrize(
    ("content", "inside"),
    [
        ({"a": 1}, {"a": 1}),
        ({"data": {"a": 1}, "links": {}}, {"a": 1}),
        ({"data": {"type": "a", "attributes": {"a": 1}}}, {"a": 1}),
        ({"data": [1]}, {"data": [1]}),
        ([1], {}),
        (None, {}),
    ],
    ids=repr,
)
def test_the_members_of_content_are_those_in_its_envelope(content: Any, inside: Any):
    assert members(content) == inside


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ([1, 2], [1, 2]),
        ({"things": [1], "links": {}}, [1]),
        ({"errors": [], "items": [1]}, [1]),
        ({"errors": [], "warnings": []}, None),
        ({"a": 1}, None),
        ("a", None),
    ],
    ids=repr,
)
def test_the_items_of_a_list_are_found(content: Any, found: Any):
    assert items(content) == found


def test_what_belongs_to_the_one_exchange_is_not_compared():
    lines = (("Date", "a"), ("X-Request-Id", "b"), ("RateLimit-Remaining", "4"), ("ETag", '"c"'))

    assert fields(Reply(200, lines, b"")) == {"etag": '"c"'}


def test_the_properties_of_a_schema_are_found_behind_references_and_in_all_of_its_parts():
    one = {"allOf": [{"$ref": "#/components/schemas/B"}, {"properties": {"c": {"maximum": 1}}}]}
    schemas = {"A": one, "B": {"properties": {"b": {"$ref": "#/components/schemas/C"}}}}
    about = {"title": "A", "version": "1"}
    components = {"schemas": {**schemas, "C": {"minLength": 2}}}
    spec = {"openapi": "3.1.1", "info": about, "paths": {}, "components": components}

    found = dict(described(document.load(spec), "/components/schemas/A"))

    assert found == {"b": {"minLength": 2}, "c": {"maximum": 1}}


NEXT = "/notes?cursor=c2"


@pytest.mark.parametrize(
    ("content", "link"),
    [
        ({"links": {"next": "/notes?cursor=c2"}}, ""),
        ({"links": {"next": "http://localhost/notes?cursor=c2"}}, ""),
        ({"_links": {"next": {"href": "?cursor=c2"}}}, ""),
        ({"next": "/notes?cursor=c2"}, ""),
        ({"next_cursor": "c2"}, ""),
        ({"meta": {"nextCursor": "c2"}, "has_more": True}, ""),
        ({}, '</notes?cursor=c2>; rel="next"'),
        ({}, '</notes>; rel="first", </notes?cursor=c2>; rel="next last"'),
    ],
    ids=repr,
)
def test_the_next_page_is_found_wherever_its_address_stands(content: Any, link: str):
    assert _onward(content, link) == NEXT


@pytest.mark.parametrize(
    ("content", "link"),
    [
        ({}, ""),
        ({"links": {"next": None}}, ""),
        ({"next_cursor": "c2", "has_more": False}, ""),
        ({"next_cursor": ""}, ""),
        ({"next": "http://["}, ""),
        ({}, '</notes>; rel="first"'),
    ],
    ids=repr,
)
def test_nothing_follows_the_last_page(content: Any, link: str):
    assert _onward(content, link) is None


def _onward(content: Any, link: str) -> str | None:
    subject = Subject(World(app=create_app()), NOTES)
    operation = subject.contract.operation("listNotes")
    lines = (("Content-Type", "application/json"), *((("Link", link),) if link else ()))
    reply = Reply(200, lines, json.dumps(content).encode())
    assert operation is not None
    following = onward(subject, operation, (Request("GET", "/notes"), reply))
    return None if following is None else following.target
