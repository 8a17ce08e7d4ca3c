"""The scripts in a real browser, under the policy that the portal sends: no inline script, trusted types."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from playwright.sync_api import Browser, Page, expect
from pyramid.request import Request
from pyramid.response import Response

from portaal.web.headers import content_security_policy
from portaal.web.i18n import register_localizers
from tests.web.stand_in import frame_config, logged_in

pytestmark = pytest.mark.browser
PAGE = """{% extends 'portaal:templates/base.jinja2' %}{% block title %}Proef{% endblock %}{% block main %}
<h1>Proef</h1>
<form method="post" action="/tel" id="gewoon">{{ m.csrf() }}{{ m.button('Opslaan') }}</form>
<form method="post" action="/tel" id="herhaal" data-pz-repeat>{{ m.csrf() }}{{ m.button('Download') }}</form>
<form method="post" action="/verstuur/{{ request.GET.get('antwoord', 'goed') }}" enctype="multipart/form-data"
  data-pz-upload id="upload">{{ m.csrf() }}{{ m.file('bestand', 'Bestand', 'Xml', multiple=True) }}
  {{ m.upload_progress(1_000_000) }}
  {{ m.button('Versturen') }}</form>
{% endblock %}"""
AUTOSUBMIT = """{% extends 'portaal:templates/base.jinja2' %}{% block title %}Door{% endblock %}{% block main %}
<form method="post" action="/door" data-pz-autosubmit>{{ m.csrf() }}{{ m.button('Verder') }}</form>{% endblock %}"""


class Stage:
    """What the server saw, and how it answers the next request to stay logged in."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str]]] = []
        self.session_status = 204


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    """A server with one page, and with endpoints that note what reaches them."""
    config = frame_config()
    config.include("portaal.web.static")
    files = config.registry["portaal.static"]

    def page(request: Request) -> Response:
        template = config.get_jinja2_environment().from_string(AUTOSUBMIT if "door" in request.GET else PAGE)
        portal = logged_in(static=lambda name: files.path(request, name))
        body = template.render(request=request, portal=portal)
        return Response(body, headers={"Content-Security-Policy": content_security_policy()})

    def note(request: Request) -> Response:
        request.body_file.read()
        stage.posts.append((request.path, dict(request.headers)))
        return Response("ontvangen")

    def renew(request: Request) -> Response:
        note(request)
        return Response(status=stage.session_status)

    def upload(request: Request) -> Response:
        note(request)
        by_script = request.headers.get("X-Requested-With") == "portaal"
        answer = request.matchdict["answer"]
        if by_script and answer == "goed":
            return Response(headers={"X-Portaal-Location": "/?klaar"})
        if by_script and answer == "elders":
            return Response(headers={"X-Portaal-Location": "https://elders.example/"})
        if answer == "geweigerd":
            return Response("<h1>Er klopt iets niet</h1>", status=422)
        return Response(status=502)

    for name, path, view in (
        ("page", "/", page),
        ("tel", "/tel", note),
        ("door", "/door", note),
        ("verstuur", "/verstuur/{answer}", upload),
    ):
        config.add_route(name, path)
        config.add_view(view, route_name=name)
    config.add_view(renew, route_name="sessie")
    config.add_view(lambda request: Response(f"start {request.GET['reden']}"), route_name="inloggen_op_portals")
    config.commit()
    register_localizers(config)
    server = make_server("127.0.0.1", 0, config.make_wsgi_app(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser, address: str, stage: Stage) -> Iterator[Page]:
    """The page, on a clock of its own that only the test moves; complaints of the browser fail the test."""
    stage.posts.clear()
    stage.session_status = 204
    context = chromium.new_context(locale="nl-NL", base_url=address)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Policy" in message.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    page.goto("/")
    yield page
    assert not complaints
    context.close()


def dialog(page: Page) -> Any:
    return page.get_by_role("dialog", name="Wilt u ingelogd blijven?")


def test_the_warning_comes_two_minutes_before_the_end(page: Page) -> None:
    page.clock.fast_forward("17:50")
    expect(dialog(page)).to_be_hidden()
    page.clock.fast_forward("00:12")
    expect(dialog(page)).to_contain_text("Over 2 minuten wordt u uitgelogd.")
    expect(page.get_by_role("button", name="Ingelogd blijven")).to_be_focused()
    page.clock.fast_forward("01:00")
    expect(dialog(page)).to_contain_text("seconden")


def test_staying_asks_the_server_and_starts_anew(page: Page, stage: Stage) -> None:
    page.clock.fast_forward("18:30")
    page.keyboard.press("Enter")
    expect(dialog(page)).to_be_hidden()
    [(path, headers)] = stage.posts
    assert path == "/sessie"
    assert headers["X-Csrf-Token"] == "token-1"
    assert headers["X-Requested-With"] == "portaal"
    page.clock.fast_forward("17:00")
    expect(dialog(page)).to_be_hidden()


def test_escape_means_staying(page: Page, stage: Stage) -> None:
    page.clock.fast_forward("18:30")
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    assert len(stage.posts) == 1


def test_at_the_end_the_start_page_says_so(page: Page) -> None:
    page.clock.fast_forward("20:01")
    page.wait_for_url("**/inloggen_op_portals?reden=verlopen")


def test_a_session_that_ended_on_the_server_ends_here(page: Page, stage: Stage) -> None:
    stage.session_status = 401
    page.clock.fast_forward("18:30")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inloggen_op_portals?reden=verlopen")


def test_without_a_connection_the_countdown_goes_on(page: Page) -> None:
    page.route("**/sessie", lambda route: route.abort())
    page.clock.fast_forward("18:30")
    page.keyboard.press("Enter")
    expect(dialog(page)).to_contain_text("Het portaal is niet bereikbaar.")
    page.clock.fast_forward("02:00")
    page.wait_for_url("**/inloggen_op_portals?reden=verlopen")


def test_work_in_another_tab_keeps_this_one_in(page: Page) -> None:
    page.clock.fast_forward("18:30")
    expect(dialog(page)).to_be_visible()
    page.context.new_page().goto("/")
    expect(dialog(page)).to_be_hidden()


def test_logging_out_in_another_tab_empties_this_one(page: Page) -> None:
    other = page.context.new_page()
    other.route("**/uitloggen", lambda route: route.fulfill(body="uit"))
    other.goto("/")
    other.get_by_role("button", name="Uitloggen").click()
    page.wait_for_url("**/inloggen_op_portals?reden=uitgelogd")


@pytest.mark.parametrize(("form", "sent"), [("gewoon", [True, False]), ("herhaal", [True, True])])
def test_a_form_is_sent_once_unless_it_is_a_download(page: Page, form: str, sent: list[bool]) -> None:
    submit = f"document.forms.{form}.dispatchEvent(new SubmitEvent('submit', {{cancelable: true, bubbles: true}}))"
    assert [page.evaluate(submit), page.evaluate(submit)] == sent


def test_an_upload_goes_to_the_page_that_the_server_names(page: Page, stage: Stage) -> None:
    page.set_input_files("#bestand", {"name": "a.xml", "mimeType": "text/xml", "buffer": b"<a/>" * 100_000})
    page.get_by_role("button", name="Versturen").click()
    page.wait_for_url("**/?klaar")
    [(path, headers)] = stage.posts
    assert path == "/verstuur/goed"
    assert headers["X-Csrf-Token"] == "token-1"


def test_files_that_are_too_large_together_are_not_sent(page: Page, stage: Stage) -> None:
    file = {"name": "a.xml", "mimeType": "text/xml", "buffer": b"x" * 600_000}
    page.set_input_files("#bestand", [file, file | {"name": "b.xml"}])
    warning = page.get_by_text("Samen zijn deze bestanden 2 MB. Lever maximaal 1 MB tegelijk aan")
    expect(warning).to_be_visible()
    page.get_by_role("button", name="Versturen").click()
    expect(page.locator("#bestand")).to_be_focused()
    expect(page.locator("#bestand")).to_have_attribute("aria-invalid", "true")
    assert stage.posts == []
    page.set_input_files("#bestand", [file])
    expect(warning).to_be_hidden()
    expect(page.locator("#bestand")).to_have_attribute("aria-invalid", "false")
    page.get_by_role("button", name="Versturen").click()
    page.wait_for_url("**/?klaar")
    assert len(stage.posts) == 1


def test_a_refused_upload_shows_the_page_of_the_server(page: Page, stage: Stage) -> None:
    page.goto("/?antwoord=geweigerd")
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("heading", name="Er klopt iets niet")).to_be_visible()
    assert len(stage.posts) == 2  # the second is the plain form, whose answer the browser shows


@pytest.mark.parametrize("answer", ["stuk", "elders"])
def test_an_upload_with_a_strange_answer_is_not_sent_again(page: Page, stage: Stage, answer: str) -> None:
    page.goto(f"/?antwoord={answer}")
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_text("De verbinding is verbroken.")).to_be_visible()
    assert len(stage.posts) == 1
    with page.expect_response("**/verstuur/*"):  # the person may, after a look in the list
        page.get_by_role("button", name="Versturen").click()
    assert len(stage.posts) == 2


def test_a_form_that_only_hands_on_sends_itself(page: Page, stage: Stage) -> None:
    page.goto("/?door")
    page.wait_for_url("**/door")
    assert [path for path, _ in stage.posts] == ["/door"]


def test_a_menu_closes_on_escape_and_on_attention_elsewhere(page: Page) -> None:
    summary, menu = page.locator(".pz-menu > summary"), page.get_by_role("navigation", name="Uw account")
    summary.click()
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(summary).to_be_focused()
    summary.click()
    page.get_by_role("heading", name="Proef").click()
    expect(menu).to_be_hidden()
    summary.click()
    page.get_by_role("button", name="Opslaan").focus()
    expect(menu).to_be_hidden()
