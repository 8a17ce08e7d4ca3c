"""Why the portal does not send a message that is right in itself: in words, with what to do."""

from __future__ import annotations

from portaal.berichtenverkeer.gate import Finding
from portaal.web.i18n import _

_WORDS = {
    "TR056": (
        _("A different message with the same identification was delivered before."),
        _("Give this message an identification of its own in your application, and make it again."),
    ),
    "P01": (
        _("No received message is known that this return message answers."),
        _("Check that you chose the right file, and that the message it answers was received in this portal."),
    ),
    "P02": (
        _("In its envelope the message is too large to be sent. The file may be ${megabytes} MB at most."),
        _("Divide the contents over several messages."),
    ),
}


def refusal(code: str, **mapping: object) -> Finding:
    """The finding that stops a message here. ``mapping`` fills its words: never a value of the message."""
    text, action = _WORDS[code]
    return Finding(code, "weigering", None, "", text % mapping, action % mapping)
