"""Interoperation with an implementation that is not ours: SimpleSAMLphp logs a person in to the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import webtest
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from portaal.access.models import Account, LoginSession
from portaal.app import make_app
from portaal.eherkenning.makelaars import Entry, add_entry
from portaal.eherkenning.metadata import HTTP_ARTIFACT, HTTP_POST, HTTP_REDIRECT
from portaal.testing.application import Browser, app_settings
from portaal.testing.makelaar import form_with
from tests.eherkenning import simplesamlphp
from tests.eherkenning.simplesamlphp import ENTITY_ID, KVK_NUMMER, PSEUDONYM, SimpleSaml

pytestmark = pytest.mark.portaal_database("sqlite")  # what we and SimpleSAMLphp say does not depend on it
Login = Callable[..., webtest.TestResponse]


@pytest.fixture
def log_in_by_php(connection: Connection, tmp_path: Path) -> Iterator[Login]:
    """A whole login at SimpleSAMLphp, from the portal's choice to the portal's answer."""
    with ExitStack() as stack:

        def log_in(answers: str, **kwargs: Any) -> webtest.TestResponse:
            binding = HTTP_POST if answers == "post" else HTTP_ARTIFACT
            saml = stack.enter_context(simplesamlphp.running(tmp_path / "php", binding=binding, **kwargs))
            return _walk(Browser(_portal(connection, tmp_path, saml, answers), {"HTTP_HOST": "localhost"}), saml)

        yield log_in


def _portal(connection: Connection, folder: Path, saml: SimpleSaml, answers: str) -> Any:
    settings = app_settings(folder)
    makelaars = Path(settings["eherkenning.makelaars"])
    makelaars.unlink()
    (makelaars.parent / "php.xml").write_bytes(saml.metadata())
    add_entry(makelaars, Entry.model_validate({"name": "SimpleSAMLphp", "metadata": "php.xml", "answers": answers}))
    app = make_app(settings | {"portaal.engine": None})
    app.registry["portaal.engine"].dispose()
    app.registry["portaal.engine"] = app.registry["portaal.reading_engine"] = connection
    return app


def _walk(browser: Browser, saml: SimpleSaml) -> webtest.TestResponse:
    choice = form_with(browser.get("/inloggen"), "makelaar")
    choice["makelaar"] = ENTITY_ID
    sending = choice.submit()
    assert (sending.status_int == 303) == saml.by_redirect
    if saml.by_redirect:
        address, fields = saml.answer(sending.location, None)
    else:
        request = form_with(sending, "SAMLRequest")
        address, fields = saml.answer(request.action, dict(request.submit_fields()))
    parts = urlsplit(address)
    if fields:
        answer = browser.post(parts.path, fields)
        parts = urlsplit(answer.location)
    return browser.get(f"{parts.path}?{parts.query}", expect_errors=True)


# Not encrypted by artifact: the signature that SimpleSAMLphp 1.19 then makes does not hold for xmlsec1 either.
@pytest.mark.parametrize(("answers", "encrypt"), [("artifact", False), ("post", False), ("post", True)])
def test_somebody_logs_in(log_in_by_php: Login, dbsession: Session, answers: str, encrypt: bool) -> None:
    response = log_in_by_php(answers, encrypt=encrypt)
    assert response.status_int == 303, response.html.main.get_text(" ", strip=True)
    (account,) = dbsession.query(Account).all()
    assert (account.issuer, account.pseudonym) == (ENTITY_ID, PSEUDONYM)
    assert account.organisation.kvk_nummer == KVK_NUMMER
    assert dbsession.query(LoginSession).one().level == "loa3"


def test_a_request_by_redirect_is_understood_too(log_in_by_php: Login, dbsession: Session) -> None:
    response = log_in_by_php("artifact", encrypt=False, asked=[HTTP_REDIRECT])
    assert response.status_int == 303, response.html.main.get_text(" ", strip=True)
    assert dbsession.query(LoginSession).one().level == "loa3"


@pytest.mark.parametrize("answers", ["artifact", "post"])
def test_a_level_that_is_too_low_is_refused(log_in_by_php: Login, dbsession: Session, answers: str) -> None:
    response = log_in_by_php(answers, encrypt=False, level="loa2plus")
    assert response.html.h1.get_text(strip=True) == "Het niveau van uw inlogmiddel is te laag"
    assert dbsession.query(LoginSession).count() == 0
