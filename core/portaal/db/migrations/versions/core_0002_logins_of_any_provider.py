"""Requests under way are of any login provider

They live for half an hour, so the table is made anew: who is logging in at this moment begins again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portaal.db.types import UtcDateTime

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("pending_login")
    op.create_table(
        "pending_login",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("remembered", sa.JSON(), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("posted", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_pending_login")),
    )
    op.create_index(op.f("ix_pending_login_created_at"), "pending_login", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_table("pending_login")
    op.create_table(
        "pending_login",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("makelaar", sa.String(length=200), nullable=False),
        sa.Column("browser_hash", sa.String(length=64), nullable=False),
        sa.Column("relay_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("posted", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_pending_login")),
        sa.UniqueConstraint("relay_hash", name=op.f("uq_pending_login_relay_hash")),
    )
    op.create_index(op.f("ix_pending_login_created_at"), "pending_login", ["created_at"], unique=False)
