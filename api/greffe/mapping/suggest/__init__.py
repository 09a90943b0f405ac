"""Ranked targets for a source code that has none: labels, hierarchy, neighbours, other maps, each with its reasons."""
