"""What the product answers when the portal asks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click
from sqlalchemy import MetaData
from translationstring import TranslationString

from portaal.login.provider import LoginSetup
from portaal.plugins.answers import CHECKS as DATA_HOOKS
from portaal.plugins.contract import Erasure, HookContext, PersonContext, Sample
from portaal.privacy.export import jsonable
from portaal.testing.conformance.check import Needs, check
from portaal.testing.conformance.rehearsal import Rehearsal
from portaal.testing.conformance.subject import Subject


@check(Needs.SOURCE)
def hooks_answer_the_same_twice(subject: Subject) -> Iterator[str]:
    """A hook without parameters answers the same each time: the portal asks once and keeps the answer."""
    for hook in sorted(DATA_HOOKS):
        function: Callable[[], Any] | None = getattr(subject.module, hook, None)
        if function is not None and _shape(function()) != _shape(function()):
            yield f"{hook} answers something else the second time"


def _shape(value: Any) -> Any:
    """A value without what differs between two equal ones: functions and the like are known by their names."""
    if isinstance(value, TranslationString):
        return str(value), value.default, _shape(value.mapping)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, {f.name: _shape(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, click.Command):
        return value.name
    if isinstance(value, MetaData):
        return sorted(value.tables)
    if isinstance(value, Mapping):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shape(item) for item in value]
    if callable(value):
        return getattr(value, "__qualname__", type(value).__qualname__)
    return value


@check(Needs.PORTAL)
def health_and_numbers_can_be_read(rehearsal: Rehearsal) -> Iterator[str]:
    """Health checks and metrics answer as they promise, and write nothing."""
    context = _context(rehearsal)
    for health in rehearsal.subject.answer("portaal_health_checks"):
        answer = health.run(context)
        if not isinstance(answer, str):
            yield f"health check {health.name} answers {type(answer).__name__}; it must be a text"
    for metric in rehearsal.subject.answer("portaal_metrics"):
        samples = list(metric.read(context))
        if not all(isinstance(sample, Sample) for sample in samples):
            yield f"metric {metric.name} gives something that is no Sample"
        elif any(len(sample.labels) != len(metric.labels) for sample in samples):
            yield f"metric {metric.name} has {len(metric.labels)} labels, and samples with another number"
    if rehearsal.dbsession.dirty or rehearsal.dbsession.new:
        yield "a health check or metric changes something"


@check(Needs.SOURCE)
def nobody_logs_in_unless_it_was_set_up(subject: Subject) -> Iterator[str]:
    """Without settings the product brings no other way to log in."""
    if subject.answer("portaal_login_provider", setup=LoginSetup({}, "production")):
        yield "portaal_login_provider answers with a login provider in production, without any setting"


@check(Needs.PORTAL)
def jobs_can_be_done_twice(rehearsal: Rehearsal) -> Iterator[str]:
    """A job can be done again at once: a worker may have died before it was noted."""
    for job in rehearsal.subject.answer("portaal_jobs"):
        for attempt in ("", " the second time"):
            try:
                job.run(_context(rehearsal))
                rehearsal.dbsession.flush()
            except Exception as error:
                yield f"job {job.name} fails{attempt}: {type(error).__name__}: {error}"
                break


@check(Needs.PORTAL)
def personal_data_is_given_and_erased(rehearsal: Rehearsal) -> Iterator[str]:
    """Personal data comes out as JSON, and after erasing it there is nothing left to erase."""
    subject = rehearsal.subject
    account = rehearsal.people.new()
    context = PersonContext(rehearsal.dbsession, subject.name, subject.app.registry["portaal.settings"], account.id)
    if subject.implements("portaal_personal_data_export"):
        try:
            jsonable(subject.answer("portaal_personal_data_export", context=context))
        except TypeError as error:
            yield f"what is exported cannot be written as JSON: {error}"
    if subject.implements("portaal_personal_data_erase"):
        for attempt in ("of somebody unknown", "a second time"):
            erasure = subject.answer("portaal_personal_data_erase", context=context)
            if erasure and (not isinstance(erasure, Erasure) or erasure.erased):
                yield f"erasing the data {attempt} answers {erasure!r}; nothing was there to erase"


def _context(rehearsal: Rehearsal) -> HookContext:
    subject = rehearsal.subject
    return HookContext(rehearsal.dbsession, subject.name, subject.app.registry["portaal.settings"])
