"""Words that pages and shell share."""

from __future__ import annotations

from portaal.web.i18n import _

VERDICTS = {"goed": _("good"), "advies": _("good, with advice"), "geweigerd": _("refused")}
SEVERITIES = {"advies": _("advice"), "weigering": _("fault")}
