"""Products under test: which of them the application has, where they are on, and what their settings are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.plugins.activation import ActivationRefusedError, activations
from portaal.plugins.discovery import discover

AMSTERDAM = "0363"


@pytest.fixture
def portal_plugins(request: pytest.FixtureRequest) -> Mapping[str, EntryPoint] | None:
    """The plugins of the application: those that ``@pytest.mark.portaal_plugins`` names, else None for all."""
    marker = request.node.get_closest_marker("portaal_plugins")
    return None if marker is None else installed(*marker.args)


def installed(*names: str) -> dict[str, EntryPoint]:
    """The entry points of plugins.

    :raises LookupError: one is not installed.
    """
    found = discover()
    for name in names:
        if name not in found:
            known = ", ".join(found) or "none"
            raise LookupError(
                f"no plugin {name!r} is installed (installed: {known}). Install your distribution first, "
                "for example with 'pip install --editable .'"
            )
    return {name: found[name] for name in names}


@dataclass
class Activation:
    """Switches products on and off, as the Servicedesk does."""

    app: Any
    dbsession: Session

    def on(self, product: str, gemeente: str = AMSTERDAM) -> None:
        """Switch a product on; nothing happens when it is on already.

        :raises AssertionError: something stands in the way; the text names it.
        """
        try:
            activations(self.app.registry).activate(self.dbsession, gemeente, product, None)
        except ActivationRefusedError as error:
            obstacles = "; ".join(obstacle.interpolate() for obstacle in error.obstacles)
            raise AssertionError(f"{product} cannot be switched on for {gemeente}: {obstacles}") from error
        self.dbsession.commit()

    def off(self, product: str, gemeente: str = AMSTERDAM) -> None:
        """Switch a product off; nothing happens when it is off already."""
        activations(self.app.registry).deactivate(self.dbsession, gemeente, product, None)
        self.dbsession.commit()


@pytest.fixture
def activation(app: Any, dbsession: Session) -> Activation:
    """``activation.on("voorbeeld")`` and ``activation.off("voorbeeld", gemeente="0384")``."""
    return Activation(app, dbsession)


SaveSettings = Callable[..., None]


@pytest.fixture
def save_settings(app: Any, dbsession: Session) -> SaveSettings:
    """``save_settings("voorbeeld", gemeente="0363", days=7)``: a new version of a product's settings.

    What is not named keeps the value that it has.

    :raises pydantic.ValidationError: the product's model does not allow a value.
    """
    return settings_saver(app, dbsession)


def settings_saver(app: Any, dbsession: Session) -> SaveSettings:
    """See the fixture ``save_settings``."""

    def save(product: str, gemeente: str = AMSTERDAM, **values: Any) -> None:
        store = app.registry["portaal.settings"]
        current = store.load(dbsession, gemeente, product)
        kept = {name: getattr(current.value, name) for name in type(current.value).model_fields}
        value = store.tabs[product].model.model_validate(kept | values)
        store.save(dbsession, gemeente, product, value, based_on=current.number, by=None)
        dbsession.commit()

    return save
