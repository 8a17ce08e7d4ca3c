"""Chromium for tests: Debian's own, driven by Playwright; skipped with a clear word where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from portaal.testing.missing import leave_out

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000  # milliseconds
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running Chromium (Playwright's ``Browser``)."""
    path = os.environ.get("PORTAAL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        leave_out("no Chromium: install Debian's package chromium")
    try:
        from playwright.sync_api import expect, sync_playwright
    except ModuleNotFoundError:
        leave_out("no Playwright: install it with 'pip install playwright'")

    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        browser: Any = playwright.chromium.launch(executable_path=path, args=list(FLAGS), timeout=2 * PATIENCE)
        browser.new_context = partial(_patient_context, browser.new_context)
        yield browser
        browser.close()


def _patient_context(new_context: Callable[..., Any], **options: Any) -> Any:
    """A browser context in which nothing is given up soon: a busy machine is slow, and not broken."""
    context = new_context(**options)
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A Dutch page of 1280 px in a browser context of its own, which fails on any message in the console."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="nl-NL", reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    unexpected = [text for text in complaints if "Failed to load resource" not in text]
    assert not unexpected, unexpected


def accessibility_faults(page: Any) -> str:
    """What axe finds on the page as it stands; empty when there is nothing."""
    from axe_playwright_python.base import AXE_SCRIPT, AxeResults

    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # What passes is not told of each element, and not brought here: that takes as long as the looking itself.
    options = {"runOnly": {"type": "tag", "values": list(AXE_TAGS)}, "resultTypes": ["violations"]}
    violations = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return AxeResults({"violations": violations}).generate_report() if violations else ""


def scrolls_sideways(page: Any) -> bool:
    """Whether the page is wider than its window (WCAG 1.4.10)."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
