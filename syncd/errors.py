"""Every exception syncd raises, drawn as a tree.

    SyncdError
    ├── ConfigError       the operator's: the configuration cannot be used; carries every problem found
    ├── UsageError        the operator's: a command was called with words it cannot act on
    ├── AlreadyRunningError  another daemon holds this state folder
    ├── LedgerError       the machine's: the ledger cannot be read or written
    │   └── LedgerLostError  no waiting mends it: damaged, or of a newer syncd
    └── StorageError      the machine's: a folder or disk refuses (full, read-only, no permission)

Mistakes of a sender are values (`core.model.Problem`), answers of the API are values (`core.model.Reply`).
Any other exception is a bug of ours.
"""


class SyncdError(Exception):
    """Base of all; its text is a sentence that can be shown to the operator as it is."""


class ConfigError(SyncdError):
    """The configuration cannot be used.

    `problems` holds one sentence each, with file, line, column and cure.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class UsageError(SyncdError):
    """A command was called with words it cannot act on."""


class AlreadyRunningError(SyncdError):
    """Another syncd holds this state folder."""


class LedgerError(SyncdError):
    """The ledger cannot be read or written."""


class LedgerLostError(LedgerError):
    """The ledger is of no use as it is, however long one waits: it takes a person."""


class StorageError(SyncdError):
    """A folder or a disk refuses what has to be done."""
