"""Logging in through a broker that speaks OpenID Connect, over real HTTP between the portal and the broker."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, KeySet, RSAKey
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from portaal import clock
from portaal.access.models import Account, LoginSession
from portaal.app import make_app
from portaal.audit import AuditEvent
from portaal.login.models import PendingLogin
from portaal.testing.application import Browser, app_settings
from portaal.testing.people import People
from portaal.testing.seed import seed
from portaal.testing.server import held_ports
from portaal_oidc.simulator.state import Simulator, new_key

from .conftest import ACCOUNTS, ANNA, PLUGIN, SECRET, Walk, write_brokers

OMAR = "omar.haddad@regio.example"


def heading(response: Any) -> str:
    return str(response.html.h1.get_text(strip=True))


def test_somebody_new_logs_in_and_goes_on_to_sign_up(walk: Walk, dbsession: Session) -> None:
    assert walk.log_in().location == "http://localhost/"
    assert walk.browser.get("/").location.endswith("/persoonlijke-instellingen")
    (account,) = dbsession.query(Account).all()
    assert account.issuer == walk.simulator.issuer
    assert account.organisation.kvk_nummer == "99000363"
    assert account.pseudonym == walk.simulator.people[ANNA].pseudonym
    (session,) = dbsession.query(LoginSession).all()
    assert session.level == "loa3"
    (line,) = dbsession.query(AuditEvent).filter_by(action="session.start").all()
    assert line.details == {"makelaar": walk.simulator.issuer, "level": "loa3"}


def test_somebody_who_was_here_before_goes_on_to_their_work(walk: Walk, people: People, dbsession: Session) -> None:
    account = people.new(("gebruiker", "iwmo"), gemeente="0363", pseudonym=walk.simulator.people[ANNA].pseudonym)
    account.issuer = walk.simulator.issuer
    dbsession.commit()
    walk.log_in()
    assert walk.browser.get("/").location == "http://localhost/g/0363/"
    assert dbsession.query(Account).count() == 1


def test_the_same_person_at_a_makelaar_is_somebody_else(walk: Walk, people: People, dbsession: Session) -> None:
    people.new(("gebruiker", "iwmo"), gemeente="0363", pseudonym=walk.simulator.people[ANNA].pseudonym)
    walk.log_in()
    assert dbsession.query(Account).count() == 2


def test_somebody_chooses_for_whom(walk: Walk, dbsession: Session) -> None:
    walk.log_in(OMAR, organisation="99000384")
    (account,) = dbsession.query(Account).all()
    assert account.organisation.kvk_nummer == "99000384"


def test_the_choice_stands_beside_the_makelaars(walk: Walk) -> None:
    page = walk.browser.get("/inloggen")
    names = [label.get_text(strip=True) for label in page.html.select("main form label")]
    assert names == ["Voorbeeldbroker", "Voorbeeldmakelaar"]
    assert walk.simulator.issuer in page.headers["Content-Security-Policy"]


def test_the_request_asks_for_a_fresh_login_and_proves_itself(walk: Walk, dbsession: Session) -> None:
    sent = walk.begin("en")
    asked = parse_qs(urlsplit(sent.location).query)
    assert all(len(values) == 1 for values in asked.values())
    found = {name: values[0] for name, values in asked.items()}
    assert found["prompt"] == "login"
    assert found["max_age"] == "0"
    assert found["ui_locales"] == "en"
    assert found["code_challenge_method"] == "S256"
    (waiting,) = dbsession.query(PendingLogin).all()
    assert set(waiting.remembered) == {"nonce", "verifier", "asked_at"}
    assert waiting.remembered["nonce"] == found["nonce"]
    assert waiting.remembered["verifier"] not in sent.location
    assert len(found["state"]) == len(found["nonce"]) == 43  # 256 bits in base64
    others = [parse_qs(urlsplit(walk.begin().location).query) for _ in range(20)]
    for name in ("state", "nonce", "code_challenge"):
        assert len({other[name][0] for other in others}) == 20


@pytest.mark.parametrize("kind", [rsa, ec])
def test_the_portal_may_be_known_by_a_key(walk_with: Callable[..., Walk], tmp_path: Path, kind: Any) -> None:
    key: Any = rsa.generate_private_key(65537, 2048) if kind is rsa else ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "ours.pem").write_bytes(pem)
    walk = walk_with(client_secret="", client_key='"ours.pem"')
    walk.simulator.client_keys = KeySet([(RSAKey if kind is rsa else ECKey).import_key(pem)])
    assert walk.log_in().status_int == 303
    assert walk.log_in().status_int == 303
    walk.simulator.client_keys = KeySet([new_key()])
    assert heading(walk.log_in()) == "Het inloggen is bij de makelaar niet gelukt"


def test_a_broker_that_renews_its_key_is_looked_up_again(walk: Walk) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        assert walk.log_in().status_int == 303
        before, walk.simulator.signing_key = walk.simulator.signing_key, new_key()
        try:
            assert heading(walk.log_in()) == "Het inloggen is niet gelukt"  # looked just now
            traveller.shift(timedelta(minutes=2))
            assert walk.log_in().status_int == 303
        finally:
            walk.simulator.signing_key = before
            traveller.shift(timedelta(minutes=2))
            walk.log_in()


def test_claims_have_the_names_that_the_operator_gives(walk_with: Callable[..., Walk], dbsession: Session) -> None:
    walk = walk_with('pseudonym = "nonce"\nlevel = "acr"')
    walk.log_in()
    (account,) = dbsession.query(Account).all()
    assert account.pseudonym != walk.simulator.people[ANNA].pseudonym


def test_a_mandate_for_a_branch_and_an_intermediary_are_passed_on(
    walk_with: Callable[..., Walk], dbsession: Session
) -> None:
    walk = walk_with('branch = "vestiging"\nintermediary = "tussenpersoon"')
    walk.simulator.more = {"vestiging": "000012345678", "tussenpersoon": "99000384"}
    walk.log_in()
    (line,) = dbsession.query(AuditEvent).filter_by(action="session.start").all()
    assert (line.details["branch"], line.details["intermediary"]) == ("000012345678", "99000384")


@pytest.mark.parametrize("more", [{"vestiging": "1"}, {"vestiging": 12345678}, {"tussenpersoon": ["99000384"]}])
def test_a_limit_that_cannot_be_read_lets_nobody_in(
    walk_with: Callable[..., Walk], dbsession: Session, more: dict[str, Any]
) -> None:
    walk = walk_with('branch = "vestiging"\nintermediary = "tussenpersoon"')
    walk.simulator.more = more
    assert heading(walk.log_in()) == "Het inloggen is niet gelukt"
    assert dbsession.query(LoginSession).count() == 0


# ---- one answer, one request, one browser


def test_a_return_is_worth_nothing_the_second_time(walk: Walk, dbsession: Session) -> None:
    location = walk.authenticate(walk.begin())
    assert walk.back(location).status_int == 303
    assert heading(walk.back(location)) == "Dit inloggen is niet hier begonnen"
    assert dbsession.query(LoginSession).count() == 1


def test_a_code_is_worth_nothing_in_another_request(walk: Walk, dbsession: Session) -> None:
    """Somebody lures another's browser to their own code, with the state of that browser: PKCE does not fit."""
    attackers = parse_qs(urlsplit(walk.authenticate(walk.begin())).query)
    victims = walk.authenticate(walk.begin())
    code = parse_qs(urlsplit(victims).query)["code"][0]
    response = walk.back(victims.replace(code, attackers["code"][0]))
    assert heading(response) == "Het inloggen is bij de makelaar niet gelukt"
    assert dbsession.query(LoginSession).count() == 0


def test_a_used_code_is_worth_nothing(walk: Walk, dbsession: Session) -> None:
    first = walk.authenticate(walk.begin())
    code = parse_qs(urlsplit(first).query)["code"][0]
    assert walk.back(first).status_int == 303
    second = walk.authenticate(walk.begin())
    response = walk.back(second.replace(parse_qs(urlsplit(second).query)["code"][0], code))
    assert heading(response) == "Het inloggen is bij de makelaar niet gelukt"


def test_a_return_means_nothing_in_another_browser(walk: Walk, dbsession: Session) -> None:
    location = walk.authenticate(walk.begin())
    walk.browser.reset()
    assert heading(walk.back(location)) == "Dit inloggen is niet hier begonnen"
    walk.browser.get("/inloggen")
    assert heading(walk.back(location)) == "Dit inloggen is niet hier begonnen"
    assert dbsession.query(LoginSession).count() == 0


def test_a_return_that_took_too_long_is_refused(walk: Walk) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        sent = walk.begin()
        traveller.shift(timedelta(minutes=30, seconds=1))
        assert heading(walk.back(walk.authenticate(sent))) == "Het inloggen duurde te lang"


def test_a_restart_and_two_nodes(broker: Simulator, fresh_database: Engine, tmp_path: Path) -> None:
    with Session(fresh_database) as dbsession:
        seed(dbsession)
        dbsession.commit()
    own = {"portaal.engine": fresh_database, "portaal.session_options": {}, "portaal.reading_session_options": {}}
    settings = app_settings(tmp_path) | own | {"oidc.brokers": str(write_brokers(tmp_path, broker.issuer))}
    one, other = (Walk(broker, Browser(make_app(settings, PLUGIN))) for _ in range(2))
    location = one.authenticate(one.begin())
    other.browser.set_cookie("portaal", one.browser.cookies["portaal"])
    assert other.back(location).status_int == 303
    assert heading(one.back(location)) == "Deze login is al gebruikt"


def test_with_the_broker_as_a_process_of_its_own(open_portal: Callable[[Any], Browser], tmp_path: Path) -> None:
    """The pages of the broker over HTTP as well."""
    with held_ports(1) as [port]:
        with_the_broker_at(port, open_portal, tmp_path)


def with_the_broker_at(port: int, open_portal: Callable[[Any], Browser], tmp_path: Path) -> None:
    file = write_brokers(tmp_path, f"http://localhost:{port}")
    command = [sys.executable, "-m", "portaal_oidc.simulator", "--port", str(port), "--portal", "http://localhost"]
    command += ["--accounts", str(ACCOUNTS), "--client-id", "portaal:zorg"]
    command += ["--client-secret-file", str(tmp_path / "oidc.secret")]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "--development" in refused.stderr
    process = subprocess.Popen([*command, "--development"])
    try:
        _wait_for(f"http://localhost:{port}/jwks")
        app = make_app(app_settings(tmp_path) | {"oidc.brokers": str(file)}, PLUGIN)
        app.registry["portaal.engine"].dispose()
        simulator = Simulator(f"http://localhost:{port}", "portaal:zorg", "", {}, SECRET)
        walk = Walk(simulator, open_portal(app))
        sent = walk.begin()
        with urlopen(sent.location) as page:  # noqa: S310 - of this machine
            assert "Gesimuleerde broker" in page.read().decode()
        data = f"person={ANNA}&answer=normal&organisation=".encode()
        assert _location(sent.location, data).startswith("http://localhost/inloggen/terug/oidc?")
        assert walk.back(_location(sent.location, data)).status_int == 303
    finally:
        process.terminate()
        process.wait()


def _location(url: str, data: bytes) -> str:
    from http.client import HTTPConnection

    address = urlsplit(url)
    connection = HTTPConnection(address.netloc, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", f"{address.path}?{address.query}", data, headers)
    location = connection.getresponse().headers["Location"]
    connection.close()
    return location


def _wait_for(url: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urlopen(url).close()  # noqa: S310 - of this machine
        except OSError:
            assert time.monotonic() < until
            time.sleep(0.1)
        else:
            return
