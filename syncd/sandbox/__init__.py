"""An emulator of the Channel Integration API, for trying syncd without an account and for its tests.

Start with `server.Sandbox`; what the API does with a call stands in `emulator`, what can go wrong in
`faults`, the surface for people and other processes in `control`. Only the cli and tests import this.
"""

from syncd.sandbox.emulator import CallRecord
from syncd.sandbox.faults import FaultKind
from syncd.sandbox.server import Sandbox, run_sandbox
from syncd.sandbox.settings import Faults, InventorySettings, SandboxSettings
from syncd.sandbox.store import StoredOrder

__all__ = [
    "CallRecord",
    "FaultKind",
    "Faults",
    "InventorySettings",
    "Sandbox",
    "SandboxSettings",
    "StoredOrder",
    "run_sandbox",
]
