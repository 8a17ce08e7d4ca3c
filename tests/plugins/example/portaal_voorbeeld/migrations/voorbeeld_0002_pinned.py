"""Notes can stand out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "voorbeeld_0002"
down_revision = "voorbeeld_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("voorbeeld_note") as table:
        table.add_column(sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("voorbeeld_note") as table:
        table.alter_column("pinned", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("voorbeeld_note") as table:
        table.drop_column("pinned")
