"""The eHerkenning settings of the ini file.

::

    eherkenning.entity_id = urn:etoegang:DV:00000099000000001000:entities:9000
    eherkenning.service_id = urn:etoegang:DV:00000099000000001000:services:9050
    eherkenning.service_uuid = 6f6c8d1c-...
    eherkenning.service_name = inlichtingenbureau Knooppuntdiensten
    eherkenning.key = /etc/portaal/eherkenning.key
    eherkenning.certificate = /etc/portaal/eherkenning.crt
    eherkenning.next_certificate =
    eherkenning.makelaars =
        /etc/portaal/makelaars/voorbeeld.xml | Voorbeeldmakelaar | text/xml

A makelaar is a file with its metadata, the name people know it by, and the content type of its artifact service.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from portaal.configuration import UnsafeConfigurationError
from portaal.eherkenning.artifact import ArtifactResolver
from portaal.eherkenning.metadata import MetadataError, read_makelaar
from portaal.eherkenning.parties import KeyPair, Makelaar, ServiceProvider

if TYPE_CHECKING:
    from pyramid.config import Configurator

ACS_PATH = "/eherkenning/acs"
SIMULATED = "urn:etoegang:HM:00000099"
SECONDS_OF_SKEW = 60


def service_provider(settings: dict[str, str]) -> ServiceProvider:
    """Ourselves, from the settings.

    :raises UnsafeConfigurationError: a setting is missing or a file cannot be used.
    """
    service_id = _required(settings, "eherkenning.service_id")
    next_file = settings.get("eherkenning.next_certificate", "").strip()
    return ServiceProvider(
        entity_id=_required(settings, "eherkenning.entity_id"),
        acs_url=settings["portaal.public_url"] + ACS_PATH,
        service_index=int(service_id.rpartition(":")[2]),
        service_id=service_id,
        service_uuid=_required(settings, "eherkenning.service_uuid"),
        service_name=_required(settings, "eherkenning.service_name"),
        provider_name=settings["portaal.operator_name"],
        keys=(_key_pair(settings),),
        next_certificate=_certificate(Path(next_file)) if next_file else None,
        skew=SECONDS_OF_SKEW,
    )


def makelaars(settings: dict[str, str]) -> dict[str, Makelaar]:
    """The makelaars people can choose from, by entity id.

    :raises UnsafeConfigurationError: there is none, or its metadata cannot be used or is not allowed here.
    """
    found = {}
    for line in filter(None, map(str.strip, settings.get("eherkenning.makelaars", "").splitlines())):
        file, _, rest = (part.strip() for part in line.partition("|"))
        name, _, content_type = (part.strip() for part in rest.partition("|"))
        try:
            makelaar = read_makelaar(Path(file).read_bytes(), name or file, content_type or "text/xml")
        except (OSError, MetadataError) as error:
            raise UnsafeConfigurationError(f"eherkenning.makelaars, {file}: {error}") from error
        _check_allowed(makelaar, settings["portaal.environment"])
        found[makelaar.entity_id] = makelaar
    if not found:
        raise UnsafeConfigurationError("eherkenning.makelaars: name the metadata of at least one makelaar")
    return found


def _check_allowed(makelaar: Makelaar, environment: str) -> None:
    if environment == "development":
        return
    if makelaar.entity_id.startswith(SIMULATED) and environment == "production":
        raise UnsafeConfigurationError(f"{makelaar.entity_id} is a simulated makelaar: it cannot let people in here")
    for url in (makelaar.artifact_url, *makelaar.sso_urls.values()):
        if urlsplit(url).scheme != "https":
            raise UnsafeConfigurationError(f"{makelaar.display_name}: {url} does not begin with https://")


def _required(settings: dict[str, str], name: str) -> str:
    value = settings.get(name, "").strip()
    if not value:
        raise UnsafeConfigurationError(f"set {name}: without it nobody can log in with eHerkenning")
    return value


def _key_pair(settings: dict[str, str]) -> KeyPair:
    path = Path(_required(settings, "eherkenning.key"))
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise UnsafeConfigurationError(f"eherkenning.key: {path} is no readable private key") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < 2048:
        raise UnsafeConfigurationError(f"eherkenning.key: {path} must be an RSA key of at least 2048 bits")
    certificate = _certificate(Path(_required(settings, "eherkenning.certificate")))
    if certificate.public_key() != key.public_key():
        raise UnsafeConfigurationError("eherkenning.certificate does not belong to eherkenning.key")
    return KeyPair(key, certificate)


def _certificate(path: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UnsafeConfigurationError(f"{path} is no readable certificate") from error


def includeme(config: Configurator) -> None:
    settings = config.registry.settings
    config.registry["eherkenning.provider"] = service_provider(settings)
    config.registry["eherkenning.makelaars"] = found = makelaars(settings)
    client = settings.get("eherkenning.client_certificate", "").strip()
    config.registry["eherkenning.resolver"] = ArtifactResolver(
        client_certificate=(client, settings["eherkenning.client_key"]) if client else None,
        ca_file=settings.get("eherkenning.ca_file") or None,
    )
    config.registry["portaal.form_targets"] = tuple(
        sorted({"{0.scheme}://{0.netloc}".format(urlsplit(url)) for m in found.values() for url in m.sso_urls.values()})
    )
