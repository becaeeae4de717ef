"""Accounts, tokens and posts; the account `ghost`, to which the posts of deleted ones go."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.sqlite import DATETIME

revision = "0001"
down_revision = None

_word = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_instant = sa.DateTime(timezone=True).with_variant(
    DATETIME(
        storage_format="%(year)04d-%(month)02d-%(day)02d "
        "%(hour)02d:%(minute)02d:%(second)02d.%(microsecond)06d+00:00"
    ),
    "sqlite",
)


def upgrade() -> None:
    """Make the tables."""
    accounts = op.create_table(
        "accounts",
        sa.Column("id", _big, nullable=False),
        sa.Column("username", _word, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("role", _word, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=True),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("updated_at", _instant, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("username", name="uq_accounts_username"),
        sqlite_autoincrement=True,
    )
    # No clock reaches a migration; the moment is that of this release, the same everywhere.
    made = datetime(2026, 1, 1, tzinfo=UTC)
    op.bulk_insert(
        accounts,
        [
            {
                "username": "ghost",
                "display_name": "Ghost",
                "role": "reader",
                "password_hash": None,
                "created_at": made,
                "updated_at": made,
                "version": 1,
            }
        ],
    )
    op.create_table(
        "tokens",
        sa.Column("id", _big, nullable=False),
        sa.Column("username", _word, nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("expires_at", _instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
        sa.ForeignKeyConstraint(
            ["username"],
            ["accounts.username"],
            name="fk_tokens_username",
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_tokens_username", "tokens", ["username"])
    op.create_table(
        "posts",
        sa.Column("id", _big, nullable=False),
        sa.Column("slug", _word, nullable=False),
        sa.Column("slug_base", _word, nullable=False),
        sa.Column("slug_number", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("title_key", _word, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("author", _word, nullable=False),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("status", _word, nullable=False),
        sa.Column("created_at", _instant, nullable=False),
        sa.Column("updated_at", _instant, nullable=False),
        sa.Column("published_at", _instant, nullable=True),
        sa.Column("listed_at", _instant, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_posts"),
        sa.UniqueConstraint("slug", name="uq_posts_slug"),
        sa.ForeignKeyConstraint(
            ["author"], ["accounts.username"], name="fk_posts_author", onupdate="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_posts_slug_base", "posts", ["slug_base", "slug_number"])
    op.create_index("ix_posts_status_listed_at", "posts", ["status", "listed_at", "id"])
    op.create_index("ix_posts_status_updated_at", "posts", ["status", "updated_at", "id"])
    op.create_index("ix_posts_status_title_key", "posts", ["status", "title_key", "id"])
    op.create_index(
        "ix_posts_author_status_listed_at", "posts", ["author", "status", "listed_at", "id"]
    )
    op.create_table(
        "post_tags",
        sa.Column("tag", _word, nullable=False),
        sa.Column("post_id", _big, nullable=False),
        sa.PrimaryKeyConstraint("tag", "post_id", name="pk_post_tags"),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_tags_post_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_post_tags_post_id", "post_tags", ["post_id"])
