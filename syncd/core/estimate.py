"""When the queue will be empty: arithmetic on the quota, and the sentence that says it.

A guess for people: it takes one call for each order and the API to keep up. Refuses to know why anything waits.
"""

import math


def estimate_minutes(orders: int, requests: int, per_s: float, share: float) -> int:
    """Given waiting orders, the quota and the share of it that orders get (above 0), return whole minutes, 1 or more.

    0 where nothing waits.
    """
    return math.ceil(orders * per_s / (requests * share * 60)) if orders else 0


def say_queue(orders: int, minutes: int) -> str:
    """Given waiting orders and the minutes they take, return the sentence."""
    if not orders:
        return "No order waits."
    words = "1 order waits" if orders == 1 else f"{orders:,} orders wait"
    return f"{words}, {say_minutes(minutes)} at today's quota."


def say_minutes(minutes: int) -> str:
    """Given minutes, return roughly how long that is: "about 13 minutes", "about 4 hours"."""
    if minutes <= 1:
        return "about a minute"
    if minutes < 120:
        return f"about {minutes} minutes"
    hours = round(minutes / 60)
    return f"about {hours} hours" if hours < 48 else f"about {round(hours / 24)} days"
