"""Claims about the commands of whoever runs the service."""

import re

import pytest
from click.testing import Result

import sample
from publishing.store import Store
from tenor import Tenor
from tests.api.client import PASSWORD, Client, data, local

SAMPLE = sample.posts()


def run(app: Tenor, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


class TestMakeAdmin:
    def test_it_gives_an_account_the_role_and_new_tokens_the_scope(
        self, app: Tenor, ada: Client, api: Client
    ):
        result = run(app, "make-admin", "ada")

        assert (result.exit_code, result.output.split(".")[0]) == (0, "ada is an admin")
        assert data(api.get("/accounts/ada"))["role"] == "admin"
        assert data(api.take_token("ada", "admin"))["scopes"] == ["admin"]

    @pytest.mark.parametrize("username", ["nobody", "ghost"])
    def test_it_says_what_cannot_be(self, app: Tenor, api: Client, username: str):
        result = run(app, "make-admin", username)

        assert result.exit_code == 1
        assert result.output.startswith("Error: ")

    @pytest.mark.usefixtures("broken_store")
    def test_it_says_when_the_store_does_not_answer(self, app: Tenor):
        result = run(app, "make-admin", "ada")

        assert result.exit_code == 1
        assert "The store is not available" in result.output


class TestCheckStore:
    def test_it_says_what_it_has_seen_of_a_store_that_is_well(self, app: Tenor):
        result = run(app, "check-store")

        assert (result.exit_code, result.output) == (
            0,
            "The store answers, its schema is that of this release, and what it keeps is sound.\n",
        )

    @pytest.mark.usefixtures("broken_store")
    def test_it_ends_with_1_where_the_store_is_broken(self, app: Tenor, store: Store):
        result = run(app, "check-store")

        assert result.exit_code == 1
        assert result.output == "Error: {}\n".format("\n".join(map(str, store.check())))


class TestLoadDemo:
    @pytest.fixture
    def loaded(self, app: Tenor) -> Result:
        return run(app, "load-demo", "--password", PASSWORD)

    def test_it_writes_the_sample_and_gives_a_token(self, loaded: Result, api: Client):
        [secret] = re.findall(r"tnr_\S+", loaded.output)
        ada = Client(secret, "ada", app=api.app)

        assert loaded.exit_code == 0, loaded.output
        assert f"{len(SAMPLE)} of the {len(SAMPLE)} posts" in loaded.output
        assert ada.write("Tried out").status_code == 201
        assert api.sign_in("mary", "posts:write").write("Tried too").status_code == 201

    @pytest.mark.usefixtures("loaded")
    def test_everybody_reads_it_but_the_drafts(self, api: Client):
        listed = data(api.get("/posts?limit=100&sort=published"))

        published = [post for post in SAMPLE if post.content["status"] == "published"]
        assert [post["title"] for post in listed] == [post.content["title"] for post in published]
        assert [post["author"] for post in listed] == [post.author for post in published]
        assert [post["body"] for post in listed] == [post.content["body"] for post in published]
        assert [f"/posts/{post['slug']}" for post in listed] == [post.path for post in published]

    @pytest.mark.usefixtures("loaded")
    def test_what_is_said_about_it_is_there(self, api: Client):
        for post in SAMPLE:
            if post.content["status"] == "published":
                said = data(api.get(f"{post.path}/comments"))
                assert [(each["author"], each["body"]) for each in said] == list(post.comments)

    @pytest.mark.usefixtures("loaded")
    def test_what_it_links_to_is_there(self, api: Client):
        links = {
            link for post in SAMPLE for link in re.findall(r"\]\((/\S+)\)", post.content["body"])
        }

        assert links
        assert {api.get(local(link)).status_code for link in links} == {200}

    @pytest.mark.usefixtures("loaded")
    def test_a_second_time_it_changes_nothing(self, app: Tenor, api: Client):
        before = data(api.get("/posts?limit=100"))

        again = run(app, "load-demo", "--password", PASSWORD)

        assert again.exit_code == 0, again.output
        assert f"0 of the {len(SAMPLE)} posts" in again.output
        assert data(api.get("/posts?limit=100")) == before

    @pytest.mark.usefixtures("ada")
    def test_it_takes_nobodys_account(self, app: Tenor, api: Client):
        """Who has the name of somebody in the sample keeps it, and nothing is written."""
        result = run(app, "load-demo", "--password", "another password")

        assert result.exit_code == 1
        assert "ada is here already, with another password" in result.output
        assert data(api.get("/posts")) == []

    def test_it_says_what_was_refused(self, app: Tenor):
        result = run(app, "load-demo", "--password", "short")

        assert result.exit_code == 1
        assert "invalid-request" in result.output

    @pytest.mark.usefixtures("loaded")
    def test_it_has_something_of_each_kind(self):
        """So that the pages and the documentation have something to show."""
        bodies = "\n".join(post.content["body"] for post in SAMPLE)

        assert len(SAMPLE) >= 12
        assert {post.author for post in SAMPLE} == set(sample.PEOPLE)
        assert {post.content["status"] for post in SAMPLE} >= {"draft", "published"}
        assert "\n```python\n" in bodies
        assert "\n|--" in bodies or "\n|:-" in bodies
