"""How a machine's label becomes text."""
