"""Regions of countries, for credential lines (United Nations M49, simplified)."""

from __future__ import annotations

_REGIONS = {
    "North America": "US CA MX",
    "Central and South America": "AR BO BR CL CO CR CU DO EC GT HN NI PA PE PR PY SV UY VE",
    "Europe": "AL AT BA BE BG BY CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LT LU LV MD ME MK "
    "MT NL NO PL PT RO RS SE SI SK UA",
    "Africa": "AO CD CI CM DZ EG ET GH KE LY MA ML MZ NG RW SD SN TN TZ UG ZA ZM ZW",
    "Middle East": "AE BH IL IQ IR JO KW LB OM PS QA SA SY TR YE",
    "Asia": "AF BD CN GE HK ID IN JP KH KR KZ LK MM MN MY NP PH PK SG TH TW UZ VN",
    "Oceania": "AU FJ NZ PG",
}
_REGION_OF = {code: region for region, codes in _REGIONS.items() for code in codes.split()}


def region(country: str) -> str:
    """The region of an ISO 3166-1 alpha-2 code; "elsewhere" if the code is not listed."""
    return _REGION_OF.get(country, "elsewhere")


def countries_of(name: str) -> list[str]:
    """The codes of the countries of a region."""
    return [code for code, region_ in _REGION_OF.items() if region_ == name]
