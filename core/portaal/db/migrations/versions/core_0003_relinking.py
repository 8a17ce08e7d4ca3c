"""Relinking an account to another login, and the identities that accounts had before"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portaal.db.types import UtcDateTime

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_account_merged_into"), ["merged_into"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_account_merged_into"), "account", ["merged_into"], ["id"])
    op.create_table(
        "relinking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("newcomer_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("seen", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_relinking_account_id")),
        sa.ForeignKeyConstraint(["newcomer_id"], ["account.id"], name=op.f("fk_relinking_newcomer_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["account.id"], name=op.f("fk_relinking_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relinking")),
        sa.UniqueConstraint("account_id", name=op.f("uq_relinking_account_id")),
        sa.UniqueConstraint("newcomer_id", name=op.f("uq_relinking_newcomer_id")),
    )
    op.create_table(
        "former_identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("pseudonym_hash", sa.String(length=64), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("valid_until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_former_identity_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_identity")),
    )
    op.create_index(op.f("ix_former_identity_account_id"), "former_identity", ["account_id"], unique=False)
    op.create_index(op.f("ix_audit_event_object_id"), "audit_event", ["object_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_event_object_id"), table_name="audit_event")
    op.drop_table("former_identity")
    op.drop_table("relinking")
    with op.batch_alter_table("account") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_account_merged_into"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_account_merged_into"))
        batch_op.drop_column("merged_into")
