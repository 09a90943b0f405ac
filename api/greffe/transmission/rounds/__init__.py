"""Clarification rounds: what a recipient asks about cells of a delivery, answered with proof, accepted or asked again."""
