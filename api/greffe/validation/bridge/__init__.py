"""Why do two published figures of one thing differ? Chains of declared, computed steps, or open (D28)."""
