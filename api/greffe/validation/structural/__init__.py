"""Our figures and structures against those a recipient sent, in the words of Eurostat's structural validation (STRUVAL)."""
