"""The public pages: where observatories find and take series."""
