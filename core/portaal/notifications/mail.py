"""Sending mail: over SMTP, or as files in a folder in development."""

from __future__ import annotations

import os
import smtplib
import ssl
import uuid
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol

from portaal.configuration import LOOPBACK, UnsafeConfigurationError

TIMEOUT = 10  # seconds
SECURITY = ("starttls", "tls", "none")


class Mailer(Protocol):
    """Whatever can send a mail."""

    def send(self, message: EmailMessage) -> None:
        """Hand the mail over.

        :raises OSError: it was not taken (``smtplib.SMTPException`` is one).
        """


class SmtpMailer:
    """Sends through an SMTP server."""

    def __init__(self, host: str, port: int, security: str, username: str = "", password: str = "") -> None:
        self.host, self.port, self.security = host, port, security
        self._username, self._password = username, password

    def send(self, message: EmailMessage) -> None:
        with self._connect() as connection:
            if self.security == "starttls":
                connection.starttls(context=ssl.create_default_context())
            if self._username:
                connection.login(self._username, self._password)
            connection.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)


class FolderMailer:
    """Writes each mail as an ``.eml`` file, which any mail program opens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{uuid.uuid4()}"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(bytes(message))
        unfinished.rename(self.folder / f"{uuid.uuid4()}.eml")


def make_mailer(settings: dict[str, Any]) -> Mailer | None:
    """The mailer that the ini settings ask for; None where mail is not set up.

    ``portaal.smtp_host`` with ``smtp_port``, ``smtp_security`` (starttls, tls or none), ``smtp_username`` and
    ``smtp_password_file``; or, not in production, ``portaal.mail_directory``.

    :raises UnsafeConfigurationError: mail would go over the network unprotected, or the settings do not fit.
    """
    host = settings.get("portaal.smtp_host", "")
    folder = settings.get("portaal.mail_directory", "")
    if host:
        security = settings.get("portaal.smtp_security", "starttls")
        if security not in SECURITY:
            raise UnsafeConfigurationError(f"portaal.smtp_security must be one of {', '.join(SECURITY)}")
        if security == "none" and host not in LOOPBACK:
            raise UnsafeConfigurationError("portaal.smtp_security = none is only for a mail server on this machine")
        port = int(settings.get("portaal.smtp_port", 465 if security == "tls" else 587))
        password_file = settings.get("portaal.smtp_password_file", "")
        password = Path(password_file).read_text(encoding="utf-8").strip() if password_file else ""
        return SmtpMailer(host, port, security, settings.get("portaal.smtp_username", ""), password)
    if folder:
        if settings["portaal.environment"] == "production":
            raise UnsafeConfigurationError("portaal.mail_directory is not for production: set portaal.smtp_host")
        return FolderMailer(Path(folder))
    return None
