"""The states a message goes through, what they mean, and which may follow which (requirements 8.1)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from translationstring import TranslationString

from portaal.web.i18n import _


class State(StrEnum):
    """Where a message stands. The values are stored."""

    AANGEBODEN = "aangeboden"
    GOEDGEKEURD = "goedgekeurd"
    AFGEKEURD_PORTAAL = "afgekeurd_portaal"
    INGEDIEND = "ingediend"
    IN_VERWERKING = "in_verwerking"
    DOORGESTUURD = "doorgestuurd"
    BEZORGD = "bezorgd"
    OPGEHAALD = "opgehaald"
    VERWERKT = "verwerkt"
    AFGEKEURD_KNOOPPUNT = "afgekeurd_knooppunt"
    AFGEKEURD_ONTVANGER = "afgekeurd_ontvanger"
    WACHT_OP_RETOUR = "wacht_op_retour"
    RETOUR_TE_LAAT = "retour_te_laat"
    MISLUKT = "mislukt"
    VASTGEHOUDEN = "vastgehouden"
    VERLOPEN = "verlopen"
    INGETROKKEN = "ingetrokken"


Tone = Literal["ok", "info", "warning", "error", "neutral"]  # how a page shows it: icon and colour


@dataclass(frozen=True)
class Meaning:
    """What people read: a short label, and one sentence that says what it means and what to do."""

    label: TranslationString
    explanation: TranslationString
    tone: Tone


GLOSSARY: dict[State, Meaning] = {
    State.AANGEBODEN: Meaning(_("Offered"), _("The portal has the file and is checking it."), "info"),
    State.GOEDGEKEURD: Meaning(_("Checked"), _("The portal found nothing that stops this message."), "info"),
    State.AFGEKEURD_PORTAAL: Meaning(
        _("Refused by the portal"),
        _("The portal did not send this message. Repair what is wrong and deliver it again."),
        "error",
    ),
    State.INGEDIEND: Meaning(
        _("Waiting to be sent"),
        _("The message is ready. The portal sends it as soon as the receiver can be reached."),
        "info",
    ),
    State.IN_VERWERKING: Meaning(
        _("Being processed"), _("The next party in the chain is processing the message."), "info"
    ),
    State.DOORGESTUURD: Meaning(
        _("Sent"), _("The next party in the chain has confirmed that it received the message."), "ok"
    ),
    State.BEZORGD: Meaning(_("New"), _("The message is ready for you. Nobody has downloaded it yet."), "warning"),
    State.OPGEHAALD: Meaning(
        _("Downloaded"),
        _("The message has been downloaded. Mark it as processed when your own administration has it."),
        "info",
    ),
    State.VERWERKT: Meaning(_("Processed"), _("The receiver has processed the message."), "ok"),
    State.AFGEKEURD_KNOOPPUNT: Meaning(
        _("Refused in the chain"),
        _("A party in the chain refused the message. It counts as not sent: repair it and deliver it again."),
        "error",
    ),
    State.AFGEKEURD_ONTVANGER: Meaning(
        _("Refused by the receiver"),
        _("The receiver refused all or part of the message. The return message says what is wrong."),
        "error",
    ),
    State.WACHT_OP_RETOUR: Meaning(
        _("Waiting for the return message"),
        _("The message has been sent. The receiver has three working days to answer it."),
        "info",
    ),
    State.RETOUR_TE_LAAT: Meaning(
        _("Return message overdue"),
        _("The receiver has not answered within three working days. Contact the receiver."),
        "warning",
    ),
    State.MISLUKT: Meaning(
        _("Not sent"),
        _("The message could not be sent and the portal stopped trying. Read why, and deliver it again."),
        "error",
    ),
    State.VASTGEHOUDEN: Meaning(
        _("Held back"), _("This kind of message is not being sent for a while. The portal sends it later."), "warning"
    ),
    State.VERLOPEN: Meaning(
        _("Expired"), _("The message was kept for as long as allowed and has been removed."), "neutral"
    ),
    State.INGETROKKEN: Meaning(_("Withdrawn"), _("The message was withdrawn before it was sent."), "neutral"),
}

# From which state to which. Whatever is not here does not happen: a late confirmation never undoes an answer.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.AANGEBODEN: frozenset({State.GOEDGEKEURD, State.AFGEKEURD_PORTAAL}),
    State.GOEDGEKEURD: frozenset({State.INGEDIEND, State.VASTGEHOUDEN, State.INGETROKKEN}),
    State.AFGEKEURD_PORTAAL: frozenset(),
    State.VASTGEHOUDEN: frozenset({State.INGEDIEND, State.INGETROKKEN}),
    # An answer can come before the confirmation: the chain is asynchronous.
    State.INGEDIEND: frozenset(
        {
            State.DOORGESTUURD,
            State.WACHT_OP_RETOUR,
            State.MISLUKT,
            State.INGETROKKEN,
            State.VASTGEHOUDEN,
            State.VERWERKT,
            State.AFGEKEURD_ONTVANGER,
            State.AFGEKEURD_KNOOPPUNT,
        }
    ),
    State.MISLUKT: frozenset({State.INGEDIEND, State.VERWERKT, State.AFGEKEURD_ONTVANGER}),
    State.DOORGESTUURD: frozenset({State.IN_VERWERKING, State.AFGEKEURD_KNOOPPUNT}),
    State.IN_VERWERKING: frozenset({State.DOORGESTUURD, State.AFGEKEURD_KNOOPPUNT}),
    State.WACHT_OP_RETOUR: frozenset(
        {
            State.VERWERKT,
            State.AFGEKEURD_ONTVANGER,
            State.AFGEKEURD_KNOOPPUNT,
            State.RETOUR_TE_LAAT,
        }
    ),
    State.RETOUR_TE_LAAT: frozenset({State.VERWERKT, State.AFGEKEURD_ONTVANGER, State.AFGEKEURD_KNOOPPUNT}),
    State.AFGEKEURD_KNOOPPUNT: frozenset(),
    State.AFGEKEURD_ONTVANGER: frozenset(),
    State.BEZORGD: frozenset({State.OPGEHAALD, State.VERWERKT, State.VERLOPEN}),
    State.OPGEHAALD: frozenset({State.VERWERKT, State.VERLOPEN}),
    State.VERWERKT: frozenset({State.VERLOPEN}),
    State.VERLOPEN: frozenset(),
    State.INGETROKKEN: frozenset(),
}

# A message in one of these counts as never sent (OP286): its identification may be used again.
COUNTS_AS_NOT_SENT = frozenset(
    {
        State.AFGEKEURD_PORTAAL,
        State.AFGEKEURD_KNOOPPUNT,
        State.MISLUKT,
        State.INGETROKKEN,
    }
)
