"""Message traffic: the toolkit that any product can use. A product says which messages, this says how."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    # Imported here: the gate and the envelope are used from the shell, without a web application.
    from portaal.berichtenverkeer.cleaning import cleaning_job
    from portaal.berichtenverkeer.delivery.connectors import connectors_from
    from portaal.berichtenverkeer.receiving.callers import Callers
    from portaal.berichtenverkeer.standard.official import OfficialSchemas, folder_from
    from portaal.berichtenverkeer.storage import FilePayloadStore
    from portaal.berichtenverkeer.tracking.deadlines import overdue_job
    from portaal.configuration import UnsafeConfigurationError
    from portaal.web.i18n import _
    from portaal.web.server import LARGEST_READ_PAST

    settings = config.registry.settings
    if not settings.get("portaal.storage"):
        raise UnsafeConfigurationError("set portaal.storage: the folder where encrypted messages are kept")
    folder = Path(settings["portaal.storage"])
    config.registry["portaal.payloads"] = FilePayloadStore(folder, config.registry["portaal.keyring"])
    config.registry["portaal.official_schemas"] = OfficialSchemas(folder_from(settings))
    config.registry["portaal.connectors"] = connectors_from(settings)
    config.registry["portaal.callers"] = Callers.from_settings(settings)
    config.add_body_limit("/aanleveren", LARGEST_READ_PAST)  # the page itself says that it is too much
    config.add_body_limit("/bekijken", LARGEST_READ_PAST)
    config.add_job(cleaning_job(config.registry))
    config.add_job(overdue_job())
    config.add_audit_titles(
        {
            "message.receive": _("Received a message from a partner"),
            "message.submit": _("Delivered messages"),
            "message.download": _("Downloaded a message"),
            "message.export": _("Downloaded the list of messages"),
            "message.look": _("Looked at a file of one's own"),
            "message.view": _("Looked at the content of a message"),
            "message.reveal_bsn": _("Had the BSNs in a message shown"),
            "message.process": _("Marked a message as processed"),
        }
    )
    config.include("portaal.berichtenverkeer.receiving.views")
