"""Where tasks come from: one function for each thing that can wait for somebody."""
