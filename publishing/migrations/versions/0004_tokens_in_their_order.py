"""The tokens of an account in the order in which they are listed."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the index that has the order, in the place of the one that has not."""
    op.create_index("ix_tokens_username_created_at", "tokens", ["username", "created_at", "id"])
    op.drop_index("ix_tokens_username", "tokens")
