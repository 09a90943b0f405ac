"""A question about released figures."""
