"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portaal.api import UtcDateTime

revision = "wlz_registertoets_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wlz_registertoets_aanlevering",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gemeentecode", sa.String(length=4), nullable=False),
        sa.Column("delivered_at", UtcDateTime(), nullable=False),
        sa.Column("delivered_by", sa.Uuid(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("replaced_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wlz_registertoets_aanlevering")),
    )
    with op.batch_alter_table("wlz_registertoets_aanlevering", schema=None) as batch_op:
        batch_op.create_index(
            "uq_wlz_registertoets_aanlevering_current",
            ["gemeentecode"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.create_table(
        "wlz_registertoets_lijst",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gemeentecode", sa.String(length=4), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("peildatum", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("aanleiding", sa.String(length=200), nullable=False),
        sa.Column("zaakkenmerk", sa.String(length=60), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wlz_registertoets_lijst")),
    )
    with op.batch_alter_table("wlz_registertoets_lijst", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wlz_registertoets_lijst_account_id"), ["account_id"], unique=False)

    op.create_table(
        "wlz_registertoets_medewerker",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gemeentecode", sa.String(length=4), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wlz_registertoets_medewerker")),
        sa.UniqueConstraint(
            "gemeentecode", "account_id", name=op.f("uq_wlz_registertoets_medewerker_gemeentecode_account_id")
        ),
    )
    with op.batch_alter_table("wlz_registertoets_medewerker", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_wlz_registertoets_medewerker_digest"), ["digest"], unique=False)

    op.create_table(
        "wlz_registertoets_signaal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gemeentecode", sa.String(length=4), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("masked", sa.String(length=9), nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.Column("found_at", UtcDateTime(), nullable=False),
        sa.Column("register_date", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("dealt_with_at", UtcDateTime(), nullable=True),
        sa.Column("dealt_with_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wlz_registertoets_signaal")),
    )
    with op.batch_alter_table("wlz_registertoets_signaal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_wlz_registertoets_signaal_gemeentecode_digest", ["gemeentecode", "digest"], unique=False
        )

    op.create_table(
        "wlz_registertoets_teller",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("gemeentecode", sa.String(length=4), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "gemeentecode", "period", name=op.f("pk_wlz_registertoets_teller")),
    )
    op.create_table(
        "wlz_registertoets_inwoner",
        sa.Column("aanlevering_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["aanlevering_id"],
            ["wlz_registertoets_aanlevering.id"],
            name=op.f("fk_wlz_registertoets_inwoner_aanlevering_id"),
        ),
        sa.PrimaryKeyConstraint("aanlevering_id", "position", name=op.f("pk_wlz_registertoets_inwoner")),
    )
    op.create_table(
        "wlz_registertoets_raadpleging",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gemeentecode", sa.String(length=4), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("peildatum", sa.Date(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("aanleiding", sa.String(length=200), nullable=False),
        sa.Column("zaakkenmerk", sa.String(length=60), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("masked", sa.String(length=9), nullable=False),
        sa.Column("flag", sa.String(length=40), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("register_date", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"], ["wlz_registertoets_lijst.id"], name=op.f("fk_wlz_registertoets_raadpleging_list_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wlz_registertoets_raadpleging")),
    )
    with op.batch_alter_table("wlz_registertoets_raadpleging", schema=None) as batch_op:
        batch_op.create_index(
            "ix_wlz_registertoets_raadpleging_account_id_asked_at", ["account_id", "asked_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_wlz_registertoets_raadpleging_digest"), ["digest"], unique=False)
        batch_op.create_index(
            "ix_wlz_registertoets_raadpleging_gemeentecode_asked_at", ["gemeentecode", "asked_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_wlz_registertoets_raadpleging_list_id"), ["list_id"], unique=False)

    op.create_table(
        "wlz_registertoets_vergelijking",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("aanlevering_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=False),
        sa.Column("register_date", UtcDateTime(), nullable=True),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["aanlevering_id"],
            ["wlz_registertoets_aanlevering.id"],
            name=op.f("fk_wlz_registertoets_vergelijking_aanlevering_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wlz_registertoets_vergelijking")),
    )
    with op.batch_alter_table("wlz_registertoets_vergelijking", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_wlz_registertoets_vergelijking_aanlevering_id"), ["aanlevering_id"], unique=False
        )

    op.create_table(
        "wlz_registertoets_lijst_regel",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.String(length=200), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("raadpleging_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["list_id"], ["wlz_registertoets_lijst.id"], name=op.f("fk_wlz_registertoets_lijst_regel_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["raadpleging_id"],
            ["wlz_registertoets_raadpleging.id"],
            name=op.f("fk_wlz_registertoets_lijst_regel_raadpleging_id"),
        ),
        sa.PrimaryKeyConstraint("list_id", "position", name=op.f("pk_wlz_registertoets_lijst_regel")),
    )


def downgrade() -> None:
    op.drop_table("wlz_registertoets_lijst_regel")
    with op.batch_alter_table("wlz_registertoets_vergelijking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wlz_registertoets_vergelijking_aanlevering_id"))

    op.drop_table("wlz_registertoets_vergelijking")
    with op.batch_alter_table("wlz_registertoets_raadpleging", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wlz_registertoets_raadpleging_list_id"))
        batch_op.drop_index("ix_wlz_registertoets_raadpleging_gemeentecode_asked_at")
        batch_op.drop_index(batch_op.f("ix_wlz_registertoets_raadpleging_digest"))
        batch_op.drop_index("ix_wlz_registertoets_raadpleging_account_id_asked_at")

    op.drop_table("wlz_registertoets_raadpleging")
    op.drop_table("wlz_registertoets_inwoner")
    op.drop_table("wlz_registertoets_teller")
    with op.batch_alter_table("wlz_registertoets_signaal", schema=None) as batch_op:
        batch_op.drop_index("ix_wlz_registertoets_signaal_gemeentecode_digest")

    op.drop_table("wlz_registertoets_signaal")
    with op.batch_alter_table("wlz_registertoets_medewerker", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wlz_registertoets_medewerker_digest"))

    op.drop_table("wlz_registertoets_medewerker")
    with op.batch_alter_table("wlz_registertoets_lijst", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wlz_registertoets_lijst_account_id"))

    op.drop_table("wlz_registertoets_lijst")
    with op.batch_alter_table("wlz_registertoets_aanlevering", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_wlz_registertoets_aanlevering_current",
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )

    op.drop_table("wlz_registertoets_aanlevering")
