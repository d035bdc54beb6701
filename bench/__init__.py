"""The project's own measurements: `make bench`. Nothing of syncd imports this; it starts the installed command."""
