"""What hooks return: frozen data that the core acts on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from translationstring import TranslationString

if TYPE_CHECKING:
    from pyramid.request import Request

API_VERSION = (1, 0)


@dataclass(frozen=True)
class PluginInfo:
    """What a plugin is.

    :param name: its one identifier: lower-case letters, digits and underscores, equal to its entry-point name.
    :param title: the product's name as people know it, e.g. ``iWmo``; a proper name, so not translated.
    :param description: one sentence for tiles and overviews.
    :param api: the version of ``portaal.api`` it was written for, as (major, minor).
    """

    name: str
    title: str
    description: TranslationString
    api: tuple[int, int]


@dataclass(frozen=True)
class MenuEntry:
    """A page of the product that stands in the menu of a gemeente, for those who may open it.

    :param route: the route's own name, without the plugin's prefix, e.g. ``berichten``.
    :param order: smaller stands first within the product.
    """

    route: str
    label: TranslationString
    order: int = 100


@dataclass(frozen=True)
class Tile:
    """A part of the overview page of a gemeente.

    :param name: unique within the plugin.
    :param permission: who sees it; one of the plugin's own permissions.
    :param template: asset spec of a Jinja2 template, rendered inside the product's card.
    :param load: called with the request and the gemeentecode; returns the template's variables.
    """

    name: str
    permission: str
    template: str
    load: Callable[[Request, str], Mapping[str, Any]]
    order: int = 100


@dataclass(frozen=True)
class SettingsTab:
    """The product's settings: one pydantic model with a default for every field.

    Fields take their label and hint from ``portaal.api.setting(...)``.
    """

    model: type[BaseModel]
    intro: TranslationString | None = None


@dataclass(frozen=True)
class Migrations:
    """The folder with the plugin's Alembic revisions and the metadata that they lead to."""

    directory: Path
    metadata: Any
