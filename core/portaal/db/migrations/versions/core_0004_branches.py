"""A branch of an organisation may act for a gemeente, and a login may be limited to a branch"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None

BEFORE = "uq_organisation_gemeente_organisation_id_gemeentecode_valid_from"
AFTER = "uq_organisation_gemeente_period"


def upgrade() -> None:
    with op.batch_alter_table("login_session") as batch_op:
        batch_op.add_column(sa.Column("branch", sa.String(length=13), server_default="", nullable=False))
    with op.batch_alter_table("organisation_gemeente") as batch_op:
        batch_op.add_column(sa.Column("vestigingsnummer", sa.String(length=13), server_default="", nullable=False))
        batch_op.drop_constraint(batch_op.f(BEFORE), type_="unique")
        batch_op.create_unique_constraint(
            batch_op.f(AFTER), ["organisation_id", "gemeentecode", "vestigingsnummer", "valid_from"]
        )


def downgrade() -> None:
    op.execute("DELETE FROM organisation_gemeente WHERE vestigingsnummer <> ''")
    with op.batch_alter_table("organisation_gemeente") as batch_op:
        batch_op.drop_constraint(batch_op.f(AFTER), type_="unique")
        batch_op.create_unique_constraint(batch_op.f(BEFORE), ["organisation_id", "gemeentecode", "valid_from"])
        batch_op.drop_column("vestigingsnummer")
    # A session that is limited to a branch would be one for the whole organisation.
    op.execute("DELETE FROM login_session WHERE branch <> ''")
    with op.batch_alter_table("login_session") as batch_op:
        batch_op.drop_column("branch")
