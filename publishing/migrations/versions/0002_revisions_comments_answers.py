"""Every slug that a post had, its revisions and comments, and answers that are kept for retries."""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.sqlite import DATETIME

revision = "0002"
down_revision = "0001"

_word = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_instant = sa.DateTime(timezone=True).with_variant(
    DATETIME(
        storage_format="%(year)04d-%(month)02d-%(day)02d "
        "%(hour)02d:%(minute)02d:%(second)02d.%(microsecond)06d+00:00"
    ),
    "sqlite",
)


def upgrade() -> None:
    """Make the tables, and fill them from the posts that are there."""
    _make_slugs()
    _make_revisions()
    _extend_posts()
    _make_comments()
    _make_kept_answers()


def _make_slugs() -> None:
    op.create_table(
        "post_slugs",
        sa.Column("slug", _word, nullable=False),
        sa.Column("base", _word, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("post_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("slug", name="pk_post_slugs"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_slugs_post_id", ondelete="CASCADE"
        ),
    )
    op.execute(
        "INSERT INTO post_slugs (slug, base, number, post_id) "
        "SELECT slug, slug_base, slug_number, id FROM posts"
    )
    op.create_index("ix_post_slugs_base_number", "post_slugs", ["base", "number"])
    op.create_index("ix_post_slugs_post_id", "post_slugs", ["post_id"])


def _make_revisions() -> None:
    op.create_table(
        "post_revisions",
        sa.Column("post_id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("author", _word, nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("post_id", "number", name="pk_post_revisions"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_revisions_post_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author"], ["accounts.username"], name="fk_post_revisions_author", onupdate="CASCADE"
        ),
    )
    # What came before was not kept: the post as it is now is its first revision.
    op.execute(
        "INSERT INTO post_revisions (post_id, number, title, body, tags, author, created_at) "
        "SELECT id, 1, title, body, tags, author, updated_at FROM posts"
    )
    op.create_index("ix_post_revisions_author", "post_revisions", ["author"])


def _extend_posts() -> None:
    op.drop_index("ix_posts_slug_base", "posts")
    op.drop_column("posts", "slug_base")
    op.drop_column("posts", "slug_number")
    # A column that may not be empty needs a default while there are rows.
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    op.add_column("posts", sa.Column("uid", _word, nullable=False, server_default=""))
    op.add_column("posts", sa.Column("publish_at", _instant, nullable=True))
    op.add_column("posts", sa.Column("revision", sa.Integer, nullable=False, server_default="1"))
    op.add_column(
        "posts",
        sa.Column("revised_at", _instant, nullable=False, server_default=sa.literal(long_ago)),
    )
    op.add_column("posts", sa.Column("discussion", sa.Integer, nullable=False, server_default="0"))
    op.add_column("posts", sa.Column("discussed_at", _instant, nullable=True))
    posts = sa.table("posts", sa.column("id"), sa.column("uid"))
    connection = op.get_bind()
    for (id_,) in connection.execute(sa.select(posts.c.id)).all():
        uid = sa.update(posts).where(posts.c.id == id_).values(uid=str(uuid.uuid4()))
        connection.execute(uid)
    op.execute("UPDATE posts SET revised_at = updated_at")
    op.create_index("ix_posts_uid", "posts", ["uid"], unique=True)


def _make_comments() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("post_id", sa.Integer, nullable=False),
        sa.Column("author", _word, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("updated_at", _instant, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_comments_post_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author"], ["accounts.username"], name="fk_comments_author", onupdate="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comments_author", "comments", ["author"])
    op.create_index("ix_comments_post_id_created_at", "comments", ["post_id", "created_at", "id"])


def _make_kept_answers() -> None:
    op.create_table(
        "kept_answers",
        sa.Column("scope", _word, nullable=False),
        sa.Column("key", _word, nullable=False),
        sa.Column("username", _word, nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("headers", sa.Text, nullable=True),
        sa.Column("body", sa.LargeBinary, nullable=True),
        sa.Column("created_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_kept_answers"),
        sa.ForeignKeyConstraint(
            ["username"],
            ["accounts.username"],
            name="fk_kept_answers_username",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
    )
    op.create_index("ix_kept_answers_created_at", "kept_answers", ["created_at"])
    op.create_index("ix_kept_answers_username", "kept_answers", ["username"])
