"""A message as text: what `portaal bericht toon` prints."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import indent

from portaal.berichtenverkeer.readable.places import Placed
from portaal.berichtenverkeer.readable.view import PageView, Row, Section, Translate
from portaal.berichtenverkeer.verdict import Finding
from portaal.web.i18n import _

INDENT = "  "


def as_text(page: PageView, translate: Translate) -> Iterator[str]:
    """The lines of one page. Findings without a place on any page are not among them."""
    writer = _Writer(translate)
    yield from writer.findings(page.root.findings)
    for item in page.root.items:
        yield from writer.item(item)
        yield ""
    if page.is_empty:
        yield translate(_("Nothing can be read of this file."))
    elif page.broken:
        yield translate(_("From here on the file cannot be read."))


def finding_lines(finding: Finding, translate: Translate) -> Iterator[str]:
    """A finding with what to do."""
    where = ""
    if finding.regel is not None:
        where = ", " + translate(_("line ${number}", mapping={"number": finding.regel}))
    yield f"! {finding.code}{where}: {translate(finding.text)}"
    yield f"  {translate(finding.action)}"


class _Writer:
    def __init__(self, translate: Translate) -> None:
        self._translate = translate

    def item(self, item: Row | Section) -> Iterator[str]:
        return self._row(item) if isinstance(item, Row) else self._section(item)

    def findings(self, placed: tuple[Placed, ...]) -> Iterator[str]:
        for one in placed:
            yield from finding_lines(one.finding, self._translate)

    def _section(self, section: Section) -> Iterator[str]:
        label = section.label + self._strange(section)
        if section.continued:
            label += f" ({self._translate(_('continued'))})"
        yield label
        for line in self.findings(section.findings):
            yield INDENT + line
        for item in section.items:
            for line in self.item(item):
                yield INDENT + line

    def _row(self, row: Row) -> Iterator[str]:
        label = row.label + self._strange(row)
        first, *more = self._value(row).split("\n") if row.value else [""]
        yield f"{label}: {first}".rstrip() if label else first
        yield from (indent(line, INDENT * 2) for line in more)
        for part in row.parts:
            for line in self._row(part):
                yield INDENT + line
        for line in self.findings(row.findings):
            yield INDENT + line

    def _value(self, row: Row) -> str:
        value = f"{row.value} ({row.note})" if row.note else row.value
        if row.cut:
            value += " " + self._translate(_("… and ${number} more characters", mapping={"number": row.cut}))
        return value

    def _strange(self, item: Row | Section) -> str:
        return f" [{self._translate(_('does not belong here'))}]" if item.strange else ""
