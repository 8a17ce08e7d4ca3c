"""Reading the pages of a settings tab, and filling in its form."""

from __future__ import annotations

from typing import Any

from portaal.testing.application import Browser
from tests.settings.proef import PRODUCT

TAB = f"/g/0363/instellingen/{PRODUCT}/"
HISTORY = f"{TAB}geschiedenis/"
DRAFT = f"{TAB}concept/"
BEHEERDER = ("productbeheerder", PRODUCT)


def form(page: Any) -> Any:
    """The form with settings, or the one to go back to a version."""
    return next(form for form in page.forms.values() if "based-on" in form.fields)


def text(page: Any) -> str:
    return " ".join(page.html.get_text(" ").split())


def save(browser: Browser, status: int = 303, **values: Any) -> Any:
    """Open the tab, fill in these settings (``why__changed`` is ``why-changed``) and send it."""
    sent = form(browser.get(TAB))
    for name, value in values.items():
        sent[name.replace("__", "-")] = value
    return sent.submit(status=status)


def press(page: Any, act: str, status: int = 303) -> Any:
    """Press one of the buttons of a waiting change: testen, activeren, intrekken."""
    return next(form for form in page.forms.values() if form.action.endswith(f"/{act}")).submit(status=status)


def has(page: Any, act: str) -> bool:
    return any(form.action.endswith(f"/{act}") for form in page.forms.values())
