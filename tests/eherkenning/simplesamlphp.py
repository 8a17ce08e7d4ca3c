"""SimpleSAMLphp as a makelaar: an implementation that is not ours, served by PHP's own server.

Debian's packages ``simplesamlphp php-cli php-xml php-mbstring php-sqlite3`` are all it needs. It checks our requests,
makes and signs the answers and keeps the artifacts. Only the identities it cannot encrypt: those are ours, put in raw.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3
from lxml import etree, html

from portaal.eherkenning.attributes import ACTING_SUBJECT, LEGAL_SUBJECT, SERVICE_ID, SERVICE_UUID
from portaal.eherkenning.metadata import HTTP_ARTIFACT, HTTP_POST, HTTP_REDIRECT
from portaal.simulators.makelaar.keys import new_pair, write_pair
from portaal.testing.eherkenning import SERVICE_UUID as OUR_UUID
from portaal.testing.eherkenning import SETTINGS, portal_keys
from portaal.testing.server import held_ports
from tests.eherkenning.forge import encrypted, name_id
from tests.eherkenning.hostile.content import KVK, PSEUDO

WWW = Path("/usr/share/simplesamlphp/www")
ENTITY_ID = "urn:etoegang:HM:00000099000000000003:entities:9000"
ACS = "http://localhost/eherkenning/acs"
PSEUDONYM = "5e" * 32 + "@" + "6f" * 16
KVK_NUMMER = "99000363"
START_SECONDS = 60


@dataclass
class SimpleSaml:
    """A running SimpleSAMLphp, and a browser's cookies for it."""

    url: str
    by_redirect: bool = False
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=60))
    cookies: dict[str, str] = field(default_factory=dict)

    def metadata(self) -> bytes:
        """Its own metadata, as a makelaar hands it out."""
        return self.pool.request("GET", f"{self.url}saml2/idp/metadata.php").data

    def answer(self, url: str, fields: Mapping[str, str] | None) -> tuple[str, dict[str, str]]:
        """Go there with a request of the portal, and follow until it sends the browser to the portal.

        :returns: the address, and the fields of the form that is posted there (none for a redirect).
        """
        method, body = ("GET", None) if fields is None else ("POST", urlencode(fields))
        for _ in range(10):
            headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            response = self.pool.request(method, url, body=body, headers=headers, redirect=False)
            for line in response.headers.getlist("Set-Cookie"):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            if response.status in (302, 303):
                url, method, body = response.headers["Location"], "GET", None
                if url.startswith(ACS):
                    return url, {}
                continue
            page = html.fromstring(response.data)
            (form,) = page.forms or [None]
            assert form is not None, page.text_content()[:2000]
            return form.action, {name: value for name, value in form.fields.items() if value is not None}
        raise AssertionError("SimpleSAMLphp keeps redirecting")


@contextmanager
def running(
    folder: Path, *, binding: str, encrypt: bool, level: str = "loa3", asked: Sequence[str] = (HTTP_POST, HTTP_REDIRECT)
) -> Iterator[SimpleSaml]:
    """SimpleSAMLphp with a configuration of its own.

    :param binding: how it answers, HTTP_ARTIFACT or HTTP_POST.
    :param encrypt: whether it encrypts the whole assertion.
    :param asked: how it may be asked.
    """
    if not WWW.is_dir() or shutil.which("php") is None:
        message = "no SimpleSAMLphp: install Debian's simplesamlphp php-cli php-xml php-mbstring php-sqlite3"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with ExitStack() as stack:
        [port] = stack.enter_context(held_ports(1))
        url = f"http://127.0.0.1:{port}/"
        _configure(folder, url, binding=binding, encrypt=encrypt, level=level, asked=asked)
        log = stack.enter_context((folder / "php.log").open("wb"))
        process = subprocess.Popen(
            ["php", "-S", f"127.0.0.1:{port}", "-t", str(WWW)],
            stdout=log,
            stderr=log,
            env=os.environ | {"SIMPLESAMLPHP_CONFIG_DIR": str(folder)},
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        _wait_for(port, process)
        saml = SimpleSaml(url, HTTP_POST not in asked)
        stack.callback(saml.pool.clear)
        yield saml


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("PHP's server did not start")


def _configure(folder: Path, url: str, *, binding: str, encrypt: bool, level: str, asked: Sequence[str]) -> None:
    for name in ("cert", "log", "data", "tmp", "metadata", "attributemap"):
        (folder / name).mkdir(parents=True)
    write_pair(new_pair("simplesamlphp"), folder / "cert", "makelaar")
    _php(
        folder / "config.php",
        "config",
        {
            "baseurlpath": url,
            "certdir": f"{folder}/cert/",
            "loggingdir": f"{folder}/log/",
            "datadir": f"{folder}/data/",
            "tempdir": str(folder / "tmp"),
            "metadatadir": f"{folder}/metadata/",
            "attributenamemapdir": f"{folder}/attributemap/",
            "timezone": "UTC",
            "logging.handler": "file",
            "logging.level": 7,
            "secretsalt": "only-for-this-test",
            "auth.adminpassword": "only-for-this-test",
            "technicalcontact_email": "test@portaal.example",
            "enable.saml20-idp": True,
            "showerrors": True,
            "errorreporting": True,
            "module.enable": {"exampleauth": True, "core": True, "saml": True},
            "session.cookie.secure": False,
            "session.cookie.samesite": None,
            "language.cookie.secure": False,
            "store.type": "sql",
            "store.sql.dsn": f"sqlite:{folder}/data/store.sqlite",
            "metadata.sources": [{"type": "flatfile"}],
        },
    )
    _php(folder / "authsources.php", "config", {"somebody": {"0": "exampleauth:StaticSource", **_attributes()}})
    _php(
        folder / "metadata" / "saml20-idp-hosted.php",
        "metadata",
        {
            ENTITY_ID: {
                "host": "__DEFAULT__",
                "privatekey": "makelaar.key",
                "certificate": "makelaar.crt",
                "auth": "somebody",
                "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "saml20.sendartifact": True,
                "saml20.sign.response": True,
                "saml20.sign.assertion": True,
                "SingleSignOnServiceBinding": list(asked),
                "validate.authnrequest": True,
                "authproc": {
                    "50": {
                        "class": "saml:AuthnContextClassRef",
                        "AuthnContextClassRef": f"urn:etoegang:core:assurance-class:{level}",
                    }
                },
            }
        },
    )
    _php(
        folder / "metadata" / "saml20-sp-remote.php",
        "metadata",
        {
            SETTINGS["eherkenning.entity_id"]: {
                "AssertionConsumerService": [
                    {"index": 1, "isDefault": True, "Binding": HTTP_ARTIFACT, "Location": ACS},
                    {"index": 2, "Binding": HTTP_POST, "Location": ACS},
                ]
                if binding == HTTP_POST
                else [{"index": 1, "isDefault": True, "Binding": HTTP_ARTIFACT, "Location": ACS}],
                "certData": _certificate(),
                "validate.authnrequest": True,
                "redirect.validate": True,
                "assertion.encryption": encrypt,
                "sharedkey_algorithm": "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
                "attributeencodings": {LEGAL_SUBJECT: "raw", ACTING_SUBJECT: "raw"},
                "NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            }
        },
    )


def _certificate() -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    lines = portal_keys().certificate.public_bytes(Encoding.PEM).decode().splitlines()
    return "".join(lines[1:-1])


def _attributes() -> dict[str, Any]:
    return {
        SERVICE_ID: [SETTINGS["eherkenning.service_id"]],
        SERVICE_UUID: [OUR_UUID],
        LEGAL_SUBJECT: [etree.tostring(encrypted(name_id(KVK, KVK_NUMMER))).decode()],
        ACTING_SUBJECT: [etree.tostring(encrypted(name_id(PSEUDO, PSEUDONYM))).decode()],
    }


def _php(path: Path, variable: str, value: Any) -> None:
    """A PHP file that sets a variable to this value."""
    (path.parent / f"{path.name}.json").write_text(json.dumps(value))
    path.write_text(f"<?php ${variable} = json_decode(file_get_contents(__FILE__ . '.json'), true);\n")
