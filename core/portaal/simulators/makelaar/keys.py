"""Keys and certificates that sign for nobody: of the simulated makelaar and of the parties behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from portaal.eherkenning.parties import SIMULATED, KeyPair

BITS = 2048
DAYS = 825


def new_pair(name: str) -> KeyPair:
    """A key with a self-signed certificate in that name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, SIMULATED),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .sign(key, SHA256())
    )
    return KeyPair(key, certificate)


def write_pair(pair: KeyPair, folder: Path, name: str) -> None:
    """``<name>.key`` (readable by its owner only) and ``<name>.crt`` in PEM."""
    folder.mkdir(parents=True, exist_ok=True)
    key_file = folder / f"{name}.key"
    key_file.touch(mode=0o600)
    key_file.write_bytes(pair.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / f"{name}.crt").write_bytes(pair.certificate.public_bytes(Encoding.PEM))


def read_or_make_pair(folder: Path, name: str) -> KeyPair:
    """The pair of an earlier start, or a new one."""
    if not (folder / f"{name}.key").exists():
        write_pair(new_pair(name), folder, name)
    key = load_pem_private_key((folder / f"{name}.key").read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{name}.key is no RSA key")
    return KeyPair(key, x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes()))
