"""Core values and a translator in, row values for the screens out; pure, and without Kivy."""
