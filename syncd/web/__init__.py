"""How syncd shows itself to monitoring and to people: metrics, health, the status page. Looks, and touches nothing.

Reads the ledger through connections of its own that cannot write, and listens to the facts that the log is told.
Nothing below this floor knows that it is looked at. A value of an order is never shown here.
"""
