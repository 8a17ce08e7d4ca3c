"""The pages with which people deliver, find and fetch messages: the same for every product that has traffic.

A product's hooks return what these functions give, and the pages are its own: under its address, with its permissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portaal.access.models import Role
from portaal.access.permissions import Permission
from portaal.plugins.contract import MenuEntry, Tile
from portaal.web.i18n import _

if TYPE_CHECKING:
    from portaal.plugins.configurator import PluginConfigurator

TEMPLATES = "portaal:templates/berichtenverkeer"


def message_permissions(product: str) -> tuple[Permission, ...]:
    """What a Gebruiker of the product may do with messages (R-81, R-82); nobody else may (R-88)."""
    return (
        Permission(f"{product}:bericht:aanleveren", _("Deliver messages"), (Role.GEBRUIKER,), group=_("Messages")),
        Permission(
            f"{product}:bericht:bekijken", _("See where messages stand"), (Role.GEBRUIKER,), group=_("Messages")
        ),
        Permission(f"{product}:bericht:downloaden", _("Download messages"), (Role.GEBRUIKER,), group=_("Messages")),
    )


def message_menu() -> tuple[MenuEntry, ...]:
    """The menu entries of the pages."""
    return (
        MenuEntry("aanleveren", _("Deliver"), order=10),
        MenuEntry("berichten", _("Messages"), order=20),
        MenuEntry("bekijken", _("Look at a file"), order=30),
    )


def message_tiles(product: str) -> tuple[Tile, ...]:
    """What stands on the overview: what came in, what waits, what needs attention."""
    from portaal.berichtenverkeer.pages.tile import load

    return (
        Tile(
            "berichten",
            f"{product}:bericht:bekijken",
            f"{TEMPLATES}/tegel.jinja2",
            lambda request, gemeentecode: load(request, gemeentecode, product),
            order=10,
        ),
    )


def add_message_pages(config: PluginConfigurator) -> None:
    """Add the pages to a product. Its permissions must include those of :func:`message_permissions`."""
    from portaal.berichtenverkeer.pages import content, lists, message, preview, selection, upload

    product = config.plugin
    deliver, look, fetch = (f"{product}:bericht:{act}" for act in ("aanleveren", "bekijken", "downloaden"))
    config.add_route("aanleveren", "aanleveren")
    config.add_route("aanlevering", "aanleveringen/{submission_id}")
    config.add_route("berichten", "berichten")
    config.add_route("berichten-export", "berichten/export")
    config.add_route("berichten-download", "berichten/download")
    config.add_route("berichten-verwerkt", "berichten/verwerkt")
    config.add_route("statussen", "berichten/statussen")
    config.add_route("bericht", "berichten/{message_id}")
    config.add_route("bericht-inhoud", "berichten/{message_id}/inhoud")
    config.add_route("bericht-download", "berichten/{message_id}/download")
    config.add_route("bericht-verwerkt", "berichten/{message_id}/verwerkt")
    config.add_route("bekijken", "bekijken")

    config.add_view(
        upload.show_form,
        route="aanleveren",
        permission=deliver,
        request_method="GET",
        renderer=f"{TEMPLATES}/aanleveren.jinja2",
    )
    config.add_view(
        upload.receive_form,
        route="aanleveren",
        permission=deliver,
        request_method="POST",
        renderer=f"{TEMPLATES}/aanleveren.jinja2",
        checks_csrf_itself=True,
    )
    config.add_view(
        upload.show_result,
        route="aanlevering",
        permission=deliver,
        request_method="GET",
        renderer=f"{TEMPLATES}/aanlevering.jinja2",
    )
    config.add_view(
        lists.show_list,
        route="berichten",
        permission=look,
        request_method="GET",
        renderer=f"{TEMPLATES}/berichten.jinja2",
    )
    config.add_view(lists.export_list, route="berichten-export", permission=look, request_method="GET")
    config.add_view(selection.download_selection, route="berichten-download", permission=fetch, request_method="POST")
    config.add_view(
        selection.report_selection_processed, route="berichten-verwerkt", permission=fetch, request_method="POST"
    )
    config.add_view(
        lists.explain_states,
        route="statussen",
        permission=look,
        request_method="GET",
        renderer=f"{TEMPLATES}/statussen.jinja2",
    )
    config.add_view(
        message.show_message,
        route="bericht",
        permission=look,
        request_method="GET",
        renderer=f"{TEMPLATES}/bericht.jinja2",
    )
    config.add_view(message.download_payload, route="bericht-download", permission=fetch, request_method="POST")
    config.add_view(message.report_processed, route="bericht-verwerkt", permission=fetch, request_method="POST")
    config.add_view(
        content.show_content,
        route="bericht-inhoud",
        permission=fetch,
        request_method="GET",
        renderer=f"{TEMPLATES}/inhoud.jinja2",
    )
    config.add_view(
        content.show_bsns,
        route="bericht-inhoud",
        permission=fetch,
        request_method="POST",
        renderer=f"{TEMPLATES}/inhoud.jinja2",
    )
    config.add_view(
        preview.show_form,
        route="bekijken",
        permission=deliver,
        request_method="GET",
        renderer=f"{TEMPLATES}/bekijken.jinja2",
    )
    config.add_view(
        preview.show_file,
        route="bekijken",
        permission=deliver,
        request_method="POST",
        renderer=f"{TEMPLATES}/bekijken.jinja2",
        checks_csrf_itself=True,
    )
