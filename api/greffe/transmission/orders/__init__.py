"""Standing orders: a saved query that is answered at each release or at set hours, and delivered once (decision 0018)."""
