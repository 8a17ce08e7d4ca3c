"""The product's pages as a browser gets them: in the frame, well formed, closed to scripts of others, only reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portaal.testing.conformance.check import Needs, check, listed
from portaal.testing.conformance.rehearsal import HERE, Rehearsal
from portaal.testing.missing import leave_out
from portaal.web.i18n import LOCALES

NAME = " - Portaal Zorg"
# What is noted of the visit itself: when the session was last used, and in the audit trail that something was seen.
VISIT = frozenset({"login_session", "audit_event", "audit_link"})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@check(Needs.PORTAL)
def the_menu_leads_to_pages(rehearsal: Rehearsal) -> Iterator[str]:
    """Every entry of the menu opens a page for whoever may see it."""
    visits = {(visit.path, visit.role): visit for visit in rehearsal.visits()}
    routes = {route.name: route for route in rehearsal.subject.routes}
    for entry in rehearsal.subject.answer("portaal_menu"):
        route = routes[f"{rehearsal.subject.name}.{entry.route}"]
        if not rehearsal.subject.dutch(entry.label):
            yield f"menu entry {entry.route}: the label {str(entry.label)!r} has no Dutch text"
        path = rehearsal.subject.path(route, HERE)
        for role in sorted(rehearsal.roles_of(route.views["GET"])):
            visit = visits[path, role]
            if not visit.is_page:
                answer = visit.response
                yield f"{visit.place} answers {answer.status_int} {answer.content_type}; it must be 200 text/html"


@check(Needs.PORTAL)
def pages_stand_in_the_frame(rehearsal: Rehearsal) -> Iterator[str]:
    """A page has the frame of the portal, in both languages: one h1 inside main, a title of its own, its language."""
    for language in LOCALES:
        for page in rehearsal.pages(language):
            html = page.response.html
            headings = html.find_all("h1")
            if len(headings) != 1 or headings[0].find_parent("main") is None:
                yield f"{page.place}: {len(headings)} h1; there must be one, inside main"
            if len(html.select("main#pz-inhoud")) != 1 or not html.select_one("a.nl-skip-link[href='#pz-inhoud']"):
                yield f"{page.place}: it does not extend portaal:templates/base.jinja2"
            if html.html is None or html.html.get("lang") != language:
                yield f"{page.place}: the language of the page is not {language}"
            title = html.title.get_text(strip=True) if html.title else ""
            if not title.removesuffix(NAME).strip(" -") or not title.endswith(NAME):
                yield f"{page.place}: the title {title!r} must name the page; fill the block 'title'"


@check(Needs.PORTAL)
def pages_are_well_formed(rehearsal: Rehearsal) -> Iterator[str]:
    """An HTML parser finds nothing wrong in a page."""
    try:
        import html5lib
    except ModuleNotFoundError:
        leave_out("no html5lib: install portaal[testkit]")
    for page in rehearsal.pages():
        parser = html5lib.HTMLParser()
        parser.parse(page.response.text)
        for (line, _), code, details in parser.errors:
            named = details.get("name", "") if isinstance(details, dict) else ""
            yield f"{page.place}, line {line}: {code} {named}".rstrip()


@check(Needs.PORTAL)
def pages_keep_the_security_headers(rehearsal: Rehearsal) -> Iterator[str]:
    """Every answer has the portal's security headers, and no policy that lets others run scripts (ASVS 3.4)."""
    for visit in rehearsal.visits():
        headers = visit.response.headers
        for name, value in HEADERS.items():
            if headers.getall(name) != [value]:
                yield f"{visit.place}: the header {name} is {listed(headers.getall(name)) or 'missing'}, not {value}"
        policies = [_directives(policy) for policy in headers.getall("Content-Security-Policy")]
        if not any(policy.get("script-src") == policy.get("style-src") == "'self'" for policy in policies):
            yield f"{visit.place}: the content security policy allows scripts or styles that are not the portal's"


def _directives(policy: str) -> dict[str, str]:
    return dict(part.strip().partition(" ")[::2] for part in policy.split(";"))


@check(Needs.PORTAL)
def pages_have_nothing_inline(rehearsal: Rehearsal) -> Iterator[str]:
    """A page has no script or style in itself; the content security policy would refuse it."""
    for page in rehearsal.pages():
        for element in page.response.html.find_all(True):
            for fault in _inline(element):
                yield f"{page.place}: <{element.name}> {fault}"


def _inline(element: Any) -> Iterator[str]:
    if element.name == "style" or (element.name == "script" and not element.get("src")):
        yield "stands in the page itself"
    for name, value in element.attrs.items():
        if name == "style" or name.startswith("on"):
            yield f"has the attribute {name}"
        if name in {"href", "src", "action", "formaction"} and str(value).strip().lower().startswith("javascript:"):
            yield f"has a script as its {name}"


@check(Needs.PORTAL)
def looking_changes_nothing(rehearsal: Rehearsal) -> Iterator[str]:
    """A GET writes nothing to the database; only the session and the audit trail may note the visit itself."""
    for visit in rehearsal.visits():
        with rehearsal.count_queries() as counted:
            visit.again()
        written = counted.written - VISIT
        if written:
            yield f"{visit.place} writes to {listed(written)}"


@check(Needs.PORTAL)
def the_web_service_answers_as_described(rehearsal: Rehearsal) -> Iterator[str]:
    """What the OpenAPI description says of an address is what it answers."""
    operations = {
        f"{rehearsal.subject.name}.{operation.route}": operation
        for operation in rehearsal.subject.answer("portaal_openapi")
        if operation.method == "GET" and operation.answer is not None
    }
    paths = {rehearsal.subject.path(route, HERE): operations.get(route.name) for route in rehearsal.subject.routes}
    for visit in rehearsal.visits():
        operation = paths[visit.path]
        if operation is None:
            continue
        if visit.response.status_int != operation.status:
            yield f"{visit.place} answers {visit.response.status_int}, and is described as {operation.status}"
        elif visit.response.content_type != "application/json":
            yield f"{visit.place} answers {visit.response.content_type}; it must be application/json"
        else:
            try:
                operation.answer.model_validate_json(visit.response.body)
            except ValueError as error:
                yield f"{visit.place}: {error}"
