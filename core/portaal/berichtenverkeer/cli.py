"""`portaal bericht`: message files in the shell, without database or server."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import click

from portaal.berichtenverkeer.gate import Expectation, Finding, Gate, Verdict
from portaal.berichtenverkeer.rules.productcodes import ProductCodesError, read_product_codes
from portaal.berichtenverkeer.verdict import Lists
from portaal.web.i18n import DEFAULT_LOCALE, LOCALES, _, translator

PORTION = 65_536
VERDICTS = {"goed": _("good"), "advies": _("good, with advice"), "geweigerd": _("refused")}
SEVERITIES = {"advies": _("advice"), "weigering": _("fault")}


@click.group()
def bericht() -> None:
    """Check message files without database or server."""


@bericht.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print a list of verdicts as JSON.")
@click.option(
    "--productcodes",
    "codes_file",
    type=click.File("rb"),
    help="A list to look product codes up in: a line per code, category;code.",
)
@click.option("--taal", "language", type=click.Choice(LOCALES), default=DEFAULT_LOCALE, help="Language of the texts.")
def controleer(files: tuple[Path, ...], as_json: bool, codes_file: BinaryIO | None, language: str) -> None:
    """Check message files: structure and the rules within one message.

    Ends with code 1 when one of them is refused or cannot be read.
    """
    report = _JsonReport(language) if as_json else _Report(language)
    expectation = Expectation(lists=Lists(productcodes=_product_codes(codes_file, language) if codes_file else None))
    verdicts = [report.about(path, _check(path, expectation)) for path in files]
    report.end()
    if not all(verdicts):
        raise SystemExit(1)


def _product_codes(file: BinaryIO, language: str) -> Mapping[str, frozenset[str]]:
    """Per category the codes that are in the list. Raises click.UsageError for a line that is something else."""
    try:
        return read_product_codes(file.read().decode("utf-8-sig", errors="replace"))
    except ProductCodesError as error:
        wrong = _("Line ${number} of the product codes is not a category and a code.", mapping={"number": error.line})
        raise click.UsageError(translator(language)(wrong)) from error


def _check(path: Path, expectation: Expectation) -> Verdict | OSError:
    gate = Gate(expectation)
    try:
        with path.open("rb") as file:
            while portion := file.read(PORTION):
                gate.feed(portion)
    except OSError as error:
        return error
    return gate.close()


class _Report:
    """What a person reads."""

    def __init__(self, language: str) -> None:
        self.translate = translator(language)

    def about(self, path: Path, outcome: Verdict | OSError) -> bool:
        """Report on one file; False when it is refused or could not be read."""
        if isinstance(outcome, OSError):
            click.echo(f"{click.format_filename(path)}: {self.unreadable(outcome)}", err=True)
            return False
        what = f" ({outcome.berichttype})" if outcome.berichttype else ""
        click.echo(f"{click.format_filename(path)}{what}: {self.translate(VERDICTS[outcome.oordeel])}")
        for line in self._lines(outcome):
            click.echo(f"  {line}")
        return outcome.oordeel != "geweigerd"

    def end(self) -> None:
        """Nothing more to say."""

    def unreadable(self, error: OSError) -> str:
        if isinstance(error, FileNotFoundError):
            return self.translate(_("This file does not exist. Check the name."))
        if isinstance(error, IsADirectoryError):
            return self.translate(_("This is a folder. Name the files in it."))
        return self.translate(_("This file cannot be read. Check whether you may open it."))

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
                            "tekst": self.unreadable(outcome),
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
