"""The `format`s a schema may ask for, each with a check of its own: none is left unchecked in silence.

Refuses to borrow: what other packages are installed must not change what is valid.
"""

import re
from datetime import date

from jsonschema import FormatChecker

from syncd.core.times import parse_time

CURRENCIES = ("EUR", "GBP", "USD")  # the API takes no others (its documentation)

_COUNTRY_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
    "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
    "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
    "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
    "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "
)
"""ISO 3166-1 alpha-2: the 249 codes that are officially assigned."""

_COUNTRIES = frozenset(_COUNTRY_CODES.split())

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def build_format_checker() -> FormatChecker:
    """Return a checker of just our formats; a check raises ValueError with half a sentence of what to do."""
    checker = FormatChecker(formats=())
    checker.checks("date-time", raises=ValueError)(_check_time)
    checker.checks("date", raises=ValueError)(_check_date)
    checker.checks("currency", raises=ValueError)(_check_currency)
    checker.checks("country", raises=ValueError)(_check_country)
    checker.checks("email", raises=ValueError)(_check_email)
    return checker


def _check_time(value: object) -> bool:
    if isinstance(value, str):
        parse_time(value, None)
    return True


def _check_date(value: object) -> bool:
    if isinstance(value, str):
        if not _DATE.fullmatch(value):
            raise ValueError("write a date like 2026-01-15")
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError("there is no such day") from None
    return True


def _check_currency(value: object) -> bool:
    if isinstance(value, str) and value not in CURRENCIES:
        raise ValueError("allowed are EUR, GBP and USD")
    return True


def _check_country(value: object) -> bool:
    if isinstance(value, str) and value not in _COUNTRIES:
        raise ValueError("write the country's two capital letters of ISO 3166-1, such as DE or GB")
    return True


def _check_email(value: object) -> bool:
    if isinstance(value, str) and not _EMAIL.fullmatch(value):
        raise ValueError("an e-mail address looks like name@example.com")
    return True
