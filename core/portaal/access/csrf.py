"""CSRF tokens bound to the browser's token: nothing to store, nothing left over after login or logout."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from pyramid.interfaces import ICSRFStoragePolicy
from zope.interface import implementer

from portaal.web.forms import CSRF_FIELD, CSRF_HEADER

if TYPE_CHECKING:
    from pyramid.config import Configurator
    from pyramid.request import Request


@implementer(ICSRFStoragePolicy)
class BoundTokens:
    """A token is a keyed hash of the browser's token."""

    def get_csrf_token(self, request: Request) -> str:
        _, key = request.registry["portaal.keyring"].derive("csrf")
        return hmac.new(key, request.browser_binding.encode(), hashlib.sha256).hexdigest()

    def new_csrf_token(self, request: Request) -> str:
        return self.get_csrf_token(request)

    def check_csrf_token(self, request: Request, supplied_token: str) -> bool:
        return hmac.compare_digest(self.get_csrf_token(request).encode(), supplied_token.encode())


def includeme(config: Configurator) -> None:
    config.set_csrf_storage_policy(BoundTokens())
    config.set_default_csrf_options(require_csrf=True, token=CSRF_FIELD, header=CSRF_HEADER)
