"""What goes wrong outside the program is told in a line by every command, without a traceback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from portaal.cli import COMMANDS, main
from portaal.keyring import create_key_file
from portaal.testing.eherkenning import eherkenning_settings
from tests.plugins.kit import plugin

DATABASE = {("db", "upgrade"), ("db", "status"), ("db", "check"), ("db", "downgrade"), ("db", "new")}


def value_for(parameter: click.Parameter) -> str:
    """Something that the parameter takes, or would if the portal were there."""
    if isinstance(parameter.type, click.Choice):
        return str(parameter.type.choices[0])
    if isinstance(parameter.type, click.DateTime):
        return "2026-11-29"
    if isinstance(parameter.type, click.types.UUIDParameterType):
        return "00000000-0000-0000-0000-000000000000"
    if isinstance(parameter.type, click.Path) and not parameter.type.file_okay:
        return str(Path(__file__).parent)
    if isinstance(parameter.type, click.Path | click.File):
        return __file__
    return {"kvk_nummer": "99000001", "release_name": "iwmo-3.2"}.get(parameter.name or "", "core")


def with_settings(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every command below this one that reads the settings file, with arguments that it needs."""
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from with_settings(below, (*path, name))
    elif any(parameter.name == "config_file" for parameter in command.params):
        needed = [parameter for parameter in command.params if parameter.required]
        given: list[str] = []
        for parameter in needed:
            option = parameter.opts[0]
            given += [option, value_for(parameter)] if option.startswith("-") else [value_for(parameter)]
        yield (*path, *given)


ALL = [
    called
    for name in COMMANDS
    if (command := main.get_command(click.Context(main), name)) is not None
    for called in with_settings(command, (name,))
]
# These look at the database first thing.
ASK_THE_DATABASE = [called for called in ALL if called[:2] in DATABASE | {("geheimen", "roteer")}]


def run(called: tuple[str, ...], config: Path) -> Result:
    return CliRunner().invoke(main, [*called, "--config", str(config)])


def is_told(result: Result) -> bool:
    """Whether it ended with a message, and not with an exception of ours."""
    return result.exit_code == 1 and isinstance(result.exception, SystemExit) and "Error: " in result.output


@pytest.mark.parametrize("group", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_the_help_of_a_command_is_one_whole_line(group: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(main, [*group, "--help"]).output
    _, _, commands = shown.partition("Commands:\n")
    assert not [line for line in commands.splitlines() if line.endswith("...")]


def test_all_are_found() -> None:
    assert {called[0] for called in ALL} == set(COMMANDS) - {"bericht", "plugin", "sleutels"} | {"plugin"}
    assert len(ASK_THE_DATABASE) == 6


@pytest.mark.parametrize("called", ALL, ids=" ".join)
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "no settings file"),
        ("nonsense\n", "cannot be read: it is no ini file"),
        ("[other]\n", "cannot be read: it is no ini file"),
    ],
    ids=["no file", "nonsense", "no section"],
)
def test_without_settings(called: tuple[str, ...], content: str | None, reason: str, tmp_path: Path) -> None:
    config = tmp_path / "portaal.ini"
    if content is not None:
        config.write_text(content)
    result = run(called, config)
    assert is_told(result), result.output
    assert reason in result.output


@pytest.mark.parametrize("called", ALL, ids=" ".join)
def test_with_an_empty_section(called: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / "portaal.ini"
    config.write_text("[app:main]\nuse = egg:portaal\n")
    result = run(called, config)
    assert is_told(result), result.output


@pytest.mark.parametrize("address", ["6543", "127.0.0.1:", "127.0.0.1:poort", "127.0.0.1:99999"])
def test_an_address_to_listen_at_that_is_none(address: str, tmp_path: Path) -> None:
    result = run(("web",), settings(tmp_path, "sqlite://", f"portaal.listen = {address}"))
    assert is_told(result), result.output
    assert "write it as 127.0.0.1:6543" in result.output


def test_an_address_where_another_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        result = run(("web",), settings(tmp_path, "sqlite://", f"portaal.listen = {address}"))
    assert is_told(result), result.output
    assert f"cannot listen at {address}: Address already in use" in result.output


def test_a_setting_that_only_a_part_of_the_portal_can_judge(tmp_path: Path) -> None:
    result = run(("rechten",), settings(tmp_path, "sqlite://", "portaal.networks = Diginetwerk"))
    assert is_told(result), result.output
    assert "Error: portaal.networks: 'Diginetwerk' does not appear to be" in result.output


@pytest.mark.parametrize("called", ASK_THE_DATABASE, ids=" ".join)
def test_without_a_database(called: tuple[str, ...], tmp_path: Path) -> None:
    config = settings(tmp_path, f"sqlite:///{tmp_path}/nowhere/portaal.sqlite")
    result = run(called, config)
    assert is_told(result), result.output
    assert "the database cannot be used: unable to open database file. Is it there" in result.output


def test_a_revision_that_is_not_there(tmp_path: Path) -> None:
    config = settings(tmp_path, f"sqlite:///{tmp_path}/portaal.sqlite")
    assert run(("db", "upgrade", "--plugin", "core"), config).exit_code == 0
    result = run(("db", "downgrade", "--plugin", "core", "core_9999"), config)
    assert is_told(result), result.output
    assert "Can't locate revision identified by 'core_9999'" in result.output


def test_tables_that_are_behind(tmp_path: Path) -> None:
    result = run(("db", "new", "niets"), settings(tmp_path, f"sqlite:///{tmp_path}/portaal.sqlite"))
    assert is_told(result), result.output
    assert "not up to date" in result.output


def test_in_strict_mode_the_plugin_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of plugins shows all of them all the same."""
    config = settings(tmp_path, f"sqlite:///{tmp_path}/portaal.sqlite")
    monkeypatch.setattr("portaal.app.discover", lambda: plugin("zeker") | plugin("kwaad", menu=lambda: 42))
    result = run(("rechten",), config)
    assert is_told(result), result.output
    assert "plugin kwaad is refused in phase check: ContractError: a hook must return a list" in result.output
    listed = run(("plugins",), config)
    assert listed.exit_code == 1
    assert "kwaad                    quarantined  check: ContractError" in listed.output
    assert "zeker                    ready" in listed.output


def test_a_product_is_not_written_where_nothing_can_be(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["plugin", "new", "goed", "--directory", "/proc"])
    assert is_told(result), result.output
    assert "/proc/portaal-goed: No such file or directory" in result.output


def settings(folder: Path, url: str, *more: str) -> Path:
    """An ini file of a portal that could start, but for its database and for what is added."""
    keys = folder / "keys.json"
    create_key_file(keys, "een")
    config = folder / "portaal.ini"
    config.write_text(
        "[app:main]\nuse = egg:portaal\nportaal.environment = development\nportaal.strict_plugins = true\n"
        f"portaal.public_url = http://localhost:6543\nsqlalchemy.url = {url}\nportaal.key_file = {keys}\n"
        f"portaal.storage = {folder}/payloads\nportaal.check_migrations = false\n"
        + "".join(f"{name} = {value}\n" for name, value in eherkenning_settings(folder / "eherkenning").items())
        + "".join(f"{line}\n" for line in more)
    )
    return config


@pytest.mark.parametrize("called", ALL, ids=" ".join)
def test_a_misspelt_setting_stops_every_command(called: tuple[str, ...], tmp_path: Path) -> None:
    config = tmp_path / "portaal.ini"
    config.write_text("[app:main]\nuse = egg:portaal\nportaal.public_urls = https://x.example\n")
    result = run(called, config)
    assert result.exit_code == 1
    assert "no setting portaal.public_urls; did you mean portaal.public_url?" in result.output
    assert "Traceback" not in result.output


def test_in_development_a_misspelt_setting_is_told(tmp_path: Path) -> None:
    config = tmp_path / "portaal.ini"
    config.write_text(
        "[app:main]\nuse = egg:portaal\nportaal.environment = development\nportaal.public_urls = x\n"
        f"sqlalchemy.url = sqlite:///{tmp_path / 'portaal.sqlite'}\n"
    )
    result = run(("db", "status"), config)
    assert "did you mean portaal.public_url?" in result.stderr
    assert "core" in result.stdout
