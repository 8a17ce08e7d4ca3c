"""The login providers of this portal: checked when they are added, and contained when they are asked.

A provider that raises, is late or answers with something else than it promised refuses that one login. It is named in
the log and by ``/ready`` until it does its work again; the others are not harmed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from portaal import clock
from portaal.configuration import LOOPBACK
from portaal.login.levels import MINIMUM, AssuranceLevel
from portaal.login.provider import LoginChoice, LoginProvider, LoginRequest, LoginReturn, LoginStart
from portaal.login.record import LoginRecord, is_well_formed
from portaal.login.refusal import LoginRefusedError, RefusalReason
from portaal.plugins.errors import ContractError
from portaal.time_limit import Call, TimeLimit

if TYPE_CHECKING:
    from pyramid.config import Configurator

log = logging.getLogger(__name__)

SECONDS = 15
LONGEST_ISSUER = 200
LONGEST_NAME = 120
MOST_REMEMBERED = 4000
ORIGIN = re.compile(r"https?://([A-Za-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
RETURN = "/inloggen/terug/"


class LoginProviders:
    """All login providers, by the name of their owner: ``eherkenning``, or a plugin."""

    def __init__(self) -> None:
        self._providers: dict[str, LoginProvider] = {}
        self._return_paths: dict[str, str] = {}
        self._limit = TimeLimit(SECONDS)
        self._troubles: dict[str, str] = {}  # what went wrong at the last attempt

    def __iter__(self) -> Iterator[str]:
        return iter(self._providers)

    def add(self, name: str, provider: LoginProvider, return_path: str | None = None) -> None:
        """Add a provider.

        :param return_path: where its browsers come back, when it has a page of its own for that.
        :raises ContractError: it is not of the promised form, or vouches in the name of another.
        """
        _check_provider(provider)
        for choice in provider.choices:
            if self.owner_of(choice.issuer) is not None:
                raise ContractError(f"login choice {choice.issuer!r} is there already")
        self._providers[name] = provider
        self._return_paths[name] = return_path or f"{RETURN}{name}"

    def return_path(self, name: str) -> str | None:
        """Where browsers come back from a provider: the one place; None when there is no such provider."""
        return self._return_paths.get(name)

    @property
    def choices(self) -> list[LoginChoice]:
        """Everybody who can be chosen, by name."""
        found = [choice for provider in self._providers.values() for choice in provider.choices]
        return sorted(found, key=lambda choice: choice.name.casefold())

    @property
    def origins(self) -> tuple[str, ...]:
        """Where browsers may be sent."""
        return tuple(sorted({origin for provider in self._providers.values() for origin in provider.origins}))

    def owner_of(self, issuer: str) -> str | None:
        """The name of the provider that asks this party."""
        for name, provider in self._providers.items():
            if any(choice.issuer == issuer for choice in provider.choices):
                return name
        return None

    def health(self) -> str:
        """What ``/ready`` tells of the providers that failed the last time that they were asked."""
        troubles = sorted(self._troubles.items())
        return "; ".join(f"{name} failed at the last login ({error})" for name, error in troubles)

    def begin(self, name: str, start: LoginStart) -> LoginRequest:
        """Let a provider make its request.

        :raises LoginRefusedError: it cannot.
        """
        provider = self._providers[name]

        def begin() -> LoginRequest:
            return _checked_request(provider, provider.begin(start))

        return self._ask(name, begin)

    def finish(self, name: str, back: LoginReturn) -> LoginRecord:
        """Let a provider verify the answer, and hold what comes out against what holds for every login.

        :raises LoginRefusedError: there is something wrong with the answer, or the level is too low (R-38).
        """
        if self.owner_of(back.issuer) != name:
            raise LoginRefusedError(RefusalReason.WRONG_PARTY, "who was asked is no longer known")
        provider = self._providers[name]

        def finish() -> LoginRecord:
            return _checked_record(provider.finish(back), back.issuer)

        return self._ask(name, finish)

    def _ask(self, name: str, function: Callable[[], Any]) -> Any:
        (outcome,) = self._limit.run([Call(name, function)])
        if isinstance(outcome.error, LoginRefusedError):
            raise outcome.error
        if outcome.error is not None:
            self._troubles[name] = type(outcome.error).__name__
            log.error("login provider %s failed", name, exc_info=outcome.error)
            raise LoginRefusedError(RefusalReason.PROVIDER_FAILED, "the login provider failed") from outcome.error
        self._troubles.pop(name, None)
        return outcome.value


def _check_provider(provider: Any) -> None:
    if not isinstance(provider, LoginProvider):
        raise ContractError(f"portaal_login_provider must return LoginProvider, not {type(provider).__name__}")
    if not isinstance(provider.choices, tuple) or not provider.choices:
        raise ContractError("a login provider needs a tuple of choices")
    for choice in provider.choices:
        if not isinstance(choice, LoginChoice) or not _is_text(choice.issuer, LONGEST_ISSUER):
            raise ContractError(f"a login choice needs an issuer of 1 to {LONGEST_ISSUER} characters")
        if not _is_text(choice.name, LONGEST_NAME):
            raise ContractError(f"login choice {choice.issuer!r} needs a name of 1 to {LONGEST_NAME} characters")
    if len({choice.issuer for choice in provider.choices}) != len(provider.choices):
        raise ContractError("two login choices have one issuer")
    if not isinstance(provider.origins, tuple) or not provider.origins:
        raise ContractError("a login provider needs a tuple of origins")
    for origin in provider.origins:
        _check_origin(origin)
    for what in ("begin", "finish"):
        if not callable(getattr(provider, what)):
            raise ContractError(f"login provider: {what} must be a function")


def _check_origin(origin: Any) -> None:
    """It goes into the content security policy as it stands. Http is for this machine's own addresses."""
    if not isinstance(origin, str) or not ORIGIN.fullmatch(origin):
        raise ContractError(f"login origin {origin!r} must be such as https://broker.example, without a path")
    address = urlsplit(origin)
    if address.scheme != "https" and address.hostname not in LOOPBACK:
        raise ContractError(f"login origin {origin!r} must be https")


def _is_text(value: Any, most: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= most


def _checked_request(provider: LoginProvider, request: Any) -> LoginRequest:
    if not isinstance(request, LoginRequest):
        raise ContractError(f"begin must return LoginRequest, not {type(request).__name__}")
    address = urlsplit(request.url)
    if f"{address.scheme}://{address.netloc}" not in provider.origins:
        raise ContractError("begin sends the browser to an address outside the provider's origins")
    for mapping in (request.remember, request.fields or {}):
        if not isinstance(mapping, Mapping) or not all(
            isinstance(part, str) for pair in mapping.items() for part in pair
        ):
            raise ContractError("what begin gives to remember or to post must be texts by name")
    if sum(len(name) + len(value) for name, value in request.remember.items()) > MOST_REMEMBERED:
        raise ContractError(f"begin gives more than {MOST_REMEMBERED} characters to remember")
    return request


def _checked_record(record: Any, asked: str) -> LoginRecord:
    if not isinstance(record, LoginRecord):
        raise ContractError(f"finish must return LoginRecord, not {type(record).__name__}")
    if record.issuer != asked:
        raise LoginRefusedError(RefusalReason.WRONG_PARTY, "the record names another issuer than was asked")
    if not isinstance(record.level, AssuranceLevel) or not record.level.suffices_for(MINIMUM):
        raise LoginRefusedError(RefusalReason.LEVEL_TOO_LOW, "the level of this login is too low or unknown")
    if not is_well_formed(record):
        raise LoginRefusedError(RefusalReason.WRONG_IDENTITY, "the record is not well formed")
    if record.expires_at <= clock.now():
        raise LoginRefusedError(RefusalReason.WRONG_TIME, "the record is no longer valid")
    return record


def add_login_provider(
    config: Configurator, name: str, provider: LoginProvider, return_path: str | None = None
) -> None:
    """Directive: another way to log in."""
    providers: LoginProviders = config.registry["portaal.login_providers"]
    providers.add(name, provider, return_path)
    config.registry["portaal.form_targets"] = providers.origins
    config.add_writing_get(providers.return_path(name))


def includeme(config: Configurator) -> None:
    config.registry["portaal.login_providers"] = LoginProviders()
    config.add_directive("add_login_provider", add_login_provider)
