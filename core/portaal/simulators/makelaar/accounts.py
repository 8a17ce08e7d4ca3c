"""The people who can log in here: the demonstration's accounts file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path

from portaal.login.levels import AssuranceLevel


@dataclass(frozen=True)
class Account:
    """Somebody with a means of logging in, for one or more organisations; ``role`` says who it is, in Dutch."""

    username: str
    password: str
    phone: str
    name: str
    role: str
    pseudonym: str
    organisations: tuple[str, ...]
    level: AssuranceLevel


def read_accounts(path: Path) -> dict[str, Account]:
    """The accounts by user name."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    return {
        entry["username"]: Account(
            username=entry["username"],
            password=entry.get("password", content["password"]),
            phone=entry["phone"],
            name=entry["name"],
            role=entry.get("role", ""),
            pseudonym=entry["pseudonym"],
            organisations=tuple(entry["organisations"]),
            level=AssuranceLevel(entry.get("level", "loa3")),
        )
        for entry in content["account"]
    }


def check_password(accounts: dict[str, Account], username: str, password: str) -> Account | None:
    """The account, when user name and password belong together."""
    account = accounts.get(username.strip().lower())
    if account is None or not compare_digest(account.password.encode(), password.encode()):
        return None
    return account
