"""Mails about notices: sent apart from the request, tried again, and without anything about anybody."""

from __future__ import annotations

import itertools
import smtplib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account
from portaal.configuration import UnsafeConfigurationError
from portaal.notifications.mail import FolderMailer, SmtpMailer, make_mailer
from portaal.notifications.models import Notification, NotificationKind
from portaal.notifications.outbox import WORTHLESS_AFTER, Sender, mail_job, send_due_mails
from portaal.notifications.service import notify
from portaal.testing.people import People
from portaal.testing.seed import seed
from portaal.testing.server import held_ports

SENDER = Sender("portaal@portaal.example", "https://portaal.example")


class Recorder:
    """A mailer that keeps what it was given, or fails."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.failure: OSError | None = None

    def send(self, message: EmailMessage) -> None:
        if self.failure:
            raise self.failure
        self.messages.append(message)


@pytest.fixture
def people(fresh_database: Engine) -> Iterator[People]:
    with Session(fresh_database, expire_on_commit=False) as dbsession:
        seed(dbsession)
        dbsession.commit()
        yield People(dbsession, itertools.count(1))
        dbsession.rollback()


@pytest.fixture
def reader(people: People) -> Account:
    return people.new(email="lezer@gemeente.example")


@pytest.fixture
def newcomer(people: People) -> Account:
    return people.new(verified=False, voornaam="Nina", achternaam="Nieuw", email="nina@gemeente.example")


def give(people: People, reader: Account, newcomer: Account, number: int = 1) -> None:
    for _ in range(number):
        notify(people.dbsession, [reader], NotificationKind.NIEUWE_AANMELDING, account=newcomer.id,
               gemeentecode="0363")  # fmt: skip
    people.dbsession.commit()


def test_a_mail_points_to_the_notice_and_holds_nothing_about_anybody(
    fresh_database: Engine, people: People, reader: Account, newcomer: Account
) -> None:
    give(people, reader, newcomer)
    mailer = Recorder()
    assert send_due_mails(fresh_database, mailer, SENDER) == 1
    (message,) = mailer.messages
    assert message["To"] == "lezer@gemeente.example"
    assert message["From"] == "Portaal Zorg <portaal@portaal.example>"
    assert message["Subject"] == "Portaal Zorg: er is een melding voor u"
    text = message.get_content()
    assert "Iemand heeft zich aangemeld als nieuwe gebruiker van uw gemeente." in text
    assert "Somebody registered as a new user of your gemeente." in text
    assert text.count("https://portaal.example/meldingen") == 2
    for personal in ("Nina", "Nieuw", "nina@", str(newcomer.id), "Amsterdam", "0363"):
        assert personal not in bytes(message).decode()


def test_a_mail_is_sent_once(fresh_database: Engine, people: People, reader: Account, newcomer: Account) -> None:
    give(people, reader, newcomer)
    mailer = Recorder()
    assert send_due_mails(fresh_database, mailer, SENDER) == 1
    assert send_due_mails(fresh_database, mailer, SENDER) == 0
    with Session(fresh_database) as dbsession:
        notice = dbsession.scalars(sa.select(Notification)).one()
        assert (notice.mail_due_at, notice.mail_attempts) == (None, 1)
        assert notice.mailed_at is not None


def test_a_mail_that_fails_goes_later_and_holds_up_no_other(
    fresh_database: Engine, people: People, reader: Account, newcomer: Account
) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        give(people, reader, newcomer, 2)
        mailer = Recorder()
        mailer.failure = smtplib.SMTPServerDisconnected("down")
        assert send_due_mails(fresh_database, mailer, SENDER) == 0
        mailer.failure = None
        assert send_due_mails(fresh_database, mailer, SENDER) == 0
        traveller.shift(timedelta(minutes=1))
        assert send_due_mails(fresh_database, mailer, SENDER) == 2


def test_after_three_days_a_mail_is_no_longer_worth_sending(
    fresh_database: Engine, people: People, reader: Account, newcomer: Account
) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        give(people, reader, newcomer)
        traveller.shift(WORTHLESS_AFTER)
        assert send_due_mails(fresh_database, Recorder(), SENDER) == 0


@pytest.mark.parametrize("change", [{"read_at": True}, {"ended_at": True}])
def test_no_mail_for_what_was_read_or_for_who_has_left(
    fresh_database: Engine, people: People, reader: Account, newcomer: Account, change: dict[str, bool]
) -> None:
    give(people, reader, newcomer)
    notice = people.dbsession.scalars(sa.select(Notification)).one()
    if "read_at" in change:
        notice.read_at = clock.now()
    else:
        reader.ended_at = clock.now()
    people.dbsession.commit()
    assert send_due_mails(fresh_database, Recorder(), SENDER) == 0


def test_two_workers_send_each_mail_once(
    fresh_database: Engine, people: People, reader: Account, newcomer: Account
) -> None:
    give(people, reader, newcomer, 20)
    mailer = Recorder()
    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(lambda _: send_due_mails(fresh_database, mailer, SENDER), range(2)))
    assert sum(sent) == 20
    assert len({message["Message-ID"] for message in mailer.messages}) == 20


def test_in_development_mails_are_files(tmp_path: Path) -> None:
    mailer = make_mailer({"portaal.environment": "development", "portaal.mail_directory": str(tmp_path / "mail")})
    assert isinstance(mailer, FolderMailer)
    message = EmailMessage()
    message["Subject"] = "Één"
    message.set_content("Hallo")
    mailer.send(message)
    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    assert message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] == "Één"


@pytest.mark.parametrize(
    "settings",
    [
        {"portaal.environment": "production", "portaal.mail_directory": "mail"},
        {"portaal.environment": "kto", "portaal.smtp_host": "mail.example", "portaal.smtp_security": "none"},
        {"portaal.environment": "development", "portaal.smtp_host": "mail.example", "portaal.smtp_security": "ssl3"},
    ],
)
def test_unsafe_mail_settings_stop_the_portal(settings: dict[str, str]) -> None:
    with pytest.raises(UnsafeConfigurationError):
        make_mailer(settings)


def test_without_settings_there_is_no_mail() -> None:
    assert make_mailer({"portaal.environment": "production"}) is None


class SmtpHandler(socketserver.StreamRequestHandler):
    """Just enough of an SMTP server to take a mail."""

    def handle(self) -> None:
        with suppress(ConnectionError):  # of who wants TLS and finds none, or hangs up
            self.converse()

    def converse(self) -> None:
        self.reply("220 here")
        while line := self.rfile.readline().decode(errors="replace").strip():
            verb = line.split()[0].upper()
            self.server.lines.append(line)  # type: ignore[attr-defined]  # the server of the fixture
            if verb == "DATA":
                self.reply("354 go on")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += self.rfile.readline()
                self.server.mails.append(body)  # type: ignore[attr-defined]
                self.reply("250 taken")
            elif verb == "QUIT":
                self.reply("221 bye")
                return
            else:
                self.reply("250 ok")

    def reply(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def smtp_server() -> Iterator[Any]:
    class Server(socketserver.ThreadingTCPServer):
        lines: list[str] = []  # noqa: RUF012  # one server per test
        mails: list[bytes] = []  # noqa: RUF012

    with Server(("127.0.0.1", 0), SmtpHandler) as server:
        server.lines, server.mails = [], []
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_mail_goes_over_smtp(smtp_server: Any) -> None:
    host, port = smtp_server.server_address
    settings = {"portaal.environment": "production", "portaal.smtp_host": host, "portaal.smtp_port": str(port),
                "portaal.smtp_security": "none"}  # fmt: skip
    mailer = make_mailer(settings)
    assert isinstance(mailer, SmtpMailer)
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = "a@b.example", "c@d.example", "Proef"
    message.set_content("Hallo")
    mailer.send(message)
    assert b"Subject: Proef" in smtp_server.mails[0]


def test_a_server_without_starttls_gets_no_mail(smtp_server: Any) -> None:
    host, port = smtp_server.server_address
    message = EmailMessage()
    message["To"], message["From"] = "a@b.example", "c@d.example"
    with pytest.raises(smtplib.SMTPNotSupportedError):
        SmtpMailer(host, port, "starttls").send(message)
    with pytest.raises((ssl.SSLError, OSError)):
        SmtpMailer(host, port, "tls").send(message)
    assert not smtp_server.mails


def test_a_server_that_is_down_is_an_os_error() -> None:
    with held_ports(1) as [port], pytest.raises(OSError, match="refused"):
        SmtpMailer("127.0.0.1", port, "none").send(EmailMessage())


def test_the_worker_sends_mails_of_the_portal(
    fresh_database: Engine, people: People, reader: Account, newcomer: Account
) -> None:
    class Registry(dict[str, Any]):
        settings: ClassVar[dict[str, str]] = {"portaal.public_url": "https://portaal.example"}

    give(people, reader, newcomer)
    mailer = Recorder()
    mail_job(Registry({"portaal.engine": fresh_database}), mailer).run(None)  # type: ignore[arg-type]  # not used
    assert mailer.messages[0]["From"] == "Portaal Zorg <noreply@portaal.example>"
