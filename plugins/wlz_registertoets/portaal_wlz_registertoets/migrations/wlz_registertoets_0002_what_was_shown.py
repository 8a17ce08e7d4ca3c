"""Whether a consultation showed the decision too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "wlz_registertoets_0002"
down_revision = "wlz_registertoets_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("wlz_registertoets_raadpleging") as batch_op:
        batch_op.add_column(sa.Column("decision_shown", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table("wlz_registertoets_raadpleging") as batch_op:
        batch_op.drop_column("decision_shown")
