"""Finds the JSON Schemas that syncd ships.

In an installed wheel they stand in `syncd/schemas`, in a checkout beside `syncd/`. Only files that ship
with syncd are read here; a schema that an operator names in the config is not this room's business.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parents[1]


def find_schema(name: str) -> Path:
    """Given a file name such as `order.schema.json`, return where it stands. Raise FileNotFoundError."""
    for folder in (_PACKAGE / "schemas", _PACKAGE.parent / "schemas"):
        path = folder / name
        if path.is_file():
            return path
    raise FileNotFoundError(f"syncd was installed without schemas/{name}; install it again")


def read_schema(name: str) -> dict[str, Any]:
    """Given a file name such as `order.schema.json`, return the schema. Raise FileNotFoundError.

    Fractions come as Decimal: compared with Decimal data, `multipleOf: 0.01` is then exact.
    """
    schema: dict[str, Any] = json.loads(find_schema(name).read_text(encoding="utf-8"), parse_float=Decimal)
    return schema
