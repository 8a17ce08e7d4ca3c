"""The product's templates as they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.subject import Subject

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
HANDLERS = (
    "click|dblclick|load|unload|error|change|input|submit|reset|focus|blur|key\\w+|mouse\\w+|pointer\\w+|touch\\w+|"
    "drag\\w*|drop|paste|copy|cut|scroll|wheel|toggle|animation\\w+|transition\\w+"
)
UNSAFE = {
    r"\|\s*safe\b": "marks a value as safe HTML; let it be escaped",
    r"\{%-?\s*autoescape\b": "changes the escaping",
    r"<script(?![^>]*\bsrc=)": "has a script in the page; put it in a file and use product_static",
    r"<style\b": "has a style in the page; put it in a file and use product_static",
    r"\sstyle\s*=": "has a style attribute; use a class",
    rf"\son({HANDLERS})\s*=": "has an event handler in the page; put it in a file and use product_static",
    r"javascript:": "has a script as an address",
    r"""\{%-?\s*(extends|include|import|from)\s+["'](?!\w[\w.]*:)""": (
        "names a template without its package; write 'package:templates/name.jinja2'"
    ),
    r"""<(script|link|img|iframe|form)\b[^>]*\s(src|href|action)\s*=\s*["'](https?:)?//""": (
        "uses a file or page of another site; add_content_source says what may, scripts and styles never"
    ),
}


@check(Needs.SOURCE)
def templates_are_safe(subject: Subject) -> Iterator[str]:
    """Templates leave escaping on, and have no script, style or file of another site in them (ASVS 1.2.1)."""
    for path in subject.files(".jinja2"):
        source = COMMENT.sub(lambda found: "\n" * found[0].count("\n"), path.read_text(encoding="utf-8"))
        for pattern, fault in UNSAFE.items():
            for found in re.finditer(pattern, source, re.IGNORECASE):
                line = source.count("\n", 0, found.end()) + 1
                yield f"{subject.place(path, line)} {fault}"
