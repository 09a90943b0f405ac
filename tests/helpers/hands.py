"""How a person acts on a page: with a mouse, or with the keyboard alone. A story is told once and lived by either."""

from __future__ import annotations

from typing import Final, Protocol

from playwright.sync_api import Locator, Page

_HERE: Final = "e => e === document.activeElement"
MOST_STOPS: Final = 500


class Hand(Protocol):
    """What a story asks for."""

    def press(self, place: Locator) -> None:
        """A link, button, box or summary is pressed."""

    def write(self, place: Locator, text: str) -> None:
        """A field gets a text in place of what it held."""

    def choose(self, place: Locator, text: str) -> None:
        """An option is chosen in a list, by its words."""


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, place: Locator) -> None:
        place.click()

    def write(self, place: Locator, text: str) -> None:
        place.fill(text)

    def choose(self, place: Locator, text: str) -> None:
        place.select_option(label=text)


class Keyboard:
    """Nothing but keys: a place is reached by the tabulator from where the keyboard is, and nowhere else."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, place: Locator) -> None:
        """The tabulator until the place has the keyboard."""
        place.wait_for()
        for _ in range(MOST_STOPS):
            if place.evaluate(_HERE):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{place} is not reached by {MOST_STOPS} stops of the keyboard")

    def press(self, place: Locator) -> None:
        self.reach(place)
        box = place.evaluate("e => e.matches('input[type=checkbox], input[type=radio]')")
        self.page.keyboard.press("Space" if box else "Enter")

    def write(self, place: Locator, text: str) -> None:
        self.reach(place)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def choose(self, place: Locator, text: str) -> None:
        """By arrows: a list that asks the service at each of them is the one that the next arrow is pressed in."""
        self.reach(place)
        self.page.keyboard.press("Home")
        options = [o.strip() for o in place.locator("option").all_inner_texts()]
        wanted = options.index(text)
        if wanted > len(options) // 2:
            self.page.keyboard.press("End")
        for _ in options:
            self.page.wait_for_function("() => !document.querySelector('.htmx-request')")
            now = place.evaluate("e => e.selectedIndex")
            if now == wanted:
                return
            self.page.keyboard.press("ArrowUp" if now > wanted else "ArrowDown")
        raise AssertionError(f"{text} is not reached in {place}")
