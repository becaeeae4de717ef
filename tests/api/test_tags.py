"""Claims about tags."""

import pytest

from tests.api.client import Client, data, faults, follow, local, refusal

TAG = "/tags/engines"


def counted(client: Client, path: str = "/tags") -> dict[str, int]:
    return {tag["name"]: tag["count"] for tag in data(client.get(path))}


def test_a_tag_says_how_many_posts_have_it_and_where_they_are(ada: Client, api: Client):
    ada.write()
    ada.write()

    tag = data(api.get(TAG))

    assert tag == {
        "name": "engines",
        "count": 2,
        "url": "https://tenor.example/tags/engines",
        "posts": "https://tenor.example/posts?tag=engines",
    }
    assert data(api.get(local(tag["url"]))) == tag
    assert len(data(api.get(local(tag["posts"])))) == tag["count"]


def test_tags_are_listed_by_name(ada: Client, grace: Client, api: Client):
    ada.write(tags=["history", "engines"])
    grace.write(tags=["Engines", "a-b", "7"])

    assert list(counted(api).items()) == [("7", 1), ("a-b", 1), ("engines", 2), ("history", 1)]
    assert data(api.get("/tags"))[2] == data(api.get(TAG))


def test_everybody_is_told_the_same_and_drafts_are_not_counted(
    ada: Client, edith: Client, api: Client
):
    ada.write(tags=["engines"])
    ada.write(tags=["engines", "secret"], status="draft")

    for reader in (ada, edith, api):
        assert counted(reader) == {"engines": 1}
        assert data(reader.get(TAG))["count"] == 1
        assert refusal(reader.get("/tags/secret")) == (404, "not-found")


def test_a_tag_lives_as_long_as_a_published_post_has_it(ada: Client, api: Client):
    path = "/posts/the-first-engine"
    ada.write(tags=["engines"])

    for change, there in (
        ({"status": "draft"}, False),
        ({"status": "published"}, True),
        ({"tags": None}, False),
        ({"tags": ["engines"]}, True),
    ):
        ada.patch(path, change, if_match="*")
        assert ("engines" in counted(api)) is there
        assert (api.get(TAG).status_code == 200) is there

    ada.delete(path, if_match="*")
    assert counted(api) == {}


@pytest.mark.parametrize(
    "tag", ["Engines", "ENGINES", "-a", "a--b", "a_b", "%C3%A9", "a" * 41, "x"]
)
def test_what_is_no_tag_is_not_found(ada: Client, tag: str):
    ada.write()

    assert refusal(ada.get(f"/tags/{tag}")) == (404, "not-found")


def test_following_next_and_prev_gives_each_tag_once(ada: Client, api: Client):
    names = [f"t{number}" for number in range(5)]
    ada.write(tags=names)

    pages = list(follow(api, "/tags?limit=2"))
    back = follow(api, local(pages[-1].get_json()["links"]["prev"]), "prev")

    assert [len(data(page)) for page in pages] == [2, 2, 1]
    assert [tag["name"] for page in pages for tag in data(page)] == names
    assert [[tag["name"] for tag in data(page)] for page in back] == [["t2", "t3"], ["t0", "t1"]]


def test_following_next_gives_no_gap_and_no_double_while_others_publish(ada: Client, api: Client):
    ada.write(tags=["a", "c", "e"])

    found: list[str] = []
    for number, page in enumerate(follow(api, "/tags?limit=1")):
        found += [tag["name"] for tag in data(page)]
        ada.write(tags=["a", "d" if number else "b"])

    assert found == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("cursor", ["abc", "dXNlcm5hbWUgYSAxIGdyYWNl"])
def test_a_cursor_from_elsewhere_is_refused(api: Client, cursor: str):
    assert faults(api.get(f"/tags?cursor={cursor}")) == {("query", "/cursor", "cursor")}
