"""What every response carries and what is refused at the door (ASVS 3.4, 4.1, 5.2.1, 14.3.2)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from portaal.app import make_app
from portaal.testing.application import Browser
from portaal.testing.commits import committing_settings

HEADERS = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "X-Frame-Options",
    "Permissions-Policy",
}
START = "/Inloggen-op-portals"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        (START, "GET", 200),
        ("/", "GET", 303),
        ("/bestaat-niet", "GET", 404),
        ("/g/0363/", "GET", 303),
        (START, "POST", 404),
        ("/uitloggen", "POST", 400),
        (START, "TRACE", 405),
        (START, "OPTIONS", 405),
    ],
)
def test_every_response_has_the_security_headers(browser: Browser, path: str, method: str, status: int) -> None:
    response = browser.request(path, method=method, headers={"Host": "localhost"}, expect_errors=True)
    assert response.status_int == status
    assert set(response.headers) >= HEADERS
    assert response.headers["Cache-Control"] == "no-store"


def test_the_policy_allows_no_inline_script_or_style(browser: Browser) -> None:
    policy = browser.get(START).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "data:" not in policy
    assert policy.startswith("default-src 'none'")


def test_a_foreign_host_name_is_refused(browser: Browser) -> None:
    response = browser.get(START, headers={"Host": "evil.example"}, status=400)
    assert "evil.example" not in response.text


def test_a_host_name_may_have_capitals(browser: Browser) -> None:
    browser.get(START, headers={"Host": "LocalHost"}, status=200)


def test_a_form_larger_than_64_kib_is_refused(log_in: Any) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    browser.post("/uitloggen", "x" * 70_000, status=413)


def test_a_post_without_token_changes_nothing(log_in: Any) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    browser.post("/uitloggen", status=400)
    browser.get("/g/0363/", status=200)


def test_another_browsers_token_is_refused(log_in: Any, browser: Browser) -> None:
    def token() -> str:
        return browser.get("/g/0363/").html.find("input", {"name": "csrf_token"})["value"]

    log_in(("gebruiker", "iwmo"))
    before = token()
    log_in(("gebruiker", "iwmo"))
    assert token() != before
    browser.post("/uitloggen", {"csrf_token": before}, status=400)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_unexpected_error_tells_nothing_but_a_reference(
    log_in: Any, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = log_in(("gebruiker", "iwmo"))

    def fails(*args: Any) -> None:
        raise RuntimeError("geheim 999990019")

    monkeypatch.setattr("portaal.access.policy.load_identity", fails)
    response = browser.get(f"/g/0363/?taal={language}", status=500)
    assert "geheim" not in response.text
    assert "RuntimeError" not in response.text
    assert ("Kenmerk" if language == "nl" else "Reference") in response.text
    assert set(response.headers) >= HEADERS


def test_the_language_choice_is_kept(browser: Browser) -> None:
    assert '<html lang="nl"' in browser.get(START).text
    assert '<html lang="en"' in browser.get(f"{START}?taal=en").text
    assert '<html lang="en"' in browser.get(START).text
    assert '<html lang="en"' in browser.get(f"{START}?taal=xx").text


@pytest.mark.parametrize("path", ["/Inloggen-op-portals?taal=%ff", "/%ff", "/g/0363/iwmo/berichten?q=%fe"])
def test_bytes_that_are_no_text_are_a_bad_request(browser: Browser, path: str) -> None:
    response = browser.get(path, expect_errors=True)
    assert response.status_int in {400, 404}
    assert set(response.headers) >= HEADERS


@pytest.mark.parametrize("path", ["/%00", "/Inloggen-op-portals?taal=a%00", "/Inloggen-op-portals?%00=a"])
def test_a_nul_is_a_bad_request(browser: Browser, path: str) -> None:
    """PostgreSQL keeps none: what got that far would be an error."""
    assert browser.ask("GET", path).status_int == 400


TOKEN = "{token}"
FORM = "application/x-www-form-urlencoded"
PART = "multipart/form-data; boundary=b"


def part(headers: str, content: str = TOKEN) -> str:
    return f"--b\r\n{headers}\r\n\r\n{content}\r\n--b--\r\n"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        *((f"{FORM}; charset={name}", f"csrf_token={TOKEN}") for name in ("utf-16", "utf-7", "rot13", "zip", "nope")),
        (FORM, f"csrf_token={TOKEN}&sessie=a%00b"),
        (FORM, f"csrf_token={TOKEN}&%00=1"),
        ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=", "x"),
        (f"multipart/form-data; boundary={'g' * 300}", "x"),
        (PART, part('Content-Disposition: form-data; name="csrf_token"; filename="x"')),
        (PART, part('Content-Disposition: form-data; name="csrf_token"\r\nContent-Type: text/plain; charset=nope')),
        (PART, part('Content-Disposition: form-data; name="x"\r\nContent-Transfer-Encoding: base64', "a")),
        (PART, part('Content-Disposition: form-data; name="x"\r\nContent-Type: multipart/mixed; boundary=c')),
        (PART, part("Content-Disposition: form-data")),
    ],
)
def test_a_form_that_cannot_be_read_is_a_bad_request(log_in: Any, content_type: str, body: str) -> None:
    browser = log_in(("gebruiker", "iwmo"))
    token = browser.get("/sessies").html.find("input", {"name": "csrf_token"})["value"]
    headers = {"Content-Type": content_type}
    response = browser.post("/sessies", body.replace(TOKEN, token).encode(), headers=headers, status=400)
    assert "Deze aanvraag is niet te lezen" in response.html.h1.text
    assert set(response.headers) >= HEADERS


@pytest.mark.parametrize("junk", ['naar="\\377"', "taal=\xff", 'x="\\000\\377', "\xff=1"])
def test_cookies_that_are_no_text_are_left_out(log_in: Any, browser: Browser, junk: str) -> None:
    """They may be another site's of the same domain: they change nothing for who is logged in."""
    log_in(("gebruiker", "iwmo"))
    environ = {"HTTP_COOKIE": f"{junk}; portaal={browser.cookies['portaal']}"}
    browser.reset()
    browser.get("/g/0363/", extra_environ=environ, status=200)
    environ = {"HTTP_COOKIE": junk}
    browser.get(START, extra_environ=environ, status=200)


def test_an_error_page_among_the_static_files_is_not_kept(log_in: Any) -> None:
    """It holds the name of who is logged in (ASVS 14.3.2)."""
    response = log_in(("gebruiker", "iwmo")).get("/static/bestaat-niet.css", status=404)
    assert response.headers["Cache-Control"] == "no-store"


def test_a_database_that_is_away_is_said_so(tmp_path: Path) -> None:
    """Also to who is logged in and sends a form."""
    away = sa.create_engine("postgresql+psycopg://127.0.0.1:1/portaal")
    browser = Browser(make_app(committing_settings(tmp_path, away)))
    assert browser.get(START).status_int == 200
    browser.set_cookie("portaal", "a" * 43)
    for method, path in (("GET", "/g/0363/"), ("GET", "/handleiding"), ("POST", "/sessies")):
        response = browser.ask(method, path)
        assert response.status_int == 503, path
        assert response.headers["Retry-After"] == "60"
        assert "Het portaal is nu niet te gebruiken" in response.html.h1.text
        assert set(response.headers) >= HEADERS
        assert "127.0.0.1" not in response.text
