"""The product's rules: no Kivy, no HTTP, every function testable with plain values."""
