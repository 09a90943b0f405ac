"""What is done when more is asked for than can be answered: each class of requests has its own room, and each client its share.

`kinds` says of which class a request is, `budgets` how many of a class are answered at once and how many wait, `quotas` how many
one client may ask for; `gate` is both for one application, and `shedding` the ASGI layer that asks it (decision 0023).
"""
