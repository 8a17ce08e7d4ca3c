"""What every test may count on: gemeenten, their organisations and agreements, an operator, active products."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from portaal import clock
from portaal.organisations.activation import Activation
from portaal.organisations.agreements import Agreement, AgreementType
from portaal.organisations.models import Gemeente, Organisation, OrganisationGemeente, OrganisationKind

PRODUCTS = ("iwmo", "ijw", "wlz_registertoets")


def seed(dbsession: Session) -> None:
    """Amsterdam and Diemen may use the portal, Haarlemmermeer misses an agreement; an operator."""
    long_ago = date(2020, 1, 1)
    dbsession.add_all(
        [
            AgreementType(
                slug="aansluitings-en-bewerkersovereenkomst",
                position=1,
                required=True,
                title_nl="Aansluitings- en bewerkersovereenkomst Gemeente met het Inlichtingenbureau",
                title_en="Connection and processing agreement of the gemeente with the Inlichtingenbureau",
            ),
            AgreementType(
                slug="bewerkersovereenkomst-vecozo",
                position=2,
                required=True,
                title_nl="Bewerkersovereenkomst Gemeente met VECOZO",
                title_en="Processing agreement of the gemeente with VECOZO",
            ),
        ]
    )
    dbsession.add(
        Organisation(kvk_nummer="99000001", naam="Stichting Inlichtingenbureau", kind=OrganisationKind.OPERATOR)
    )
    dbsession.flush()
    for code, naam in (("0363", "Amsterdam"), ("0384", "Diemen"), ("0394", "Haarlemmermeer")):
        organisation = Organisation(kvk_nummer=f"9900{code}", naam=f"Gemeente {naam}", kind=OrganisationKind.GEMEENTE)
        dbsession.add_all([Gemeente(gemeentecode=code, naam=naam), organisation])
        dbsession.flush()
        dbsession.add(OrganisationGemeente(organisation_id=organisation.id, gemeentecode=code, valid_from=long_ago))
        slugs = ["aansluitings-en-bewerkersovereenkomst"] + (["bewerkersovereenkomst-vecozo"] if code != "0394" else [])
        dbsession.add_all(
            Agreement(
                gemeentecode=code,
                type_slug=slug,
                sent_on=long_ago,
                signed_on=long_ago,
                returned_on=long_ago,
                recorded_at=clock.now(),
            )
            for slug in slugs
        )
        dbsession.add_all(
            Activation(gemeentecode=code, product=product, activated_at=clock.now()) for product in PRODUCTS
        )
