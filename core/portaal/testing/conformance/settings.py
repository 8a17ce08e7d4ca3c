"""The product's settings: sound without anybody having filled them in, explained, and silent about secrets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import SecretStr, ValidationError
from translationstring import TranslationString

from portaal.access.models import Role
from portaal.settings.fields import SettingField, fields_of
from portaal.settings.stored import decode, encode
from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.rehearsal import HERE, Rehearsal, Visit
from portaal.testing.conformance.subject import Subject
from portaal.testing.pages import main_form

SECRET_WORDS = re.compile(r"(?:^|_)(password|passphrase|secret|token|api_?key|private_?key|wachtwoord|geheim|sleutel)")
SECRET = "kanarie-8d1f0c5e2b"  # noqa: S105 - the canary that must not come out of its cage


def _fields(subject: Subject) -> tuple[SettingField, ...]:
    tab = subject.answer("portaal_settings_tab")
    return fields_of(tab.model) if tab else ()


@check(Needs.SOURCE)
def settings_survive_being_stored(subject: Subject) -> Iterator[str]:
    """The default settings are the same after they were saved and read again."""
    tab = subject.answer("portaal_settings_tab")
    if not tab:
        return
    sealer = subject.app.registry["portaal.settings"].sealer
    first = tab.model()
    read = decode(tab.model, encode(first, sealer, HERE, subject.name), sealer, HERE, subject.name)
    for field in fields_of(tab.model):
        before, after = getattr(first, field.name), getattr(read.value, field.name)
        if field.name in read.faults:
            yield f"setting {field.name}: the default {before!r} cannot be read back"
        elif before != after:
            yield f"setting {field.name}: the default {before!r} becomes {after!r}; leave what is valid as it is"


@check(Needs.SOURCE)
def settings_are_explained(subject: Subject) -> Iterator[str]:
    """Every setting has a label of its own, and all its texts are there in Dutch."""
    fields = _fields(subject)
    labels = Counter(str(field.label) for field in fields)
    for field in fields:
        choices = getattr(field.kind, "labels", {}).values()
        for text in (field.label, field.hint, field.section, *choices):
            if isinstance(text, TranslationString) and not subject.dutch(text):
                yield f"setting {field.name}: {str(text)!r} has no Dutch text"
        if labels[str(field.label)] > 1:
            yield f"setting {field.name}: another setting is called {str(field.label)!r} too"


@check(Needs.PORTAL)
def the_settings_tab_can_be_saved(rehearsal: Rehearsal) -> Iterator[str]:
    """The Productbeheerder sees every setting on the tab, and can save it as it stands."""
    if not _fields(rehearsal.subject):
        return
    for visit in _tab(rehearsal):
        if not visit.is_page:
            yield f"{visit.place} answers {visit.response.status_int}"
            continue
        form = main_form(visit.response)
        for field in _fields(rehearsal.subject):
            if field.name not in form.fields:
                yield f"{visit.place}: there is no control for {field.name}"
        answer = form.submit(status="*")
        if answer.status_int != 303:
            yield f"{visit.place} cannot be saved as it stands: {answer.status_int}"


def _tab(rehearsal: Rehearsal, *further: str) -> Iterator[Visit]:
    browser = rehearsal.somebody(Role.PRODUCTBEHEERDER)
    for end in ("", *further):
        path = f"/g/{HERE}/instellingen/{rehearsal.subject.name}/{end}"
        yield Visit(path, Role.PRODUCTBEHEERDER, browser, browser.get(path, status="*"))


@check(Needs.PORTAL)
def secrets_stay_secret(rehearsal: Rehearsal) -> Iterator[str]:
    """What is secret is declared so, and stands on no page once it is filled in (ASVS 14.2)."""
    fields = _fields(rehearsal.subject)
    for field in fields:
        if SECRET_WORDS.search(field.name) and not field.kind.is_secret and isinstance(field.default, str):
            yield f"setting {field.name} is called a secret: give it the type SecretStr | None"
    filled = [field.name for field in fields if field.kind.is_secret and _fill(rehearsal, field.name)]
    if not filled:
        return
    history = f"geschiedenis/{1 + bool(rehearsal.subject.settings)}"
    overview = rehearsal.somebody(Role.GEBRUIKER).get(f"/g/{HERE}/")
    for visit in (
        *_tab(rehearsal, "geschiedenis/", history),
        *rehearsal.visits(),
        Visit(f"/g/{HERE}/", Role.GEBRUIKER, rehearsal.anonymous(), overview),
    ):
        if SECRET in visit.response.text:
            yield f"{visit.place} shows a secret"


def _fill(rehearsal: Rehearsal, name: str) -> bool:
    """Save a secret; False where the product's own rules refuse this one (a key must be a key)."""
    value: dict[str, Any] = {name: SecretStr(SECRET)}
    try:
        rehearsal.save_settings(rehearsal.subject.name, **value)
    except ValidationError:
        return False
    return True
