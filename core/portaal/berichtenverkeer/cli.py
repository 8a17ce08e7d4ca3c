"""`portaal bericht`: message files in the shell, without database or server."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import click

from portaal.berichtenverkeer.files import check_file, why_unreadable
from portaal.berichtenverkeer.gate import Expectation, Finding, Verdict
from portaal.berichtenverkeer.readable.cli import beschrijf, in_language, toon
from portaal.berichtenverkeer.rules.productcodes import ProductCodesError, read_product_codes
from portaal.berichtenverkeer.verdict import Lists
from portaal.berichtenverkeer.words import SEVERITIES, VERDICTS
from portaal.web.i18n import _, translator


@click.group()
def bericht() -> None:
    """Check and show message files without database or server."""


bericht.add_command(toon)
bericht.add_command(beschrijf)


@bericht.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a list of verdicts as JSON.")
@click.option(
    "--productcodes",
    "codes_file",
    type=click.File("rb"),
    help="A list to look product codes up in: a line per code, category;code.",
)
@in_language
def controleer(files: tuple[Path, ...], as_json: bool, codes_file: BinaryIO | None, language: str) -> None:
    """Check message files. Structure, and the rules within one message.

    Ends with code 1 when one of them is refused or cannot be read.
    """
    report = _JsonReport(language) if as_json else _Report(language)
    expectation = Expectation(lists=Lists(productcodes=_product_codes(codes_file, language) if codes_file else None))
    verdicts = [report.about(path, _check(path, expectation)) for path in files]
    report.end()
    if not all(verdicts):
        raise SystemExit(1)


def _product_codes(file: BinaryIO, language: str) -> Mapping[str, frozenset[str]]:
    """Per category the codes that are in the list.

    :raises click.UsageError: a line is something else.
    """
    try:
        return read_product_codes(file.read().decode("utf-8-sig", errors="replace"))
    except ProductCodesError as error:
        wrong = _("Line ${number} of the product codes is not a category and a code.", mapping={"number": error.line})
        raise click.UsageError(translator(language)(wrong)) from error


def _check(path: Path, expectation: Expectation) -> Verdict | OSError:
    try:
        return check_file(path, expectation)
    except OSError as error:
        return error


class _Report:
    """What a person reads."""

    def __init__(self, language: str) -> None:
        self.translate = translator(language)

    def about(self, path: Path, outcome: Verdict | OSError) -> bool:
        """Report on one file; False when it is refused or could not be read."""
        if isinstance(outcome, OSError):
            click.echo(f"{click.format_filename(path)}: {self.translate(why_unreadable(outcome))}", err=True)
            return False
        what = f" ({outcome.berichttype})" if outcome.berichttype else ""
        click.echo(f"{click.format_filename(path)}{what}: {self.translate(VERDICTS[outcome.oordeel])}")
        for line in self._lines(outcome):
            click.echo(f"  {line}")
        return outcome.oordeel != "geweigerd"

    def end(self) -> None:
        """Nothing more to say."""

    def _lines(self, verdict: Verdict) -> Iterator[str]:
        for finding in verdict.findings:
            yield f"{finding.code} {self.translate(SEVERITIES[finding.niveau])}{self._where(finding)}"
            yield f"  {self.translate(finding.text)}"
            yield f"  {self.translate(finding.action)}"
        if verdict.omitted:
            yield self.translate(_("And ${count} more.", mapping={"count": verdict.omitted}))

    def _where(self, finding: Finding) -> str:
        parts = [finding.plaats] if finding.plaats else []
        if finding.regel is not None:
            parts.insert(0, self.translate(_("line ${number}", mapping={"number": finding.regel})))
        return f", {', '.join(parts)}" if parts else ""


class _JsonReport(_Report):
    """What a program reads."""

    def __init__(self, language: str) -> None:
        super().__init__(language)
        self.files: list[dict[str, Any]] = []

    def about(self, path: Path, outcome: Verdict | OSError) -> bool:
        """Collect the verdict on one file; False when it is refused or could not be read."""
        if isinstance(outcome, OSError):
            self.files.append(
                {
                    "bestand": click.format_filename(path),
                    "berichttype": None,
                    "oordeel": "geweigerd",
                    "bevindingen": [
                        {
                            "code": "B00",
                            "niveau": "weigering",
                            "regel": None,
                            "plaats": "",
                            "tekst": self.translate(why_unreadable(outcome)),
                        }
                    ],
                }
            )
            return False
        self.files.append(
            {
                "bestand": click.format_filename(path),
                "berichttype": outcome.berichttype,
                "oordeel": outcome.oordeel,
                "sha256": outcome.sha256,
                "grootte": outcome.size,
                "weggelaten": outcome.omitted,
                "bevindingen": [
                    {
                        "code": finding.code,
                        "niveau": finding.niveau,
                        "regel": finding.regel,
                        "plaats": finding.plaats,
                        "tekst": self.translate(finding.text),
                        "actie": self.translate(finding.action),
                    }
                    for finding in outcome.findings
                ],
            }
        )
        return outcome.oordeel != "geweigerd"

    def end(self) -> None:
        """Print the list."""
        click.echo(json.dumps(self.files, ensure_ascii=False, indent=2))
