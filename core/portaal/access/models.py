"""Account, role grant and session."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portaal.db.base import Base
from portaal.db.types import UtcDateTime, text_enum
from portaal.organisations.models import Organisation


class Role(enum.StrEnum):
    """The roles of the manual (R-79), the two appointments, and the auditor."""

    GEBRUIKER = "gebruiker"
    PRODUCTBEHEERDER = "productbeheerder"
    GEBRUIKERSBEHEERDER = "gebruikersbeheerder"
    AUDITOR = "auditor"
    SERVICEDESK = "servicedesk"


PRODUCT_ROLES = (Role.GEBRUIKER, Role.PRODUCTBEHEERDER)


class Aanhef(enum.StrEnum):
    DE_HEER = "de heer"
    MEVROUW = "mevrouw"


class Account(Base):
    """A person acting for an organisation.

    The same person for another organisation, or through another makelaar, is another account: the key is the makelaar,
    the organisation and the pseudonym, never the e-mail address (R-51, ASVS 6.8.1). When the Servicedesk relinked the
    two, the newer one is empty and ``merged_into`` names the account that goes on (:mod:`portaal.relinking`).
    """

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("issuer", "organisation_id", "pseudonym"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    issuer: Mapped[str] = mapped_column(String(200))
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    pseudonym: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    aanhef: Mapped[Aanhef | None] = mapped_column(text_enum(Aanhef))
    voorletters: Mapped[str] = mapped_column(String(20), default="")
    voornaam: Mapped[str] = mapped_column(String(80), default="")
    tussenvoegsel: Mapped[str] = mapped_column(String(20), default="")
    achternaam: Mapped[str] = mapped_column(String(120), default="")
    afdeling: Mapped[str] = mapped_column(String(120), default="")
    telefoonnummer: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    nieuwsbrief: Mapped[bool] = mapped_column(default=False)
    # The kinds of notice of which no mail is wanted, with a blank between; PostgreSQL cannot compare rows with JSON.
    mail_off: Mapped[str] = mapped_column(String(600), default="", server_default="")

    profile_saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_login_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    welcomed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    merged_into: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)

    organisation: Mapped[Organisation] = relationship()
    grants: Mapped[list[RoleGrant]] = relationship(back_populates="account", foreign_keys="RoleGrant.account_id")

    @property
    def display_name(self) -> str:
        """The person's name as it is shown, e.g. "Anna van Dijk"; the e-mail address where no name was given."""
        return display_name(self.voornaam, self.voorletters, self.tussenvoegsel, self.achternaam, self.email)


def display_name(voornaam: str, voorletters: str, tussenvoegsel: str, achternaam: str, email: str) -> str:
    """How a person is named on the screen, from the fields of Persoonlijke Instellingen."""
    given = [voornaam or voorletters, tussenvoegsel, achternaam]
    return " ".join(part for part in given if part) or email


class RoleGrant(Base):
    """A role held from one moment to another: for a product of a gemeente, for a gemeente, or for the operator."""

    __tablename__ = "role_grant"
    __table_args__ = (Index("ix_role_grant_current", "account_id", "revoked_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    gemeentecode: Mapped[str | None] = mapped_column(ForeignKey("gemeente.gemeentecode"), index=True)
    product: Mapped[str | None] = mapped_column(String(40))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    granted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    account: Mapped[Account] = relationship(back_populates="grants", foreign_keys=[account_id])


class LoginSession(Base):
    """A logged-in browser. The cookie holds a random token; here stands only its SHA-256 (ASVS 7.2.1).

    ``branch`` is the vestigingsnummer that the mandate of this login is limited to, or empty.
    """

    __tablename__ = "login_session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    level: Mapped[str] = mapped_column(String(20))
    branch: Mapped[str] = mapped_column(String(13), default="", server_default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_active_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(MutableDict.as_mutable(JSON), default=dict)
