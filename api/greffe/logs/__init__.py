"""Lines of the log: one JSON object a request and an event, or a short line for a terminal. What they never hold is said in `forms`.

Requests write their line themselves (`requests`); everything else goes through the standard library's `logging`, to a handler of ours.
"""
