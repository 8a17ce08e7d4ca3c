"""A change that is prepared first: new addresses and certificates are tested, and activated by a second person (B-12).

A draft is about the settings it changes and leaves the others alone: when it is activated, they have the values that
hold then. Where somebody changed the same setting in the meantime, the draft cannot be activated any more.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pydantic
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from translationstring import TranslationString

from portaal import audit, clock
from portaal.access.models import Role
from portaal.plugins.contract import ConnectionTest, SettingsTab
from portaal.roles.grants import holders
from portaal.settings.diff import changed_fields, with_values_of
from portaal.settings.fields import SettingField, fields_of
from portaal.settings.form import entry_faults, entry_rules
from portaal.settings.kinds import EntryRules
from portaal.settings.models import SettingsDraft
from portaal.settings.store import Loaded, Saved, SettingsStore
from portaal.settings.stored import Stored, encode
from portaal.web.i18n import DOMAIN, _


class DraftExistsError(Exception):
    """Another change of these settings is being prepared already."""


class NotReadyError(Exception):
    """A draft cannot be activated now. ``obstacles`` says why, in words."""

    def __init__(self, obstacles: list[TranslationString]) -> None:
        super().__init__("; ".join(obstacles))
        self.obstacles = obstacles


@dataclass(frozen=True)
class Rules:
    """What a change has to go through.

    :param second_person: somebody else than its author activates it.
    :param test: the connection is tested first.
    :param entry: what may be entered at this moment.
    """

    second_person: bool
    test: bool
    entry: EntryRules

    def prepare(self, changed: Iterable[SettingField]) -> bool:
        """Whether a change of these settings is prepared before it holds."""
        return (self.second_person or self.test) and any(field.controlled for field in changed)


@dataclass(frozen=True)
class Draft:
    """A draft beside what holds now.

    :param value: the settings as they will be, or None where that cannot be said (see ``obstacles``).
    """

    row: SettingsDraft
    current: Loaded[Any]
    value: pydantic.BaseModel | None
    obstacles: tuple[TranslationString, ...]

    @property
    def tested(self) -> ConnectionTest | None:
        """How the connection test went, as long as it says something about what would hold."""
        if self.row.test_text is None or self.row.tested_with != self.current.number:
            return None
        text = TranslationString(self.row.test_text["id"], domain=DOMAIN, mapping=self.row.test_text["mapping"])
        return ConnectionTest(bool(self.row.test_succeeded), text)


def rules_for(tab: SettingsTab, settings: dict[str, str]) -> Rules:
    """The rules of a tab, with the ini setting ``portaal.second_person`` (on unless it is "false")."""
    return Rules(
        second_person=settings.get("portaal.second_person", "true") != "false",
        test=tab.test_connection is not None,
        entry=entry_rules(settings),
    )


def find(
    store: SettingsStore, dbsession: Session, gemeentecode: str, product: str, *, lock: bool = False
) -> Draft | None:
    """The change that is being prepared, or None.

    :param lock: keep others from acting on it until the transaction ends.
    """
    query = sa.select(SettingsDraft).where(SettingsDraft.gemeentecode == gemeentecode, SettingsDraft.product == product)
    row = dbsession.scalar(query.with_for_update(of=SettingsDraft) if lock else query)
    return None if row is None else _assemble(store, dbsession, row)


def propose(
    store: SettingsStore,
    dbsession: Session,
    gemeentecode: str,
    product: str,
    value: pydantic.BaseModel,
    *,
    base: Loaded[Any],
    by: uuid.UUID,
    reason: str,
) -> None:
    """Keep a change as a draft.

    :param base: the version that ``value`` was made from.
    :raises DraftExistsError: there is one already.
    """
    stored = encode(value, store.sealer, gemeentecode, product)
    changed = [field.name for field in changed_fields(base.value, value)]
    draft = SettingsDraft(
        gemeentecode=gemeentecode,
        product=product,
        based_on=base.number,
        content=dict(stored.content),
        secrets=dict(stored.secrets),
        changed=changed,
        reason=reason,
        saved_at=clock.now(),
        saved_by=by,
    )
    try:
        with dbsession.begin_nested():
            dbsession.add(draft)
    except IntegrityError as error:
        if find(store, dbsession, gemeentecode, product) is None:
            raise
        raise DraftExistsError(product) from error
    _record(dbsession, draft, "settings.propose", by, {"settings": changed})


def note_test(dbsession: Session, draft: Draft, outcome: ConnectionTest, *, tested_with: int, by: uuid.UUID) -> None:
    """Keep how the connection test went.

    :param tested_with: the number of the version that held when the test began.
    """
    row = draft.row
    row.tested_at, row.tested_with, row.test_succeeded = clock.now(), tested_with, outcome.succeeded
    row.test_text = {"id": str(outcome.text), "mapping": {k: str(v) for k, v in (outcome.text.mapping or {}).items()}}
    _record(dbsession, row, "settings.test", by, {"succeeded": outcome.succeeded})


def withdraw(dbsession: Session, draft: Draft, by: uuid.UUID) -> None:
    """Drop the change; what holds goes on to hold."""
    _record(dbsession, draft.row, "settings.withdraw", by, {"settings": draft.row.changed})
    dbsession.delete(draft.row)
    dbsession.flush()


def activate(store: SettingsStore, dbsession: Session, draft: Draft, rules: Rules, by: uuid.UUID) -> Saved:
    """Make the change hold, as a new version by its author.

    :param draft: found with ``lock``.
    :raises NotReadyError: see :func:`obstacles`.
    :raises StaleVersionError: somebody saves at this moment.
    """
    hindrance = obstacles(dbsession, draft, rules, by)
    if hindrance or draft.value is None:
        raise NotReadyError(hindrance)
    row = draft.row
    saved = store.save(
        dbsession,
        row.gemeentecode,
        row.product,
        draft.value,
        based_on=draft.current.number,
        by=row.saved_by,
        activated_by=by,
        reason=row.reason,
    )
    dbsession.delete(row)
    dbsession.flush()
    return saved


def obstacles(dbsession: Session, draft: Draft, rules: Rules, by: uuid.UUID) -> list[TranslationString]:
    """Why this person cannot activate the draft now; nothing when they can."""
    if draft.value is None:
        return list(draft.obstacles)
    found = []
    if entry_faults(draft.value, draft.current.value, rules.entry):
        found.append(
            _(
                "A web address or certificate in this change may not be filled in any more; for example, the "
                "certificate has expired. Withdraw this change and fill it in again."
            )
        )
    if rules.second_person and not _may_still(dbsession, draft.row):
        found.append(
            _(
                "Who filled this in is no longer Productbeheerder of this product. Withdraw this change and let "
                "another Productbeheerder fill it in."
            )
        )
    if rules.test and (draft.tested is None or not draft.tested.succeeded):
        found.append(_("The connection must be tested first, and the test must succeed."))
    if rules.second_person and by == draft.row.saved_by:
        found.append(_("Somebody else must activate this change: a second Productbeheerder of the product."))
    return found


def _may_still(dbsession: Session, row: SettingsDraft) -> bool:
    """Whether its author is one of the two persons who decide: a role may have been withdrawn since."""
    people = holders(dbsession, Role.PRODUCTBEHEERDER, row.gemeentecode, row.product)
    return any(account.id == row.saved_by for account in people)


def _assemble(store: SettingsStore, dbsession: Session, row: SettingsDraft) -> Draft:
    model = store.tabs[row.product].model
    current = store.load(dbsession, row.gemeentecode, row.product)
    base = store.load(dbsession, row.gemeentecode, row.product, row.based_on)
    proposed = store.decode(row.gemeentecode, row.product, Stored(row.content, row.secrets))
    names = {field.name for field in fields_of(model)}
    mine = [name for name in row.changed if name in names]
    if proposed.faults & set(mine):
        return Draft(
            row,
            current,
            None,
            (_("What was filled in cannot be read any more. Withdraw this change and fill it in again."),),
        )
    meanwhile = {field.name for field in changed_fields(base.value, current.value)}
    if meanwhile & set(mine):
        return Draft(
            row,
            current,
            None,
            (_("Somebody else changed the same settings. Withdraw this change and fill it in again."),),
        )
    try:
        value = with_values_of(current.value, proposed.value, mine)
    except pydantic.ValidationError:
        return Draft(
            row, current, None, (_("This change no longer fits the other settings. Withdraw it and fill it in again."),)
        )
    return Draft(row, current, value, ())


def _record(dbsession: Session, row: SettingsDraft, action: str, by: uuid.UUID, details: dict[str, Any]) -> None:
    audit.record(
        dbsession,
        action=action,
        outcome=audit.Outcome.DONE,
        actor=by,
        gemeentecode=row.gemeentecode,
        product=row.product,
        object_kind="settings_draft",
        object_id=row.id,
        details=details,
    )
