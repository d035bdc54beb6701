"""Takes order files from inbox folders and submits every order exactly once.

The floors, each importing only from those below it: `cli`, `daemon`, `build`, `flows`, `edges` and
`config`, `errors`, `core`. The pure rules stand in `core`; start reading at `core/intake.py`.
"""

__version__ = "0.1.0"
