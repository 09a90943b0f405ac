"""A representation map out to SSSOM or a workbook, and in again as rows and differences: bytes in, values out."""
