"""How the kit finds forms on pages."""

from __future__ import annotations

from typing import Any

import pytest
import webtest
from webtest.forms import Form

from portaal.testing.pages import Visitor, button, main_form

BODY = """<!doctype html><html><head><title>x</title></head><body>
<header><form action="/a/uitloggen" class="pz-form"><button name="weg">&lt;</button></form></header>
<main><form id="keuze" action="/b/keuze?x=1&amp;y=2" method="post"><p>een<input name="q" value="&quot;<1>"></form>
<form class="pz-stack pz-form" action="/b"><textarea name="t">
 twee &amp; drie</textarea><select name="s"><option>1<option selected>2</select></form></main>
<form action="/c/uitloggen" class="pz-form"></form><input name="los" value="3" form="keuze"></body></html>"""


def page(body: str = BODY) -> Any:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [body.encode()]

    return Visitor(app).get("/")


def told(form: Form) -> Any:
    return form.action, form.method, form.id, form.submit_fields()


def test_forms_are_those_that_webtest_finds() -> None:
    ours = page()
    theirs = webtest.TestResponse(ours.body, headerlist=ours.headerlist)
    assert [told(form) for form in ours.forms.values()] == [told(theirs.forms[n]) for n in range(4)]
    assert ours.forms["keuze"] is ours.forms[1]
    assert ("los", "3") in ours.forms[1].submit_fields()
    for key in (4, -1, "iets"):
        assert key not in ours.forms


def test_the_form_of_a_page_is_not_one_of_its_frame() -> None:
    assert main_form(page()).action == "/b"
    assert button(page(), "y=2").id == "keuze"
    with pytest.raises(AssertionError, match="no such form"):
        button(page(), "/uitloggen")
    with pytest.raises(AssertionError, match="no such form"):
        main_form(page(BODY.replace("main", "div")))
