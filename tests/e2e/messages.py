"""Messages as a municipality's application would make them."""

from __future__ import annotations

from datetime import date

from portaal import clock

MESSAGE = "http://www.istandaarden.nl/iwmo/3_2/wmo301/schema"
BASE = "http://www.istandaarden.nl/iwmo/3_2/basisschema/schema"


def wmo301(
    gemeente: str = "0384", aanbieder: str = "42420001", identificatie: str = "E2E0001", dagtekening: date | None = None
) -> bytes:
    """A small WMO301 with one product, for an invented client with a test BSN."""
    day = (dagtekening or clock.today()).isoformat()
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<m:Bericht xmlns:m="{MESSAGE}" xmlns:b="{BASE}">
  <m:Header>
    <m:BerichtCode>414</m:BerichtCode><m:BerichtVersie>3</m:BerichtVersie><m:BerichtSubversie>2</m:BerichtSubversie>
    <m:Afzender>{gemeente}</m:Afzender><m:Ontvanger>{aanbieder}</m:Ontvanger>
    <m:BerichtIdentificatie><b:Identificatie>{identificatie}</b:Identificatie><b:Dagtekening>{day}</b:Dagtekening></m:BerichtIdentificatie>
    <m:XsdVersie><b:BasisschemaXsdVersie>1.0.0</b:BasisschemaXsdVersie><b:BerichtXsdVersie>1.0.0</b:BerichtXsdVersie></m:XsdVersie>
  </m:Header>
  <m:Client>
    <m:Bsn>999990019</m:Bsn>
    <m:Geboortedatum><b:Datum>1950-06-15</b:Datum></m:Geboortedatum>
    <m:Geslacht>2</m:Geslacht>
    <m:Naam><b:Geslachtsnaam><b:Achternaam>Voorbeeld</b:Achternaam></b:Geslachtsnaam><b:NaamGebruik>1</b:NaamGebruik></m:Naam>
    <m:Contactgegevens><m:Contact>
      <m:Soort>01</m:Soort>
      <m:Adres><b:Huis><b:Huisnummer>1</b:Huisnummer></b:Huis><b:Postcode>1111AA</b:Postcode><b:LandCode>NL</b:LandCode></m:Adres>
    </m:Contact></m:Contactgegevens>
    <m:ToegewezenProducten><m:ToegewezenProduct>
      <m:ToewijzingNummer>1</m:ToewijzingNummer>
      <m:Product><b:Categorie>02</b:Categorie></m:Product>
      <m:Toewijzingsdatum>{day}</m:Toewijzingsdatum><m:Toewijzingstijd>10:00:00</m:Toewijzingstijd>
      <m:Ingangsdatum>{day}</m:Ingangsdatum>
    </m:ToegewezenProduct></m:ToegewezenProducten>
  </m:Client>
</m:Bericht>
""".encode()
