"""`syncd release`: the other half of `syncd hold`, beside which it is described."""

from syncd.cli.hold import release as command

__all__ = ["command"]
