"""The disks that are written to: where the ledger, the files being worked on and the inventory lie.

Says which they are and nothing of how full; a folder that is missing is told of elsewhere.
"""

from pathlib import Path

from syncd.config.model import Config
from syncd.edges.spool import find_disk


def list_disks(config: Config) -> list[Path]:
    """Given a config, return for each disk that is written to the first folder on it: the state's, if it is there."""
    folders = [config.state_dir, *(source.work for source in config.sources)]
    if config.inventory is not None:
        folders.append(config.inventory.directory)
    disks = {find_disk(folder): folder for folder in reversed(folders)}
    disks.pop(None, None)
    return list(disks.values())
