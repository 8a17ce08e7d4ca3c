"""What the commands of ``portaal eherkenning`` share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click

from portaal.configuration import UnsafeConfigurationError, check
from portaal.eherkenning.catalogus import CatalogueError
from portaal.eherkenning.makelaars import MakelaarsFileError
from portaal.eherkenning.metadata import MetadataError
from portaal.eherkenning.parties import Makelaar
from portaal.shell import config_option, read_settings


@contextmanager
def _clear_messages() -> Iterator[None]:
    try:
        yield
    except (UnsafeConfigurationError, MakelaarsFileError, MetadataError, CatalogueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:  # reading has words of its own; this is writing
        raise click.ClickException(f"{error.filename} cannot be written: {error.strerror}") from error


def command(group: click.Group, **kwargs: Any) -> Callable[[Callable[..., None]], click.Command]:
    """A command that reads the settings, and whose known errors are messages."""

    def decorate(function: Callable[..., None]) -> click.Command:
        @wraps(function)
        def run(config_file: str, **options: Any) -> None:
            with _clear_messages():
                function(check(dict(read_settings(config_file))), **options)

        return group.command(**kwargs)(config_option(run))

    return decorate


def the_one(known: list[Makelaar], name: str | None) -> Makelaar:
    """The makelaar of this name; without a name, the only one there is.

    :raises click.ClickException: it is not clear which.
    """
    found = [makelaar for makelaar in known if name in (None, makelaar.display_name)]
    if len(found) != 1:
        names = ", ".join(makelaar.display_name for makelaar in known)
        raise click.ClickException(f"name one makelaar with --makelaar: {names}")
    return found[0]
