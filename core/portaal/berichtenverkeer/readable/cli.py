"""`portaal bericht toon` and ``beschrijf``: a message, or a type of message, as people read it."""

from __future__ import annotations

from pathlib import Path

import click

from portaal.berichtenverkeer.files import check_file, portions, why_unreadable
from portaal.berichtenverkeer.gate import Verdict
from portaal.berichtenverkeer.readable.description import describe
from portaal.berichtenverkeer.readable.reader import read
from portaal.berichtenverkeer.readable.text import as_text, finding_lines
from portaal.berichtenverkeer.readable.view import Translate, page_view
from portaal.berichtenverkeer.standard import all_types, message_type
from portaal.berichtenverkeer.words import VERDICTS
from portaal.web.i18n import DEFAULT_LOCALE, LOCALES, _, translator

in_language = click.option(
    "--taal", "language", type=click.Choice(LOCALES), default=DEFAULT_LOCALE, help="Language of the texts."
)


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@in_language
def toon(files: tuple[Path, ...], language: str) -> None:
    """Show message files as people read them. What the check found stands at its place.

    Of each BSN only the last three digits are shown. Ends with code 1 when one of the files cannot be read to its end.
    """
    translate = translator(language)
    complete = [_show(path, language, translate) for path in files]
    if not all(complete):
        raise SystemExit(1)


@click.command()
@click.argument("names", metavar="[TYPE]...", nargs=-1)
@click.option("--release", metavar="NUMBER", help="The release, such as 3.2. Otherwise the newest that has the type.")
@in_language
def beschrijf(names: tuple[str, ...], release: str | None, language: str) -> None:
    """Describe types of messages, such as WMO301. Elements, how often, and what may be in them.

    Without a type it lists the types that are known.
    """
    translate = translator(language)
    if not names:
        for known in all_types():
            click.echo(f"{known.name}  {known.release}  {known.title}")
    for name in names:
        try:
            kind = message_type(name.upper(), release)
        except KeyError:
            unknown = _(
                "The type ${name} is not known. See which are with: portaal bericht beschrijf", mapping={"name": name}
            )
            raise click.UsageError(translate(unknown)) from None
        for line in describe(kind, language, translate):
            click.echo(line)


def _show(path: Path, language: str, translate: Translate) -> bool:
    """Print one file; False when it cannot be read to its end."""
    name = click.format_filename(path)
    try:
        verdict = check_file(path)
        what = f" ({verdict.berichttype})" if verdict.berichttype else ""
        click.echo(f"{name}{what}: {translate(VERDICTS[verdict.oordeel])}\n")
        return _show_pages(path, verdict, language, translate)
    except BrokenPipeError:
        raise  # of what is printed, not of the file
    except OSError as error:
        click.echo(f"{name}: {translate(why_unreadable(error))}", err=True)
        return False


def _show_pages(path: Path, verdict: Verdict, language: str, translate: Translate) -> bool:
    left = dict(enumerate(verdict.findings, 1))
    complete = False
    for page in read(portions(path)):
        view = page_view(page, verdict.findings, language, translate)
        for line in as_text(view, translate):
            click.echo(line)
        for placed in view.findings:
            if placed.here:
                left.pop(placed.number, None)
        complete = not page.broken and page.root is not None
    for finding in left.values():
        for line in finding_lines(finding, translate):
            click.echo(line)
    if verdict.omitted:
        click.echo(translate(_("And ${count} more.", mapping={"count": verdict.omitted})))
    return complete
