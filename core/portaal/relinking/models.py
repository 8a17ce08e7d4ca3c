"""A relinking that waits for a second colleague, and the identities that accounts had before."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portaal.access.models import Account
from portaal.db.base import Base
from portaal.db.types import UtcDateTime


class Relinking(Base):
    """A proposal: the account goes on with the identity of the newcomer. It is gone once confirmed or withdrawn.

    ``seen`` is the fingerprint of both accounts as the proposer saw them (:func:`portaal.relinking.rules.fingerprint`).
    An account is in one proposal at a time.
    """

    __tablename__ = "relinking"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), unique=True)
    newcomer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(500))
    seen: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    newcomer: Mapped[Account] = relationship(foreign_keys=[newcomer_id])
    proposer: Mapped[Account] = relationship(foreign_keys=[proposed_by])


class FormerIdentity(Base):
    """The identity of eHerkenning that an account had from one moment to another.

    Of the pseudonym only the SHA-256 is kept: enough to recognise it, and a pseudonym is too long to be guessed.
    """

    __tablename__ = "former_identity"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(200))
    pseudonym_hash: Mapped[str] = mapped_column(String(64))
    valid_from: Mapped[datetime] = mapped_column(UtcDateTime)
    valid_until: Mapped[datetime] = mapped_column(UtcDateTime)
