"""What hooks are given, for tests that call them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portaal.access.models import Account
from portaal.plugins.contract import HookContext, PersonContext


@pytest.fixture
def hook_context(app: Any, dbsession: Session) -> Callable[[str], HookContext]:
    """``hook_context("voorbeeld")``: as jobs, health checks and metrics get it."""
    return lambda product: context_of(app, dbsession, product)


def context_of(app: Any, dbsession: Session, product: str) -> HookContext:
    """See the fixture ``hook_context``; for an application of your own."""
    return HookContext(dbsession, product, app.registry["portaal.settings"])


@pytest.fixture
def person_context(app: Any, dbsession: Session) -> Callable[[str, Account], PersonContext]:
    """``person_context("voorbeeld", account)``: as the hooks about personal data get it."""
    return lambda product, account: PersonContext(dbsession, product, app.registry["portaal.settings"], account.id)
