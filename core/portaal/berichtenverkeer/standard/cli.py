"""`portaal standaard`: official schemas that an operator imports, to judge every message beside the portal's own."""

from __future__ import annotations

from pathlib import Path

import click

from portaal.shell import config_option, read_settings


@click.group()
def standaard() -> None:
    """Import official schemas, which then judge every message beside the portal's own."""


@standaard.command()
@click.argument("release_name", metavar="RELEASE")
@click.argument("source", metavar="DIR|ZIP", type=click.Path(exists=True, path_type=Path))
@config_option
def importeer(release_name: str, source: Path, config_file: str) -> None:
    """Check the official schemas of a release and keep them. Restart the portal to use them.

    A release is called as in iwmo-3.2.

    An earlier set of the release is replaced. Where the schemas differ from the portal's own is told.
    """
    from portaal.berichtenverkeer.standard import releases
    from portaal.berichtenverkeer.standard.importing import ImportFault, import_set
    from portaal.berichtenverkeer.standard.official import folder_from, key_of

    by_name = {key_of(release): release for release in releases()}
    if release_name not in by_name:
        raise click.UsageError(f"there is no release {release_name}: name one of {', '.join(by_name)}")
    folder = folder_from(read_settings(config_file))
    try:
        made = import_set(folder, by_name[release_name], source)
    except ImportFault as fault:
        raise click.ClickException(f"nothing was imported: {fault}") from fault
    except OSError as error:
        raise click.ClickException(f"nothing was imported: {folder} cannot be written ({error.strerror})") from error
    click.echo(f"{made.key}: {len(made.files)} files imported. Restart the portal to use them.")
    _tell(made.differences)


@standaard.command()
@config_option
def status(config_file: str) -> None:
    """What was imported and how it compares. Exit code 1 when a set is broken or differs from ours."""
    from portaal.berichtenverkeer.standard.official import OfficialSchemas, folder_from

    sets = OfficialSchemas(folder_from(read_settings(config_file))).sets()
    if not sets:
        click.echo("No official schemas were imported: the portal's own are the only judge.")
    for one in sets:
        if one.fault:
            click.echo(f"{one.key}: BROKEN, not used: {one.fault}. Import it again.")
        else:
            click.echo(f"{one.key}: {len(one.files)} files, imported {one.imported_at}")
            _tell(one.differences)
    if any(one.fault or one.differences for one in sets):
        raise SystemExit(1)


@standaard.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@config_option
def vergelijk(folder: Path, config_file: str) -> None:
    """Have both judge each XML file in a folder. Exit code 1 when they disagree about one."""
    from portaal.berichtenverkeer.files import check_file
    from portaal.berichtenverkeer.gate import Expectation
    from portaal.berichtenverkeer.gate.second import AGAINST_OFFICIAL
    from portaal.berichtenverkeer.standard.official import OfficialSchemas, folder_from

    official = OfficialSchemas(folder_from(read_settings(config_file)))
    if not official.sets():
        raise click.ClickException("no official schemas were imported: begin with 'portaal standaard importeer'")
    files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".xml" and path.is_file())
    differ = 0
    for path in files:
        try:
            verdict = check_file(path, Expectation(official=official))
        except OSError as error:
            raise click.ClickException(f"{click.format_filename(path)} cannot be read") from error
        codes = [finding.code for finding in verdict.findings if finding.code in AGAINST_OFFICIAL]
        if codes:
            differ += 1
            click.echo(f"{click.format_filename(path)} ({verdict.berichttype}): {AGAINST_OFFICIAL[codes[0]]}")
    click.echo(f"{len(files)} files, {differ} judged differently.")
    if differ:
        raise SystemExit(1)


def _tell(differences: tuple[str, ...]) -> None:
    if not differences:
        click.echo("  It judges as the portal's own schemas do, on every message made to tell them apart.")
    for difference in differences:
        click.echo(f"  {difference}")
