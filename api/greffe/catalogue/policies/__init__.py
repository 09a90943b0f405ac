"""What staff decide beside maps, as tables in `mappings/policies/`: read, approved and changed as maps are (D2)."""
