"""What the portal knows of a person who works with it, and erasing that (AVG articles 15 and 17).

It is about accounts: the people of gemeenten and of the operator. Citizens in messages are the gemeente's to answer
for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from portaal.web.i18n import _

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.add_audit_titles(
        {
            "person.export": _("Exported what is known of a person"),
            "person.erase": _("Erased the data of a person"),
        }
    )
