"""Answers by the contract, and the ways to spoil one."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from portaal.bsn import elfproef
from portaal.simulators.ciz.behaviour import Fault
from portaal.simulators.ciz.register import Indicatie, Register

JSON = "application/json"
PROBLEM = "application/problem+json"
MOST_COMPARED = 500
_GRONDSLAG = re.compile(r"wmo2015:2\.3\.(2|3|5|6|9|10)")
_OIN = re.compile(r"[0-9]{20}")
_GEMEENTECODE = re.compile(r"[0-9]{4}")
_ABOUT = {"verzoekId", "oin", "gemeentecode", "peildatum"}
_STATUSES = {
    Fault.FOUT_500: (500, "Interne fout"),
    Fault.FOUT_503: (503, "In onderhoud"),
    Fault.GEWEIGERD: (403, "Deze gemeente mag het register niet raadplegen"),
    Fault.AFGEKEURD: (400, "De vraag is niet juist"),
    Fault.TE_DRUK: (429, "Te veel vragen"),
    Fault.DOORVERWIJZING: (302, "Het register staat ergens anders"),
}

_STAND = {Fault.VEROUDERD: timedelta(days=-30), Fault.TOEKOMST: timedelta(days=2)}


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    status: int
    content_type: str
    body: bytes


def problem(status: int, title: str) -> Answer:
    """An error by RFC 9457."""
    return Answer(status, PROBLEM, json.dumps({"status": status, "title": title}).encode())


def _ok(content: dict[str, Any]) -> Answer:
    return Answer(200, JSON, json.dumps(content).encode())


def _names_what_it_should(asked: dict[str, Any], *names: str) -> bool:
    """Whether a question has these parts and no others, and says rightly who asks."""
    if set(asked) != {*_ABOUT, *names}:
        return False
    uuid.UUID(asked["verzoekId"])
    return bool(_OIN.fullmatch(asked["oin"]) and _GEMEENTECODE.fullmatch(asked["gemeentecode"]))


def status(register: Register, fault: Fault, oin: str) -> Answer:
    """GET /v1/status."""
    if not _OIN.fullmatch(oin):
        return problem(403, "Het OIN is niet juist")
    if fault in _STATUSES:
        return problem(*_STATUSES[fault])
    stand = register.stand + _STAND.get(fault, timedelta())
    return _spoiled_whole(_ok({"versie": "1.0", "registerStand": stand.isoformat()}), fault)


def raadpleging(register: Register, fault: Fault, asked: dict[str, Any]) -> Answer:
    """POST /v1/raadplegingen."""
    try:
        right = _names_what_it_should(asked, "bsn", "grondslag") and elfproef(asked["bsn"])
        day, bsn = date.fromisoformat(asked["peildatum"]), asked["bsn"]
        allowed = _GRONDSLAG.fullmatch(asked["grondslag"])
    except (KeyError, TypeError, ValueError):
        return problem(400, "De vraag is niet volledig")
    if not right:
        return problem(400, "De vraag is niet juist")
    if not allowed:
        return problem(403, "Voor deze grondslag geeft het register geen antwoord")
    found = register.find(bsn, day)
    no: dict[str, Any] = {
        "verzoekId": asked["verzoekId"],
        "bsn": bsn,
        "peildatum": asked["peildatum"],
        "uitkomst": "nee",
        "registerStand": register.stand.isoformat(),
    }
    content = no | {"uitkomst": "ja", "besluit": _besluit(found)} if found else no
    lies: dict[Fault, dict[str, Any]] = {
        Fault.ANDER_BSN: {"bsn": "999999990" if bsn != "999999990" else "999990007"},
        Fault.VERKEERD_TYPE: {"uitkomst": False},
        Fault.ANDERE_UITKOMST: {"uitkomst": "onbekend"},
        Fault.NEE_MET_BESLUIT: {"besluit": {"datum": "2024-01-01", "ingangsdatum": "2024-01-01"}},
    }
    return _spoiled(content, no, fault, lies)


def _besluit(found: Indicatie) -> dict[str, str]:
    besluit = {"datum": found.besluit.isoformat(), "ingangsdatum": found.begin.isoformat()}
    return besluit | ({"einddatum": found.einde.isoformat()} if found.einde else {})


def vergelijking(register: Register, fault: Fault, asked: dict[str, Any]) -> Answer:
    """POST /v1/vergelijkingen."""
    try:
        bsns, day = asked["bsns"], date.fromisoformat(asked["peildatum"])
        right = _names_what_it_should(asked, "bsns") and 0 < len(bsns) <= MOST_COMPARED
        right = right and len(set(bsns)) == len(bsns) and all(map(elfproef, bsns))
    except (KeyError, TypeError, ValueError):
        return problem(400, "De vraag is niet volledig")
    if not right:
        return problem(400, "De vraag is niet juist")
    nobody: dict[str, Any] = {
        "verzoekId": asked["verzoekId"],
        "peildatum": asked["peildatum"],
        "registerStand": register.stand.isoformat(),
        "aantal": len(bsns),
        "metIndicatie": [],
    }
    content = nobody | {"metIndicatie": [bsn for bsn in bsns if register.find(bsn, day)]}
    lies: dict[Fault, dict[str, Any]] = {
        Fault.ANDER_BSN: {"metIndicatie": ["999999990"]},
        Fault.VERKEERD_TYPE: {"metIndicatie": False},
        Fault.ANDERE_UITKOMST: {"aantal": len(bsns) + 1},
        Fault.NEE_MET_BESLUIT: {"besluit": {}},
    }
    return _spoiled(content, nobody, fault, lies)


def _spoiled(content: dict[str, Any], worst: dict[str, Any], fault: Fault, lies: dict[Fault, dict[str, Any]]) -> Answer:
    """A right answer, as the fault makes it. Only faults of what is said; the server has those of how.

    :param worst: the answer that a lie is told with: nobody has an indication.
    """
    if fault in _STATUSES:
        return problem(*_STATUSES[fault])
    day, stand = date.fromisoformat(content["peildatum"]), datetime.fromisoformat(content["registerStand"])
    lies = lies | {
        Fault.ANDER_VERZOEK: {"verzoekId": str(uuid.uuid4())},
        Fault.ANDERE_DAG: {"peildatum": (day - timedelta(days=1)).isoformat()},
        Fault.NEE_EN_FOUT: {"fout": "register niet bereikbaar"},
        **{late: {"registerStand": (stand + by).isoformat()} for late, by in _STAND.items()},
    }
    return _spoiled_whole(_ok(worst | lies[fault] if fault in lies else content), fault)


def _spoiled_whole(answer: Answer, fault: Fault) -> Answer:
    """Another body altogether."""
    return {
        Fault.LEEG: Answer(200, JSON, b""),
        Fault.HTML: Answer(200, "text/html", b"<!doctype html><title>Nee</title><p>nee</p>"),
        Fault.FOUT_IN_200: _ok({"status": 500, "title": "Interne fout", "uitkomst": "nee"}),
        Fault.ENORM: Answer(200, JSON, answer.body[:-1] + b" " * 3_000_000 + b"}"),
        Fault.JA_EN_NEE: Answer(200, JSON, answer.body[:-1] + b', "uitkomst": "nee"}'),
    }.get(fault, answer)
