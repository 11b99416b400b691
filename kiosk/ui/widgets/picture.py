"""A picture that changes often, such as what a camera sees."""

from __future__ import annotations

from typing import Any

from kivy.graphics.texture import Texture
from kivy.properties import NumericProperty, ObjectProperty, ReferenceListProperty
from kivy.uix.widget import Widget


class Picture(Widget):
    """Shows a Pillow image as large as its box allows; the next one of the same size is drawn into the same texture."""

    image = ObjectProperty(None, allownone=True, force_dispatch=True)
    """Forced, because two images are compared dot by dot."""
    texture = ObjectProperty(None, allownone=True)
    radius = NumericProperty(18)
    drawn_width = NumericProperty(0)
    drawn_height = NumericProperty(0)
    drawn = ReferenceListProperty(drawn_width, drawn_height)

    def on_image(self, _: object, image: Any) -> None:
        """Draw it."""
        if image is None:
            self.texture = None
        else:
            texture = self._texture_for(image.size)
            texture.blit_buffer(image.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
            self.texture = texture
            self.canvas.ask_update()
        self._place()

    def on_size(self, *_: object) -> None:
        """Keep the picture's shape."""
        self._place()

    def _texture_for(self, size: tuple[int, int]) -> Any:
        if self.texture is not None and self.texture.size == size:
            return self.texture
        texture = Texture.create(size=size, colorfmt="rgb")
        texture.flip_vertical()
        return texture

    def _place(self) -> None:
        if self.texture is None:
            self.drawn = 0, 0
            return
        width, height = self.texture.size
        scale = min(self.width / width, self.height / height)
        self.drawn = width * scale, height * scale
