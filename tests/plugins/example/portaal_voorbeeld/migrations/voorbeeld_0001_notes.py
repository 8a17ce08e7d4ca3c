"""The table of notes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portaal.api import UtcDateTime

revision = "voorbeeld_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voorbeeld_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gemeentecode", sa.String(4), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voorbeeld_note")),
    )
    op.create_index(op.f("ix_voorbeeld_note_gemeentecode"), "voorbeeld_note", ["gemeentecode"])


def downgrade() -> None:
    op.drop_table("voorbeeld_note")
