"""Where releases and the register live."""
