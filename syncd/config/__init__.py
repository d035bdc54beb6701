"""The configuration: from an operator's YAML file to one frozen, typed, complete `Config`.

`loading` names the steps; `strict_yaml`, `environment`, `shape`, `assembly` and `credentials` are the steps.
Nothing here makes folders, asks the network or guesses what an operator may have meant.
"""

from syncd.config.loading import find_config_path, load_config
from syncd.config.mapping_files import load_mapping

__all__ = ["find_config_path", "load_config", "load_mapping"]
