"""What is wrong in the tables of one product stays there."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from portaal import api
from portaal.access.models import Account
from portaal.testing.products import Activation
from tests.plugins.kit import example


class Base(DeclarativeBase):
    metadata = api.plugin_metadata()


class Wrong(Base):
    __tablename__ = "kwaad_tabel"

    id: Mapped[int] = mapped_column(primary_key=True)
    nowhere: Mapped[Any] = relationship("Nowhere")


@pytest.fixture
def portal_plugins() -> Any:
    return example()


def test_a_wrong_relationship_breaks_no_other_query(dbsession: Session, activation: Activation) -> None:
    from portaal_voorbeeld.models import Note

    with pytest.raises(InvalidRequestError, match="Nowhere"):
        dbsession.scalars(sa.select(Wrong))
    activation.on("voorbeeld")
    assert [note.text for note in dbsession.scalars(sa.select(Note))] == ["Welkom"]
    assert dbsession.scalars(sa.select(Account)).all() == []


def test_no_base_is_shared() -> None:
    """A class of the API from which plugins derive their models would be a shared registry."""
    assert not [
        name
        for name in api.__all__
        if isinstance(getattr(api, name), type) and issubclass(getattr(api, name), DeclarativeBase)
    ]
