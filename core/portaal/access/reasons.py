"""Why something is refused. Pages and logs use the reason, never its text."""

from __future__ import annotations

import enum

from pyramid.authorization import ACLDenied


class Reason(enum.StrEnum):
    """The reasons a person can be refused, in the order they are looked at."""

    NOT_LOGGED_IN = "not_logged_in"
    OUTSIDE_NETWORK = "outside_network"
    ACCOUNT_ENDED = "account_ended"
    AGREEMENTS_MISSING = "agreements_missing"
    PROFILE_MISSING = "profile_missing"
    NOT_VERIFIED = "not_verified"
    NO_ROLES = "no_roles"
    NOT_PERMITTED = "not_permitted"


# The page where somebody goes on who may not do this yet, by its route.
NEXT_STEP = {
    Reason.PROFILE_MISSING: "persoonlijke_instellingen",
    Reason.NOT_VERIFIED: "verificatie",
    Reason.NO_ROLES: "wacht_op_rollen",
}


class Refusal:
    """A falsy answer to "may I?", with its reason. What Pyramid's forbidden view receives as ``result``."""

    boolval = 0

    def __init__(self, reason: Reason, detail: ACLDenied | None = None) -> None:
        self.reason = reason
        self.detail = detail

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return self.reason.value

    @property
    def msg(self) -> str:
        """The wording Pyramid logs."""
        return self.reason.value
