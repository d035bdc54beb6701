"""Countries by any of their names or codes: "Deutschland", "DEU" and "de" are all DE, Germany.

Refuses what is none of ISO 3166-1; the table is in `country_names`.
"""

from dataclasses import dataclass
from functools import lru_cache

from syncd.core.mapping.country_names import COUNTRY_NAMES


@dataclass(frozen=True, slots=True)
class Country:
    """A country."""

    code: str  #: ISO 3166-1 alpha-2
    alpha3: str
    name: str  #: in English


def find_country(text: str) -> Country | None:
    """Given a name, an alpha-2 or an alpha-3 code in any case, return the country, or None."""
    return _index_countries().get(_fold(text))


@lru_cache(maxsize=1)
def _index_countries() -> dict[str, Country]:
    index: dict[str, Country] = {}
    codes: dict[str, Country] = {}
    for line in COUNTRY_NAMES.splitlines():
        code, alpha3, names = line.split(" ", 2)
        country = Country(code, alpha3, names.split("|")[0])
        codes |= {_fold(code): country, _fold(alpha3): country}
        for name in names.split("|"):
            index.setdefault(_fold(name), country)
    return index | codes


def _fold(text: str) -> str:
    return " ".join(text.casefold().replace("\u2019", "'").split())
