"""Logging in, whoever vouches for somebody, and out: the pages, the requests under way, the seam for login providers.

A :class:`~portaal.login.provider.LoginProvider` says where to send a browser and verifies what it comes back with.
eHerkenning is one (:mod:`portaal.eherkenning`), and a plugin may bring another (``portaal_login_provider``). What must
not be forgotten is not left to them: which browser asked, once only, the level, whose identity it is, and the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    for part in ("providers", "views", "own_sessions", "ending"):
        config.include(f"portaal.login.{part}")
