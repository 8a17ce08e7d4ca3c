"""The words of the gate: per fault what is wrong and what to do. Never a value of the message.

B.. are faults of the file, its XML, its type or its sender, X.. faults against the structure of the message.
"""

from __future__ import annotations

from portaal.berichtenverkeer.verdict import Finding, Niveau
from portaal.web.i18n import _

SEND_XML = _("Choose the message itself: an XML file made by your application.")
ASK_SUPPLIER = _("Have your software supplier correct how the application writes this message.")
CORRECT = _("Correct this in your application and make the message again.")

FAULTS = {
    "B01": (_("The file is empty."), SEND_XML),
    "B02": (
        _("The file is larger than ${megabytes} MB, the most that a message may be."),
        _("Divide the contents over several messages."),
    ),
    "B03": (
        _("This is a ${kind} file, not a message."),
        _("Choose the XML file of the message itself. Is it packed? Then unpack it first."),
    ),
    "B04": (_("The file is not XML: it does not begin with a tag."), SEND_XML),
    "B05": (_("The file holds a zero byte. A message is text and has none."), SEND_XML),
    "B06": (_("The file is not in UTF-8 but in ${encoding}."), _("Save or export the message as UTF-8.")),
    "B07": (
        _("The file says it is UTF-8, but here it holds bytes that are not."),
        _("Save or export the message as UTF-8."),
    ),
    "B08": (
        _("The first line must say XML version 1.0 and encoding UTF-8, and nothing else."),
        ASK_SUPPLIER,
    ),
    "B09": (_("The file begins with more than one byte order mark."), ASK_SUPPLIER),
    "B10": (
        _("Here stands an invisible character, or one that turns the direction of writing."),
        _("Type the text again instead of pasting it, and make the message again."),
    ),
    "OP192": (
        _("The file begins with a byte order mark. The standard asks for UTF-8 without one."),
        _("Have your application export without byte order mark: a receiver may refuse it."),
    ),
    "B20": (
        _("The file is not well-formed XML from here on: a tag is missing, double or broken off."),
        _("Export the message again. If it happens again, have your software supplier look at it."),
    ),
    "B21": (_("The file holds a DOCTYPE or ENTITY. Those are never allowed in a message."), ASK_SUPPLIER),
    "B22": (_("The file holds a processing instruction. A message has none."), ASK_SUPPLIER),
    "B23": (_("The file holds a CDATA section. A message has none."), ASK_SUPPLIER),
    "B24": (_("There is a comment inside a value."), ASK_SUPPLIER),
    "B25": (_("The file holds more than ${most} comments."), ASK_SUPPLIER),
    "B26": (_("The elements are nested more than ${most} deep."), ASK_SUPPLIER),
    "B27": (_("One part of the message is larger than ${kilobytes} kB."), ASK_SUPPLIER),
    "B28": (_("An element has an attribute. The elements of a message have none."), ASK_SUPPLIER),
    "B29": (
        _("A namespace is declared here that does not belong to this message."),
        ASK_SUPPLIER,
    ),
    "B40": (
        _("This is not a message of iWmo, iJw or iEb: its first element is another."),
        _("Check that you chose the right file."),
    ),
    "B41": (
        _("This message is made for another release than the one in force, ${release}."),
        _("Have your application make the message for ${release}."),
    ),
    "B42": (
        _("${berichttype} is known here by name only: this portal cannot check it yet."),
        _("Send it in the way you did until now."),
    ),
    "B43": (
        _("The berichtcode in the header does not belong to ${berichttype}: that is ${berichtcode}."),
        ASK_SUPPLIER,
    ),
    "B44": (
        _("The version in the header is not that of ${release}."),
        _("Have your application make the message for ${release}."),
    ),
    "B45": (
        _("Messages of the type ${berichttype} cannot be sent here."),
        _("Check that you chose the right file and the right product."),
    ),
    "B46": (
        _("The sender of this message is another gemeente than yours."),
        _("Check that you chose the right file, or log in for the gemeente that sends it."),
    ),
    "B47": (
        _("A ${berichttype} is not sent by a gemeente, so yours cannot be its sender."),
        _("Check that you chose the right file."),
    ),
    "B48": (
        _("This message is packed in an envelope (StUF-GGk or SOAP) already."),
        _("Send the message itself: the portal packs it."),
    ),
    "B49": (
        _("This message is made for ${release}, which is no longer in force."),
        _("Have your application make the message for ${newest}: a receiver may refuse this one."),
    ),
    "B99": (
        _("This file cannot be judged because of a fault in the portal."),
        _("Tell the Servicedesk. Sending it again will not help."),
    ),
    "X01": (_("${element} is missing here."), CORRECT),
    "X02": (_("${element} stands in the wrong place: it must come before ${before}."), CORRECT),
    "X03": (_("${element} stands here more than once."), CORRECT),
    "X04": (_("Here stands an element that does not belong in this place."), CORRECT),
    "X05": (_("This code is not in the list ${list}. Known are: ${codes}."), CORRECT),
    "X06": (_("The value is longer than ${most} characters."), CORRECT),
    "X07": (
        _("The value is empty. Empty elements are not allowed."),
        _("Leave the element out or fill it, and make the message again."),
    ),
    "X08": (_("The value is not a whole number."), CORRECT),
    "X09": (_("The number is less than 0 or more than ${most}."), CORRECT),
    "X10": (_("The value is not an existing date in the form year-month-day, without a time zone."), CORRECT),
    "X11": (_("The value is not a time in the form hours:minutes:seconds, without a time zone."), CORRECT),
    "X12": (_("The value must be exactly ${digits} digits."), CORRECT),
    "X13": (_("The value does not have the form that the standard prescribes."), CORRECT),
    "X14": (_("The value runs over more than one line. It must be on one line."), CORRECT),
    "X15": (_("There is text here between the elements."), CORRECT),
    "X17": (_("${element} does not belong in this place."), CORRECT),
    "X16": (_("This part does not follow the structure of ${berichttype}."), CORRECT),
    "X90": (
        _("The official schema of ${berichttype} does not accept this; the portal itself found nothing wrong."),
        _("Have your software supplier compare the message with the schema, and tell the Servicedesk this code."),
    ),
    "X91": (
        _("The official schema of ${berichttype} accepts this message; the portal itself is stricter."),
        _("Tell the Servicedesk this code: the fault may be the portal's."),
    ),
}


def finding(
    code: str, regel: int | None = None, plaats: str = "", niveau: Niveau = "weigering", **mapping: object
) -> Finding:
    """The finding with the words of its code. ``mapping`` fills them: names and numbers of the standard only."""
    text, action = FAULTS[code]
    return Finding(code, niveau, regel, plaats, text % mapping, action % mapping)
