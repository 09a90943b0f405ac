"""Linear systems over whole numbers: what cells that are known tell about cells that are not. HiGHS is opened here alone."""
