"""What a login provider is: who it can ask, how it asks, and how it verifies the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from portaal.login.record import LoginRecord


@dataclass(frozen=True)
class LoginChoice:
    """A party that people can log in with.

    :param issuer: how it is known, e.g. its entity id or address; at most 200 characters, and nobody else's. Together
        with the pseudonym it says who somebody is, so it never changes.
    :param name: what people choose; a proper name, so not translated.
    """

    issuer: str
    name: str


@dataclass(frozen=True)
class LoginStart:
    """Somebody wants to log in.

    :param issuer: of the choice that was made.
    :param state: comes back with the browser, unchanged, as the parameter ``state``; at most 80 characters.
    :param return_url: where the browser must come back by GET, exactly so.
    :param locale: the language of the page, ``nl`` or ``en``.
    """

    issuer: str
    state: str
    return_url: str
    locale: str


@dataclass(frozen=True)
class LoginRequest:
    """Where the browser goes, and what to remember until it is back.

    :param url: lies in one of the provider's origins.
    :param fields: of a form that is posted there, or None when the browser is sent there at once.
    :param remember: at most 4,000 characters in all; it does not reach the browser.
    """

    url: str
    fields: Mapping[str, str] | None = None
    remember: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class LoginReturn:
    """The browser is back, and it is the one that was sent; nobody can come back with this state again.

    :param issuer: who was asked.
    :param parameters: of the address, each of them there once.
    :param remembered: what :class:`LoginRequest` gave to remember.
    :param return_url: as it was in :class:`LoginStart`.
    :param posted: an answer that came by POST, for protocols that want that; only the portal's own SAML has it.
    """

    issuer: str
    parameters: Mapping[str, str] = field(repr=False)
    remembered: Mapping[str, str] = field(repr=False)
    return_url: str
    posted: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class LoginProvider:
    """A way to log in.

    :param choices: who can be asked.
    :param origins: where browsers are sent, e.g. ``https://broker.example``; they may go nowhere else.
    :param begin: makes the request; it has 15 seconds and no database session.
    :param finish: verifies the answer, within the same limits. It raises :class:`LoginRefusedError` with the reason
        when there is anything wrong with it, a missing or unknown level included.
    """

    choices: tuple[LoginChoice, ...]
    origins: tuple[str, ...]
    begin: Callable[[LoginStart], LoginRequest]
    finish: Callable[[LoginReturn], LoginRecord]


@dataclass(frozen=True)
class LoginSetup:
    """What a login provider is made with.

    :param settings: the plugin's ini settings; ``<plugin>.url`` is ``url``.
    :param environment: ``development``, ``kto`` or ``production``. Only in development may addresses lack TLS, and
        providers be simulated.
    """

    settings: Mapping[str, str] = field(repr=False)
    environment: str
