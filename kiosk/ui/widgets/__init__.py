"""What every screen is built from: one `.py` and one `.kv` of the same name per family."""
