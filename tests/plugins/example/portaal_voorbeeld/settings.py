"""The settings, and what is worked out from them."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from portaal.api import _, setting


class Settings(BaseModel):
    """What the Productbeheerder decides for the gemeente."""

    model_config = ConfigDict(frozen=True)

    title: str = setting("", label=_("Heading above the notes"), max_length=60)
    days: int = setting(365, label=_("Days that a note is kept"), at_least=1, at_most=3650)


HEADINGS: dict[str, str] = {}


def heading(gemeentecode: str, settings: Settings) -> str:
    """The heading above the notes; made once per gemeente."""
    if gemeentecode not in HEADINGS:
        HEADINGS[gemeentecode] = settings.title.upper()
    return HEADINGS[gemeentecode]
