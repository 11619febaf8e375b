"""A person with a browser who has at most four actions.

An action is a click, an entry into a field or a key chord. Opening a page is none.
"""

from dataclasses import dataclass

from playwright.sync_api import Browser, Locator, Page, expect

from tests.helpers.browsing import open_page

MOST = 4


@dataclass
class Visitor:
    """Somebody with a browser and little patience.

    Attributes:
        page: What is open.
        actions: How many there were.
    """

    page: Page
    actions: int = 0

    def click(self, role: str, name: str, within: str = "body", *, exact: bool = False) -> None:
        """Click what is called so, the first in a part of the page."""
        self.click_on(self.page.locator(within).get_by_role(role, name=name, exact=exact).first)  # type: ignore[arg-type]

    def click_on(self, part: Locator) -> None:
        """Click a part."""
        self._act()
        part.click()

    def enter(self, label: str, text: str) -> None:
        """Click a field, scrolled to the middle, and type into it, as one entry."""
        self._act()
        field = self.page.get_by_label(label).first
        field.evaluate("field => field.scrollIntoView({block: 'center', behavior: 'instant'})")
        field.fill(text)

    def pick(self, label: str, option: str) -> None:
        """Pick an option of a list, as one entry."""
        self._act()
        self.page.get_by_role("combobox", name=label, exact=True).select_option(label=option)

    def slide(self, label: str, step: int) -> None:
        """Move a slider."""
        self._act()
        self.page.get_by_role("slider", name=label).fill(str(step))

    def sees_at_once(self, part: Locator, text: str) -> None:
        """The part has the text, in the first screen of the page."""
        expect(part).to_have_text(text)
        bottom = part.evaluate("e => e.getBoundingClientRect().bottom + scrollY")
        height = self.page.evaluate("innerHeight")
        assert bottom <= height

    def press(self, key: str) -> None:
        """Press a key, or several at once."""
        self._act()
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        """Type where the focus is."""
        self._act()
        self.page.keyboard.type(text)

    def print(self) -> bytes:
        """Print into a file by the browser's menu."""
        self._act()
        return self.page.pdf()

    def copied(self) -> str:
        """What is on the clipboard once the page says so."""
        expect(self.page.locator("[data-status]")).to_have_text("Copied")
        text: str = self.page.evaluate("navigator.clipboard.readText()")
        return text

    def _act(self) -> None:
        self.actions += 1
        assert self.actions <= MOST, "too much to ask of a visitor"


def visit(chromium: Browser, address: str, *args: tuple[int, int], **options: object) -> Visitor:
    """Somebody who has opened a home page."""
    return Visitor(open_page(chromium, address, *args, **options)[0])  # type: ignore[arg-type]
