"""What houses say of their own cells of a questionnaire: given, signed, merged; as a page, or as a workbook out and in."""
