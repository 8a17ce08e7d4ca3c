"""Logging in with eHerkenning: the SAML profile, as a login provider.

The way of a login: :mod:`portaal.login.views` asks :mod:`~portaal.eherkenning.provider` for a signed request to the
chosen makelaar (:mod:`~portaal.eherkenning.authn_request`); the browser comes back to :mod:`~portaal.eherkenning.views`
with an artifact, which is exchanged (:mod:`~portaal.eherkenning.artifact`) for an answer that is verified
(:mod:`~portaal.eherkenning.response`) and becomes a :class:`~portaal.login.record.LoginRecord`, which
:mod:`portaal.login.session` turns into a session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    config.include("portaal.eherkenning.configuration")
    config.include("portaal.eherkenning.views")
