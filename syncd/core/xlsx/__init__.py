"""The spreadsheet wing: an XLSX file into rows of text cells, each row with its number, and such rows into a file.

    archive (zip) -> parts (sheets, styles) -> survey (one sheet's XML) -> worksheet (rows)      write (rows -> file)

python-calamine reads the values; what it passes over in silence (errors, formulas without a value, hidden rows)
the survey finds before. `masks` shows codes as their format does, `glance` tells of sheets that are not read. Refuses
what cannot be read for certain.
"""
