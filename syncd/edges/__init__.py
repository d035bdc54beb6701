"""The edges: each file touches one thing of the outside world and decides nothing."""
