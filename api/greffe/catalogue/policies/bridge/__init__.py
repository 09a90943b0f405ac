"""What the bridge between published figures is told: which figures there are, what they mean, which steps join them."""
