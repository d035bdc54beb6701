"""The pure core: values in, values out; no disk, no network, no clock, no randomness, no logging."""
