"""Strategy source and bars in, proposed orders out: strategy code is hostile until proven otherwise."""
