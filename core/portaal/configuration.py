"""The ini settings: defaults, and refusing to start with what production does not allow (ASVS 13.4.2, 15.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from portaal.keyring import Keyring
from portaal.known_settings import unknown_settings

if TYPE_CHECKING:
    from pyramid.config import Configurator

ENVIRONMENTS = ("development", "kto", "production")
DEVELOPMENT_ONLY = (
    "pyramid.debug_all",
    "pyramid.debug_authorization",
    "pyramid.reload_all",
    "pyramid.reload_templates",
)
PROXY = "portaal.trusted_proxy"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
DEFAULTS = {
    "portaal.environment": "production",
    "portaal.operator_name": "Stichting Inlichtingenbureau",
    "portaal.servicedesk_phone": "",
    "portaal.servicedesk_email": "",
    "portaal.strict_plugins": "false",
    "portaal.check_migrations": "true",
    "portaal.allow_combined_roles": "false",
    "portaal.second_person": "true",
}
SWITCHES = tuple(name for name, value in DEFAULTS.items() if value in {"true", "false"})
COUNTS = ("portaal.processes", "portaal.threads")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
REQUIRED = {
    "sqlalchemy.url": "the address of the database",
    "portaal.public_url": "the address people reach the portal at, such as https://portaal.example.org",
    "portaal.key_file": "the file with the portal's keys (make one with 'portaal sleutels nieuw')",
}


class UnsafeConfigurationError(Exception):
    """The portal will not start with these settings. The text names the setting and what to do."""


def check(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings with defaults filled in.

    :raises UnsafeConfigurationError: one is missing, or not known or not allowed in this environment.
    """
    complete = DEFAULTS | settings
    for name, meaning in REQUIRED.items():
        if not complete.get(name):
            raise UnsafeConfigurationError(f"set {name}: {meaning}")
    _check_values(complete)
    environment = complete["portaal.environment"]
    if environment not in ENVIRONMENTS:
        raise UnsafeConfigurationError(f"portaal.environment must be one of {', '.join(ENVIRONMENTS)}")
    address = urlsplit(complete["portaal.public_url"])
    development = environment == "development"
    local = development and address.scheme == "http" and address.hostname in LOOPBACK
    if address.scheme != "https" and not local:
        raise UnsafeConfigurationError(
            "portaal.public_url must begin with https:// (http only in development, on this machine's own address)"
        )
    if not development:
        if unknown := unknown_settings(complete):
            raise UnsafeConfigurationError("\n".join(unknown))
        _check_proxy(complete.get(PROXY, ""))
        for name in DEVELOPMENT_ONLY:
            if str(complete.get(name, "")).lower() in {"true", "1", "yes", "on"}:
                raise UnsafeConfigurationError(f"{name} is for development only: remove it")
        if any("debugtoolbar" in str(value) for value in complete.values()):
            raise UnsafeConfigurationError("pyramid_debugtoolbar is for development only: remove it")
    complete["portaal.public_url"] = complete["portaal.public_url"].rstrip("/")
    return complete


def _check_values(settings: Mapping[str, Any]) -> None:
    """A value that would be read as another than was meant."""
    for name in SWITCHES:
        if settings[name] not in {"true", "false"}:
            raise UnsafeConfigurationError(f"{name} is {settings[name]!r}: write true or false")
    for name in COUNTS:
        number = str(settings.get(name, "1"))
        if not (number.isdecimal() and int(number)):
            raise UnsafeConfigurationError(f"{name} is {number!r}: write a whole number of at least 1")
    if settings.get("portaal.log_level", "INFO") not in LOG_LEVELS:
        raise UnsafeConfigurationError(f"portaal.log_level must be one of {', '.join(LOG_LEVELS)}")


def _check_proxy(address: str) -> None:
    """Without it every visitor has the proxy's address; with ``*`` a visitor chooses one."""
    try:
        ip_address(address)
    except ValueError as error:
        raise UnsafeConfigurationError(
            f"set {PROXY}: the one address that the front proxy, which ends TLS, comes from, such as 127.0.0.1"
        ) from error


def includeme(config: Configurator) -> None:
    settings = config.registry.settings
    config.registry["portaal.keyring"] = settings.get("portaal.keyring") or Keyring.from_file(
        Path(settings["portaal.key_file"])
    )
