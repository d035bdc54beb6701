"""Sheets as the program reads them: whole, a cell of them, or why they are refused."""

import pytest

from support.workbooks import MAIN, Sheet, write_rows, write_workbook
from syncd.core.limits import Limits
from syncd.core.model import FileDamagedError
from syncd.core.xlsx.worksheet import SheetChoice, open_worksheet


def read(data, limits=None, **choice):
    return list(open_worksheet([data], SheetChoice(**choice), limits or Limits()).rows)


def read_cell(cell, **options):
    """Return what a cell becomes; others stand beside it, so that the row is never empty."""
    ((_, (_, text, _)),) = read(write_rows(["x", cell, "y"], **options))
    return text


def refuse(data, **choice):
    with pytest.raises(FileDamagedError) as refused:
        read(data, **choice)
    problem = refused.value.problem
    return problem.code, problem.message, problem.line


def wrap(rows, before="", after=""):
    """Return a workbook with a sheet of this XML."""
    sheet = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return write_workbook(Sheet([]), parts={"xl/worksheets/sheet1.xml": sheet})
