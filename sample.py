"""A small sample to look at and to try things on: the people below and the posts in `demo/`.

It goes through the API like what any client writes, and so is held to the contract too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from publishing import slugs

PEOPLE = {"ada": "Ada Lovelace", "grace": "Grace Hopper", "mary": "Mary Somerville"}

_FILES = Path(__file__).with_name("demo")
_SCOPES = ("posts:write", "comments:write", "accounts:write")
_COMMENT = "\n+++ comment by "


class Refused(Exception):
    """The API took no part of the sample; the message says why."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many posts there are, how many of them are new, and the secret of a token of Ada's."""

    all: int
    new: int
    secret: str


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the sample, and the comments on it, each after its author."""

    author: str
    content: Mapping[str, Any]
    comments: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, text: str) -> "Post":
        """A post as its file has it: fields, an empty line, Markdown, and comments."""
        head, _, rest = text.partition("\n\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        body, *comments = rest.split(_COMMENT)
        said = [comment.partition("\n") for comment in comments]
        content = {
            "title": fields["title"],
            "body": body.strip() + "\n",
            "tags": fields["tags"].split(", "),
            "status": fields["status"],
        }
        if "publish_at" in fields:
            content["publish_at"] = fields["publish_at"]
        return cls(fields["author"], content, tuple((who, what.strip()) for who, _, what in said))

    @property
    def path(self) -> str:
        """Its address, always the same, so that it is written once."""
        return f"/posts/{slugs.from_title(self.content['title'])}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts through the API, anybody without a secret."""

    app: Flask
    secret: str = ""

    def ask(self, method: str, path: str, body: object, **headers: str) -> TestResponse:
        """The answer to a request with this content."""
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        hosts = self.app.config["TRUSTED_HOSTS"] or ["localhost"]
        at = f"http://{hosts[0].lstrip('.')}"
        client = self.app.test_client()
        return client.open(path, method=method, json=body, headers=headers, base_url=at)

    def signed_in(self, username: str, password: str) -> "Person":
        """The person of that name, who registers unless they have done so before."""
        new = {"username": username, "display_name": PEOPLE[username], "password": password}
        _expect(self.ask("POST", "/accounts", new), 201, 409)
        wish = {"username": username, "password": password, "scopes": _SCOPES}
        answer = self.ask("POST", "/tokens", wish)
        if answer.status_code == 401:
            raise Refused(f"{username} is here already, with another password.")
        _expect(answer, 201)
        return Person(self.app, answer.get_json()["data"]["secret"])


def posts() -> list[Post]:
    """The posts of the sample, in the order in which they are written."""
    return [Post.read(file.read_text("utf-8")) for file in sorted(_FILES.glob("*.md"))]


def load(app: Flask, password: str) -> Loaded:
    """Write what of the sample is not there yet. Raises Refused."""
    people = {name: Person(app).signed_in(name, password) for name in PEOPLE}
    every = posts()
    new = sum(_write(post, people) for post in every)
    return Loaded(len(every), new, people["ada"].secret)


def _write(post: Post, people: Mapping[str, Person]) -> bool:
    """Write a post and what is said about it, and tell whether its address was free."""
    headers = {"If-None-Match": "*"}
    answer = people[post.author].ask("PUT", post.path, post.content, **headers)
    _expect(answer, 201, 412)
    if answer.status_code == 412:
        return False
    for author, body in post.comments:
        said = people[author].ask("POST", f"{post.path}/comments", {"body": body})
        _expect(said, 201)
    return True


def _expect(answer: TestResponse, *statuses: int) -> None:
    if answer.status_code not in statuses:
        raise Refused(f"The sample was refused: {answer.get_data(as_text=True)}")
