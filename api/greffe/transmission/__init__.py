"""What is released leaves the house: planned, built, approved, sent once and only once, and proved."""
