"""What goes wrong for a reason outside the program is told in a line: whoever typed the command can do something."""

from __future__ import annotations

import errno


def explained(error: Exception) -> str | None:
    """What went wrong and what to do; None for an error of our own, which keeps its traceback."""
    # Imported here: only a command that failed has to wait for it.
    from alembic.util.exc import CommandError
    from pyramid.exceptions import ConfigurationError
    from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

    from portaal.bsn import redact
    from portaal.configuration import UnsafeConfigurationError
    from portaal.keyring import KeyringError
    from portaal.plugins.errors import ContractError

    if isinstance(error, (UnsafeConfigurationError, KeyringError, ContractError)):
        return str(error)
    if type(error) is ConfigurationError:  # a setting; what is below it is a conflict between parts of the program
        return str(error)
    if isinstance(error, CommandError):
        return f"the tables cannot be changed: {error}"
    # A bare DatabaseError: the file is no database, or a damaged one.
    if isinstance(error, (OperationalError, ProgrammingError)) or type(error) is DatabaseError:
        reason = redact(str(error.orig).strip().partition("\n")[0])
        return f"the database cannot be used: {reason}. Is it there, and was 'portaal db upgrade' run?"
    if isinstance(error, OSError) and error.filename and error.errno != errno.EPIPE:
        return f"{error.filename}: {error.strerror}"
    return None
