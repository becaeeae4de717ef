"""Claims about addresses."""

import pytest
from werkzeug.routing import Map, Rule

from handlers.addresses import Addresses

RULES = Map(
    [
        Rule("/", endpoint="root"),
        Rule("/posts/<slug>", endpoint="post"),
        Rule("/posts/<slug>/comments/<id>", endpoint="comment"),
    ]
)


@pytest.mark.parametrize("base", ["https://tenor.example", "https://example.org/blog"])
def test_an_address_is_its_rule_on_the_public_url(base: str):
    addresses = Addresses.on(base, RULES.iter_rules())

    assert addresses.of("root") == f"{base}/"
    assert addresses.of("comment", slug="a-b", id=7) == f"{base}/posts/a-b/comments/7"


def test_a_value_cannot_leave_its_place():
    addresses = Addresses.on("https://tenor.example", RULES.iter_rules())

    assert addresses.of("post", slug="../?#{x}") == "https://tenor.example/posts/..%2F%3F%23%7Bx%7D"
