"""The text of a verification code and its hash (R-78, ASVS 6.5.2, 6.5.3)."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portaal.onboarding import codes
from portaal.onboarding.models import CodeKind

ACCOUNT = uuid.UUID(int=1)


def test_a_code_carries_at_least_64_bits() -> None:
    assert len(codes.ALPHABET) ** codes.LENGTH >= 2**64
    assert len(set(codes.ALPHABET)) == 32
    assert not set("ILOU") & set(codes.ALPHABET)


def test_codes_differ_and_use_the_whole_alphabet() -> None:
    made = {codes.new_code() for _ in range(2000)}
    assert len(made) == 2000
    for position in range(codes.LENGTH):
        assert {code[position] for code in made} == set(codes.ALPHABET)


@given(st.text(codes.ALPHABET, min_size=codes.LENGTH, max_size=codes.LENGTH))
def test_what_is_shown_is_read_back(code: str) -> None:
    assert codes.read(codes.written(code)) == code
    assert codes.read(f"  {codes.written(code).lower()} ") == code
    assert codes.read(code.replace("0", "o").replace("1", "l")) == code


def test_a_code_is_shown_in_groups() -> None:
    assert codes.written("K7QX2M9D4TZ8R") == "K7QX-2M9D-4TZ8R"


@given(st.text())
def test_nothing_else_is_read_as_a_code(typed: str) -> None:
    code = codes.read(typed)
    assert code is None or re.fullmatch(f"[{codes.ALPHABET}]{{13}}", code)


@pytest.mark.parametrize("typed", ["", "K7QX-2M9D-4TZ8", "K7QX-2M9D-4TZ8RR", "K7QX-2M9D-4TZ8U", "٠٧QX-2M9D-4TZ8R"])
def test_what_cannot_be_a_code(typed: str) -> None:
    assert codes.read(typed) is None


def test_the_hash_holds_for_this_account_gemeente_and_kind_only() -> None:
    kept = codes.hashed("K7QX2M9D4TZ8R", ACCOUNT, "0363", CodeKind.GEBRUIKER)
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "K7QX" not in kept
    assert codes.matches(kept, "K7QX2M9D4TZ8R", ACCOUNT, "0363", CodeKind.GEBRUIKER)
    assert not codes.matches(kept, "K7QX2M9D4TZ8S", ACCOUNT, "0363", CodeKind.GEBRUIKER)
    assert not codes.matches(kept, "K7QX2M9D4TZ8R", uuid.UUID(int=2), "0363", CodeKind.GEBRUIKER)
    assert not codes.matches(kept, "K7QX2M9D4TZ8R", ACCOUNT, "0384", CodeKind.GEBRUIKER)
    assert not codes.matches(kept, "K7QX2M9D4TZ8R", ACCOUNT, "0363", CodeKind.GEBRUIKERSBEHEERDER)


def test_two_hashes_of_one_code_differ() -> None:
    one, other = (codes.hashed("K7QX2M9D4TZ8R", ACCOUNT, "0363", CodeKind.GEBRUIKER) for _ in range(2))
    assert one != other
