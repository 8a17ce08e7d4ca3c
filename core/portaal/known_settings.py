"""The names of the ini settings that the portal itself reads: the one list of them.

What each means stands in ``production.ini``. A plugin's settings begin with its own name, so they are none of these.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Any

PREFIXES = ("portaal.", "eherkenning.")
OF_A_PARTNER = (
    "url",
    "token",
    "client_certificate",
    "client_key",
    "client_subject",
    "ca_file",
    "timeout",
    "connector",
)
OF_THE_START_PAGE = ("werk_en_inkomen", "wmo_en_jeugdzorg", "centrale_voorziening", "schuldhulpverlening")
KNOWN = frozenset(
    {
        "portaal.allow_combined_roles",
        "portaal.audit_head",
        "portaal.check_migrations",
        "portaal.environment",
        "portaal.extra_hosts",
        "portaal.key_file",
        "portaal.listen",
        "portaal.log_level",
        "portaal.mail_directory",
        "portaal.mail_from",
        "portaal.monitor_networks",
        "portaal.networks",
        "portaal.operator_name",
        "portaal.processes",
        "portaal.processing_register",
        "portaal.proxy_secret",
        "portaal.public_url",
        "portaal.second_person",
        "portaal.security_email",
        "portaal.servicedesk_email",
        "portaal.servicedesk_phone",
        "portaal.smtp_host",
        "portaal.smtp_password_file",
        "portaal.smtp_port",
        "portaal.smtp_security",
        "portaal.smtp_username",
        "portaal.standaarden",
        "portaal.storage",
        "portaal.strict_plugins",
        "portaal.threads",
        "portaal.trusted_proxy",
        *(f"portaal.{partner}.{name}" for partner in ("vecozo", "cak", "ciz") for name in OF_A_PARTNER),
        "portaal.startpagina.tegels",
        *(f"portaal.startpagina.{kind}.{key}" for kind in ("adres", "tekst") for key in OF_THE_START_PAGE),
        "portaal.startpagina.adres.kto",
        "portaal.startpagina.adres.toegankelijkheidsverklaring",
        "eherkenning.ca_file",
        "eherkenning.certificate",
        "eherkenning.client_certificate",
        "eherkenning.client_key",
        "eherkenning.entity_id",
        "eherkenning.key",
        "eherkenning.makelaars",
        "eherkenning.next_certificate",
        "eherkenning.next_from",
        "eherkenning.next_key",
        "eherkenning.service_id",
        "eherkenning.service_name",
        "eherkenning.service_uuid",
    }
)


def unknown_settings(settings: Mapping[str, Any]) -> list[str]:
    """A text for each name that nothing would read, with the known one that looks like it.

    Only texts are looked at: an ini file has nothing else, and tests hand in what the portal makes of its settings.
    """
    return [
        _told(name)
        for name, value in sorted(settings.items())
        if name.startswith(PREFIXES) and name not in KNOWN and isinstance(value, str)
    ]


def _told(name: str) -> str:
    near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.75)
    return f"the portal has no setting {name}" + (f"; did you mean {near[0]}?" if near else "")
