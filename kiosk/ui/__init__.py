"""The screens. Only this package knows Kivy; `kiosk.ui.present` does not even know that."""
