"""What the files in sdmx/ and mappings/ say."""
