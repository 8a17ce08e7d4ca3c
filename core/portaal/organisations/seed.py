"""Reference data that every installation needs: which documents a gemeente signs (R-08 to R-10)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portaal.organisations.agreements import AgreementType

AANSLUITING = "aansluitings-en-bewerkersovereenkomst"
VECOZO = "bewerkersovereenkomst-vecozo"
_TITLES = {
    AANSLUITING: (
        "Aansluitings- en bewerkersovereenkomst Gemeente met het Inlichtingenbureau",
        "Connection and processing agreement of the gemeente with the Inlichtingenbureau",
    ),
    VECOZO: (
        "Bewerkersovereenkomst Gemeente met VECOZO",
        "Processing agreement of the gemeente with VECOZO",
    ),
}


def seed_reference_data(dbsession: Session) -> None:
    """Add the two documents of the manual where they are missing. What an operator changed or added stays."""
    for position, (slug, (dutch, english)) in enumerate(_TITLES.items(), start=1):
        if dbsession.get(AgreementType, slug) is None:
            dbsession.add(AgreementType(slug=slug, title_nl=dutch, title_en=english, required=True, position=position))
    dbsession.flush()
