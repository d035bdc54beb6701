"""What stands in a folder, and mounts that nobody else sees."""

import os
import subprocess
import sys

import pytest

from syncd.core.names import folder_name
from syncd.edges.claims import claim, made_folder


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def run_in_own_mounts(script, folder):
    """Run shell lines that may mount below the folder, unseen from outside; return what they print."""
    result = subprocess.run(
        ["unshare", "--mount", "--propagation", "private", "sh", "-euc", script, "sh", sys.executable],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if "mount:" in result.stderr or "unshare:" in result.stderr:
        pytest.skip("no mounts here")
    assert result.returncode == 0, result.stderr
    return result.stdout


def take(inbox, work, name, claim_id):
    """Claim one file into a new folder, as a batch of one does."""
    with made_folder(work, folder_name(claim_id)):
        return claim(inbox, work, name, claim_id)
