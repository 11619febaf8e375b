"""The page for submitters in a browser: a file is checked there, and goes nowhere."""

from playwright.sync_api import expect

from tests.helpers.browsing import open_page
from tests.helpers.measured import measured_site

GOOD = "schema: 1\nmodel: new\nscores: { quiz: 0.5 }\n"


def test_a_file_is_checked_in_the_browser(chromium):
    """Every fault with its line, from a page on the disk too; names of files are text."""
    home = measured_site(exclude=True).url
    page, heard = open_page(chromium, f"{home}submit/")
    asked = len(heard.requests)
    result = page.locator("[data-submit-result]")

    def check(name: str, text: str) -> None:
        content = {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
        page.locator("[data-submit-file]").set_input_files(content)  # type: ignore[arg-type]

    check("<b>.yaml", GOOD)
    expect(result).to_contain_text("<b>.yaml has no fault that shows here.")
    check("a.yaml", GOOD.replace("quiz", "quizz").replace("model", "modle"))
    expect(result).to_contain_text("a.yaml has 3 faults.")
    expect(result.locator("li")).to_have_text(
        ["Line 1: model is missing", "Line 2: modle is not known", "Line 3: quizz is not known"]
    )
    check("b.json", '{"schema": 1,\n "model": "m",\n "scores": {"quiz": "high"}}')
    expect(result.locator("li")).to_have_text(
        ["Line 3: quiz is high, and must be number, object, array"]
    )
    check("c.yaml", "#" * 1_000_001)
    expect(result).to_have_text("c.yaml has more than 1 MB")
    assert [] == heard.complaints
    assert [] == [url for url in heard.requests[asked:] if not url.endswith("/favicon.svg")]
