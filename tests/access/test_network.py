"""Only from Gemnet or Diginetwerk, where the operator says which networks those are (R-35)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from pyramid.exceptions import ConfigurationError
from pyramid.router import Router
from sqlalchemy.orm import Session

from portaal.access.models import LoginSession
from portaal.access.network import SETTING, NetworkPolicy
from portaal.audit import AuditEvent
from portaal.testing.application import Browser
from portaal.testing.makelaar import Walk

ANNA = "anna.degroot@amsterdam.example"
INSIDE, OUTSIDE = "10.20.0.5", "192.0.2.7"


@pytest.fixture
def closed(app: Router, monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal lets in 10.20.0.0/16 only."""
    monkeypatch.setitem(app.registry, SETTING, NetworkPolicy.from_setting("10.20.0.0/16 2001:db8:1::/48"))


def come_from(browser: Browser, address: str) -> Browser:
    browser.extra_environ["REMOTE_ADDR"] = address
    return browser


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.20.255.255", True), ("10.21.0.0", False), ("::ffff:10.20.0.1", True), ("::ffff:10.21.0.1", False),
        ("2001:db8:1::5", True), ("2001:db8:2::5", False), ("", False), (None, False), ("10.20.0.1, 8.8.8.8", False),
    ],
)  # fmt: skip
def test_who_is_inside(address: str | None, allowed: bool) -> None:
    assert NetworkPolicy.from_setting("10.20.0.0/16\n 2001:db8:1::/48").allows(address) is allowed


@pytest.mark.parametrize("text", ["", "*", " * "])
def test_without_networks_everybody_is_inside(text: str) -> None:
    assert NetworkPolicy.from_setting(text).allows(OUTSIDE)


@pytest.mark.parametrize("text", ["10.0.0.1/8", "diginetwerk", "10.0.0.0/33"])
def test_what_is_no_network_is_refused_at_the_start(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"portaal\.networks.*10\.0\.0\.0/8"):
        NetworkPolicy.from_setting(text)


@pytest.mark.usefixtures("closed")
def test_the_start_page_says_so_instead_of_offering_the_login(browser: Browser) -> None:
    outside = come_from(browser, OUTSIDE).get("/Inloggen-op-portals", status=200)
    assert "Vanaf het netwerk waar u nu op bent, kunt u niet inloggen." in outside.text
    assert "/inloggen" not in [link.get("href") for link in outside.html.select("main a")]
    inside = come_from(browser, INSIDE).get("/Inloggen-op-portals")
    assert "/inloggen" in [link.get("href") for link in inside.html.select("main a")]


@pytest.mark.usefixtures("closed")
def test_a_login_from_outside_ends_with_an_explanation(walk: Walk, dbsession: Session) -> None:
    come_from(walk.browser, OUTSIDE)
    refused = walk.log_in(ANNA)
    assert refused.status_int == 403
    assert "Portaal Zorg werkt alleen via Gemnet of Diginetwerk." in refused.text
    assert dbsession.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 0
    line = dbsession.scalars(sa.select(AuditEvent).where(AuditEvent.action == "session.start")).one()
    assert (line.outcome, line.details["reason"], line.address) == ("denied", "outside_network", OUTSIDE)


@pytest.mark.usefixtures("closed")
def test_a_login_from_inside_works(walk: Walk) -> None:
    come_from(walk.browser, INSIDE)
    assert walk.log_in(ANNA).status_int == 303


@pytest.mark.usefixtures("closed")
def test_a_session_does_not_go_along_to_another_network(log_in: Any) -> None:
    browser = come_from(log_in(("gebruiker", "iwmo")), INSIDE)
    browser.get("/g/0363/", status=200)
    come_from(browser, OUTSIDE)
    for path in ("/g/0363/", "/g/0363/iwmo/aanleveren", "/persoonlijke-instellingen"):
        assert "U bent op een ander netwerk" in browser.get(path, status=403).text
    come_from(browser, INSIDE)
    browser.get("/g/0363/", status=200)
