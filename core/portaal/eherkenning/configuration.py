"""The eHerkenning settings of the ini file.

::

    eherkenning.entity_id = urn:etoegang:DV:00000099000000001000:entities:9000
    eherkenning.service_id = urn:etoegang:DV:00000099000000001000:services:9050
    eherkenning.service_uuid = 6f6c8d1c-...
    eherkenning.service_name = inlichtingenbureau Knooppuntdiensten
    eherkenning.key = /etc/portaal/eherkenning.key
    eherkenning.certificate = /etc/portaal/eherkenning.crt
    eherkenning.makelaars = /etc/portaal/makelaars.toml

While the keys are changed also ``eherkenning.next_key``, ``eherkenning.next_certificate`` and
``eherkenning.next_from``, the moment from which the next key signs, such as ``2026-11-02T06:00:00+01:00``. For
makelaars that ask for a client certificate ``eherkenning.client_certificate`` and ``eherkenning.client_key``;
``eherkenning.ca_file`` names the trust store for reaching them when that is not the system's. The makelaars stand in
a file of their own, see :mod:`portaal.eherkenning.makelaars`.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from portaal.configuration import LOOPBACK, UnsafeConfigurationError
from portaal.eherkenning.artifact import ArtifactResolver
from portaal.eherkenning.expiry import warn
from portaal.eherkenning.makelaars import MakelaarsFileError, read_makelaars
from portaal.eherkenning.parties import MINIMUM_BITS, KeyPair, Makelaar, ServiceProvider
from portaal.eherkenning.provider import Eherkenning
from portaal.outbound import Endpoint, tls
from portaal.plugins.contract import Job

if TYPE_CHECKING:
    from pyramid.config import Configurator

NAME = "eherkenning"
ACS_PATH = "/eherkenning/acs"
CLIENT = "eherkenning.client_certificate"
OIN = "<OIN of 20 digits>"
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ENTITY_ID = re.compile(r"urn:etoegang:DV:[0-9]{20}:entities:[0-9]{1,4}")
SERVICE_ID = re.compile(r"urn:etoegang:DV:[0-9]{20}:services:[0-9]{1,5}")
SECONDS_OF_SKEW = 60


def service_provider(settings: Mapping[str, str]) -> ServiceProvider:
    """Ourselves, from the settings.

    :raises UnsafeConfigurationError: a setting is missing or a file cannot be used.
    """
    entity_id = _of_form(settings, "eherkenning.entity_id", ENTITY_ID, f"urn:etoegang:DV:{OIN}:entities:<index>")
    service_id = _of_form(settings, "eherkenning.service_id", SERVICE_ID, f"urn:etoegang:DV:{OIN}:services:<index>")
    keys = [_key_pair(settings, "")]
    if settings.get("eherkenning.next_key", "").strip():
        keys.append(_key_pair(settings, "next_"))
    return ServiceProvider(
        entity_id=entity_id,
        acs_url=settings["portaal.public_url"] + ACS_PATH,
        service_index=int(service_id.rpartition(":")[2]),
        service_id=service_id,
        service_uuid=_of_form(settings, "eherkenning.service_uuid", UUID, "a UUID"),
        service_name=_required(settings, "eherkenning.service_name"),
        provider_name=settings["portaal.operator_name"],
        keys=tuple(keys),
        next_from=_moment(settings, "eherkenning.next_from") if len(keys) > 1 else None,
        client_certificate=_certificate(settings, CLIENT) if settings.get(CLIENT, "").strip() else None,
        skew=SECONDS_OF_SKEW,
    )


def makelaars(settings: Mapping[str, str]) -> dict[str, Makelaar]:
    """The makelaars people can choose from, by entity id.

    :raises UnsafeConfigurationError: there is none, or one cannot be used or is not allowed here.
    """
    path = Path(_required(settings, "eherkenning.makelaars"))
    try:
        found = {makelaar.entity_id: makelaar for makelaar in read_makelaars(path)}
    except MakelaarsFileError as error:
        raise UnsafeConfigurationError(f"eherkenning.makelaars: {error}") from error
    if not found:
        raise UnsafeConfigurationError(f"eherkenning.makelaars: {path} names no makelaar, so nobody could log in")
    for makelaar in found.values():
        check_allowed(makelaar, settings["portaal.environment"])
    return found


def resolver(settings: Mapping[str, str]) -> ArtifactResolver:
    """What exchanges artifacts, with the certificates the settings name.

    :raises UnsafeConfigurationError: a file cannot be used.
    """
    pem = {name: _text(settings, name) for name in ("client_certificate", "client_key", "ca_file")}
    try:
        if any(pem.values()):  # reading the authorities of the system is for the first connection
            tls(Endpoint("", pem["client_certificate"], pem["client_key"], pem["ca_file"]))
    except (ValueError, ssl.SSLError) as error:
        raise UnsafeConfigurationError(
            "eherkenning.client_certificate, client_key or ca_file cannot be used for TLS"
        ) from error
    return ArtifactResolver(pem["client_certificate"], pem["client_key"], pem["ca_file"])


def _text(settings: Mapping[str, str], name: str) -> str:
    path = settings.get(f"eherkenning.{name}", "").strip()
    try:
        return Path(path).read_text(encoding="ascii") if path else ""
    except OSError as error:
        raise UnsafeConfigurationError(f"eherkenning.{name}: {path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnsafeConfigurationError(f"eherkenning.{name}: {path} is not in PEM") from error


def check_allowed(makelaar: Makelaar, environment: str) -> None:
    """Nobody who lets everybody in, and no address without TLS.

    :raises UnsafeConfigurationError: this makelaar cannot be used in this environment.
    """
    if environment == "production" and makelaar.is_simulated:
        raise UnsafeConfigurationError(f"{makelaar.display_name} is a simulated makelaar: it cannot let people in here")
    for address in map(urlsplit, makelaar.urls):
        local = environment == "development" and address.hostname in LOOPBACK
        if address.scheme != "https" and not local:
            raise UnsafeConfigurationError(f"{makelaar.display_name}: {address.geturl()} does not begin with https://")


def _required(settings: Mapping[str, str], name: str) -> str:
    value = settings.get(name, "").strip()
    if not value:
        raise UnsafeConfigurationError(f"set {name}: without it nobody can log in with eHerkenning")
    if not value.isprintable():
        raise UnsafeConfigurationError(f"{name} must be one line of plain text")
    return value


def _of_form(settings: Mapping[str, str], name: str, form: re.Pattern[str], shown: str) -> str:
    value = _required(settings, name)
    if not form.fullmatch(value):
        raise UnsafeConfigurationError(f"{name} must be {shown}, and not {value}")
    return value


def _moment(settings: Mapping[str, str], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_required(settings, name))
    except ValueError as error:
        raise UnsafeConfigurationError(f"{name} must be a moment, such as 2026-11-02T06:00:00+01:00") from error
    if moment.tzinfo is None:
        raise UnsafeConfigurationError(f"{name} needs a time zone, such as +01:00 at its end")
    return moment


def _key_pair(settings: Mapping[str, str], which: str) -> KeyPair:
    setting = f"eherkenning.{which}key"
    try:
        key = load_pem_private_key(_bytes(settings, setting), password=None)
    except (ValueError, TypeError) as error:
        raise UnsafeConfigurationError(
            f"{setting}: {settings[setting]} is no private key: it must be one in PEM, without a password"
        ) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < MINIMUM_BITS:
        raise UnsafeConfigurationError(
            f"{setting}: {settings[setting]} must be an RSA key of at least {MINIMUM_BITS} bits"
        )
    certificate = _certificate(settings, f"eherkenning.{which}certificate")
    if certificate.public_key() != key.public_key():
        raise UnsafeConfigurationError(f"eherkenning.{which}certificate does not belong to {setting}")
    return KeyPair(key, certificate)


def _certificate(settings: Mapping[str, str], setting: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_bytes(settings, setting))
    except ValueError as error:
        raise UnsafeConfigurationError(
            f"{setting}: {settings[setting]} is no certificate: it must be one in PEM"
        ) from error


def _bytes(settings: Mapping[str, str], setting: str) -> bytes:
    path = Path(_required(settings, setting))
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnsafeConfigurationError(f"{setting}: {path} cannot be read: {error.strerror}") from error


def includeme(config: Configurator) -> None:
    settings, registry = config.registry.settings, config.registry
    registry["eherkenning.provider"] = provider = service_provider(settings)
    registry["eherkenning.makelaars"] = found = makelaars(settings)
    config.add_login_provider(NAME, Eherkenning(provider, found, resolver(settings)).login_provider(), ACS_PATH)
    warn(registry)
    config.add_job(Job("eherkenning_certificates", lambda context: warn(registry), every=timedelta(days=1)))
