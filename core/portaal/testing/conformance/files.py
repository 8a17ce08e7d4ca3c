"""What else comes with the product: static files, and a README."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.rehearsal import Rehearsal
from portaal.testing.conformance.subject import Subject

SHORTEST_README = 300
FOREIGN = {
    ".css": {
        r"@import\b": "imports another style sheet",
        r"url\(\s*[\"']?(?:[a-z]+:|//)": "uses a file of another site, or one in an address; the policy refuses it",
    },
    ".js": {
        r"\.(?:innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write": "writes HTML; make elements instead",
        r"\beval\s*\(|new Function\b": "runs text as code",
        r"\bimport\s*\(?\s*[\"'](?:https?:)?//": "imports from another site",
    },
}


@check(Needs.PORTAL)
def static_files_are_served_and_closed(rehearsal: Rehearsal) -> Iterator[str]:
    """Style sheets and scripts use nothing of other sites, and are served under names that may be kept."""
    subject = rehearsal.subject
    files = subject.app.registry["portaal.product_files"].get(subject.name)
    for path in (path for suffix in FOREIGN for path in subject.files(suffix)):
        source = path.read_text(encoding="utf-8")
        for pattern, fault in FOREIGN[path.suffix].items():
            for found in re.finditer(pattern, source):
                yield f"{subject.place(path, source.count(chr(10), 0, found.start()) + 1)} {fault}"
        if files is None:
            yield f"{subject.place(path)} is not served: call config.add_static(...)"
    if files is not None:
        browser = rehearsal.anonymous()
        for name in files.names:
            answer = browser.get(f"/static/{subject.name}/{files.hashed(name)}", status="*")
            if answer.status_int != 200 or "immutable" not in answer.headers["Cache-Control"]:
                yield f"static file {name} answers {answer.status_int}"


@check(Needs.SOURCE)
def there_is_a_readme(subject: Subject) -> Iterator[str]:
    """The distribution has a README that says what the product does, for whom, and how to work on it."""
    text = readme(subject)
    if not text:
        yield 'there is no README: write README.md, and name it in pyproject.toml (readme = "README.md")'
    elif len(text) < SHORTEST_README:
        yield f"the README has {len(text)} characters; say what the product does, for whom, and how to work on it"


def readme(subject: Subject) -> str:
    """The README beside the package in a checkout, else the description in the installed metadata."""
    beside: Path = subject.folder.parent / "README.md"
    if (subject.folder.parent / "pyproject.toml").is_file():
        return beside.read_text(encoding="utf-8") if beside.is_file() else ""
    distribution = subject.entry_point.dist
    if distribution is None:
        return ""
    return str(distribution.metadata.json.get("description", "")).strip()
