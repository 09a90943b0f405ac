"""How a published observation says that it was rounded: protection writes it, validation reads it."""

from __future__ import annotations

from typing import Final

ESTIMATED: Final = "E"  # OBS_STATUS of what is rounded
COMMENTS: Final = "COMMENT_OBS"
SAID: Final = "Rounded to base {base} / Arrondi à la base {base}"  # the last note of the comment
BASE: Final = r"(?:^|; )Rounded to base (\d+) / Arrondi à la base \d+$"  # group 1: the base, in whole units
