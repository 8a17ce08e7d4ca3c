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
from portaal.simulators.ciz.register import Register

JSON = "application/json"
PROBLEM = "application/problem+json"
MOST_COMPARED = 500
_GRONDSLAG = re.compile(r"wmo2015:2\.3\.(2|3|5|6|9|10)")
_OIN = re.compile(r"[0-9]{20}")
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


def status(register: Register, fault: Fault) -> Answer:
    """GET /v1/status."""
    if fault in _STATUSES:
        return problem(*_STATUSES[fault])
    stand = register.stand + _STAND.get(fault, timedelta())
    return _spoiled_whole(_ok({"versie": "1.0", "registerStand": stand.isoformat()}), fault)


def raadpleging(register: Register, fault: Fault, asked: dict[str, Any]) -> Answer:
    """POST /v1/raadplegingen."""
    try:
        day = date.fromisoformat(asked["peildatum"])
        uuid.UUID(asked["verzoekId"])
        bsn, known = asked["bsn"], elfproef(asked["bsn"]) and _OIN.fullmatch(asked["oin"])
        allowed = _GRONDSLAG.fullmatch(asked["grondslag"])
    except (KeyError, TypeError, ValueError):
        return problem(400, "De vraag is niet volledig")
    if not known:
        return problem(400, "Het BSN of OIN is niet juist")
    if not allowed:
        return problem(403, "Voor deze grondslag geeft het register geen antwoord")
    found = register.find(bsn, day)
    content: dict[str, Any] = {
        "verzoekId": asked["verzoekId"],
        "bsn": bsn,
        "peildatum": asked["peildatum"],
        "uitkomst": "ja" if found else "nee",
        "registerStand": register.stand.isoformat(),
    }
    if found:
        content["besluit"] = {"datum": found.besluit.isoformat(), "ingangsdatum": found.begin.isoformat()}
        if found.einde:
            content["besluit"]["einddatum"] = found.einde.isoformat()
    return _spoiled(content, fault)


def vergelijking(register: Register, fault: Fault, asked: dict[str, Any]) -> Answer:
    """POST /v1/vergelijkingen."""
    try:
        day = date.fromisoformat(asked["peildatum"])
        uuid.UUID(asked["verzoekId"])
        bsns = list(dict.fromkeys(asked["bsns"]))
        right = 0 < len(bsns) <= MOST_COMPARED and all(map(elfproef, bsns)) and _OIN.fullmatch(asked["oin"])
    except (KeyError, TypeError, ValueError):
        return problem(400, "De vraag is niet volledig")
    if not right:
        return problem(400, "De vraag is niet juist")
    if fault in _STATUSES:
        return problem(*_STATUSES[fault])
    content = {
        "verzoekId": asked["verzoekId"],
        "peildatum": asked["peildatum"],
        "registerStand": register.stand.isoformat(),
        "aantal": len(bsns),
        "metIndicatie": [bsn for bsn in bsns if register.find(bsn, day)],
    }
    if fault is Fault.ANDER_BSN:
        content["metIndicatie"] = ["999999990"]
    return _ok(content)


def _spoiled(content: dict[str, Any], fault: Fault) -> Answer:
    """A right answer, as the fault makes it. Only faults of what is said; the server has those of how."""
    if fault in _STATUSES:
        return problem(*_STATUSES[fault])
    changes: dict[Fault, dict[str, Any]] = {
        Fault.ANDER_BSN: {"bsn": "999999990" if content["bsn"] != "999999990" else "999990007"},
        Fault.ANDER_VERZOEK: {"verzoekId": str(uuid.uuid4())},
        Fault.ANDERE_DAG: {"peildatum": (date.fromisoformat(content["peildatum"]) - timedelta(days=1)).isoformat()},
        Fault.VERKEERD_TYPE: {"uitkomst": False},
        Fault.ANDERE_UITKOMST: {"uitkomst": "onbekend"},
        Fault.NEE_EN_FOUT: {"fout": "register niet bereikbaar"},
        Fault.NEE_MET_BESLUIT: {"besluit": {"datum": "2024-01-01", "ingangsdatum": "2024-01-01"}},
        Fault.VEROUDERD: {},
        Fault.TOEKOMST: {},
    }
    if fault in changes:  # the worst lie is a no
        stand = datetime.fromisoformat(content["registerStand"]) + _STAND.get(fault, timedelta())
        content = {name: value for name, value in content.items() if name != "besluit"}
        content |= {"uitkomst": "nee", "registerStand": stand.isoformat(), **changes[fault]}
    return _spoiled_whole(_ok(content), fault)


def _spoiled_whole(answer: Answer, fault: Fault) -> Answer:
    """Another body altogether."""
    return {
        Fault.LEEG: Answer(200, JSON, b""),
        Fault.HTML: Answer(200, "text/html", b"<!doctype html><title>Nee</title><p>nee</p>"),
        Fault.FOUT_IN_200: _ok({"status": 500, "title": "Interne fout", "uitkomst": "nee"}),
        Fault.ENORM: Answer(200, JSON, answer.body[:-1] + b" " * 3_000_000 + b"}"),
        Fault.JA_EN_NEE: Answer(200, JSON, answer.body[:-1] + b', "uitkomst": "nee"}'),
    }.get(fault, answer)
