"""The words of posts, and an index over them."""

import sqlalchemy as sa
from alembic import op

from publishing import search

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the column, fill it from the posts that are there, and make the index of it."""
    # A column that may not be empty needs a default while there are rows.
    op.add_column("posts", sa.Column("words", sa.Text, nullable=False, server_default=" "))
    _fill()
    if op.get_bind().dialect.name == "sqlite":
        _index_on_sqlite()
    else:
        _index_on_postgresql()


def _index_on_sqlite() -> None:
    """The index keeps no text of its own; what changes in the posts is told to it by triggers."""
    op.execute(
        "CREATE VIRTUAL TABLE post_search USING fts5("
        "words, content='posts', content_rowid='id', tokenize='ascii', detail='none', columnsize=0)"
    )
    op.execute("INSERT INTO post_search (post_search) VALUES ('rebuild')")
    add = "INSERT INTO post_search (rowid, words) VALUES (new.id, new.words);"
    remove = (
        "INSERT INTO post_search (post_search, rowid, words) VALUES ('delete', old.id, old.words);"
    )
    op.execute(f"CREATE TRIGGER post_search_added AFTER INSERT ON posts BEGIN {add} END")
    op.execute(f"CREATE TRIGGER post_search_removed AFTER DELETE ON posts BEGIN {remove} END")
    op.execute(
        "CREATE TRIGGER post_search_changed AFTER UPDATE OF words ON posts "
        f"WHEN old.words <> new.words BEGIN {remove} {add} END"
    )


def _index_on_postgresql() -> None:
    """The words as they are, without what a configuration would make of them."""
    op.execute(
        "ALTER TABLE posts ADD COLUMN post_search tsvector GENERATED ALWAYS AS "
        "(array_to_tsvector(string_to_array(btrim(words), ' '))) STORED"
    )
    op.execute("CREATE INDEX post_search_words ON posts USING gin (post_search)")


def _fill() -> None:
    """With the words that this release looks for, which is why it is asked for them."""
    columns = map(sa.column, ("id", "title", "body", "tags", "words"))
    posts = sa.table("posts", *columns)
    connection = op.get_bind()
    for id_ in connection.execute(sa.select(posts.c.id)).scalars().all():
        one = sa.select(posts.c.title, posts.c.body, posts.c.tags).where(posts.c.id == id_)
        title, body, tags = connection.execute(one).one()
        words = search.kept(title, body, tags.split())
        connection.execute(sa.update(posts).where(posts.c.id == id_).values(words=words))
