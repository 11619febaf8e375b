"""What visitors come for, each from the home page and with at most four actions.

Where a wide window has the same parts in the same places, a phone's is used alone.
"""

import io
import re
from pathlib import Path
from urllib.parse import urljoin

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.helpers.browsing import CLIPBOARD, NARROW, both_sizes, first_column, overflow
from tests.helpers.editions import build, write_editions
from tests.helpers.sites import BuiltSite
from tests.helpers.visitor import visit


def test_best_small_model_for_sql(chromium, home):
    """Which model under 3B is best for SQL, and by how much?"""
    me = visit(chromium, home, NARROW)
    me.click("link", "Choose", "nav", exact=True)
    me.pick("Add a task", "WikiSQL (SQL Generation)")
    me.slide("Size", 1)
    me.sees_at_once(me.page.get_by_role("heading", level=1), "Gemma 2B")
    answer = "Score 0.890, 0.005 ahead of Gemma 2B Instruct. GPT-4 scores better here."
    me.sees_at_once(me.page.locator("[data-choose=line]"), answer)


def test_tuning_mistral_for_sentiment(chromium, home):
    """Is it worth tuning Mistral 7B for sentiment?"""
    me = visit(chromium, home)
    me.click("link", "Mistral 7B", "#board-fine-tuned", exact=True)
    me.sees_at_once(me.page.locator("#answer strong"), "Yes: 0.271 to 0.732")
    me.enter("Find tasks", "sentiment")
    row = me.page.locator("#all-scores tr", has_text="Sentiment Detection (COVID-19)")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("0.770")
    expect(row).to_contain_text("+0.461")  # over GPT-4's 0.309


def test_cheapest_offer_for_a_million_requests(chromium, home):
    """Where do a million requests a day cost least?

    A request has 550 tokens in, at 0.05 dollars per million, and 151 out, at 0.25: 65.25 dollars
    for a million of them, and there are 30.4375 days in a month.
    """
    me = visit(chromium, home, NARROW)
    me.click("link", "Speed and price", "nav")
    me.enter("Requests per day", "1M")
    answer = me.page.locator("[data-calculator-cheapest]")
    expect(answer).to_have_text("Cheapest: Llama 2 7B, replicate, and 2 more, $1,986.05 a month.")
    expect(answer).to_be_in_viewport()


def test_send_a_filtered_view(chromium, home):
    """I want to send a colleague the Mistral models only."""
    me = visit(chromium, home, NARROW, permissions=CLIPBOARD)
    me.enter("Find models", "mistral")
    me.click_on(me.page.locator("details.export > summary").first)
    me.click("button", "Copy link to this view")
    colleague = visit(chromium, me.copied())
    rows = colleague.page.locator("#board-fine-tuned tbody tr:visible th")
    expect(rows).to_have_count(2)
    assert all("Mistral 7B" in name for name in rows.all_inner_texts())


def test_find_and_cite_a_suspicious_number(chromium, home):
    """Gemma 7B scores 0.989 in CoNLL++? I want to know where that is from, and to cite it."""
    me = visit(chromium, home, NARROW, permissions=CLIPBOARD)
    me.click("link", "Gemma 7B", "#board-fine-tuned", exact=True)
    me.click("link", "0.989", "#all-scores")
    card = me.page.get_by_role("dialog")
    expect(card).to_contain_text("results.parquet")
    expect(card).to_contain_text("arxiv.org/abs/2405.00732")
    me.click_on(card.get_by_role("button", name="Copy sentence", exact=True))
    sentence = me.copied()
    said = "Gemma 7B (fine-tuned) scores 0.989 (rouge) on Named Entity Recognition (CoNLL++). "
    assert sentence.startswith(f"{said}Fine-tuning Index, data release ")


def test_cite_a_score_from_before_tuning(chromium, home):
    """What was Zephyr 7B Beta's score on MMLU before tuning? Its row is not among the first."""
    me = visit(chromium, home, NARROW, permissions=CLIPBOARD)
    me.click("link", "Zephyr 7B Beta", "#board-fine-tuned", exact=True)
    me.click("button", "Show all")
    me.click_on(me.page.locator("#score-mmlu td.merit a"))
    card = me.page.get_by_role("dialog")
    expect(card.locator("dl > div").first).to_have_text(re.compile("^Base0[.]"))
    me.click_on(card.get_by_role("button", name="Copy sentence (base)"))
    before = card.locator("dl > div dd").first.inner_text()
    said = f"Zephyr 7B Beta (base) scores {before} (accuracy) on "
    assert me.copied().startswith(said)


def test_numbers_into_pandas(chromium, home):
    """I want the scores in pandas."""
    me = visit(chromium, home, NARROW)
    me.click("link", "Data", "nav", exact=True)
    with me.page.expect_download() as waiting:
        me.click("link", "results.csv.gz")
    content = Path(waiting.value.path()).read_bytes()
    frame = pd.read_csv(io.BytesIO(content), compression="gzip")
    assert 682 == len(frame)
    phi = frame.query("model == 'phi-2' and task == 'wikisql' and variant == 'fine_tuned'")
    assert 1 == len(phi)


def test_embed_the_leaderboard(chromium, home):
    """I want the leaderboard on a page of my own."""
    me = visit(chromium, home, NARROW, permissions=CLIPBOARD)
    me.click_on(me.page.locator("details.export > summary").first)
    me.click("button", "Copy embed code")
    code = me.copied()
    mine = urljoin(home, "/mine.html")
    me.page.route(mine, lambda route: route.fulfill(body=code, content_type="text/html"))
    me.page.goto(mine)
    board = me.page.frame_locator("iframe").locator("table").first
    expect(board).to_contain_text("Zephyr 7B Beta")


@both_sizes
def test_three_models_on_two_subjects(chromium, home, size):
    """How do three models differ on coding and on math?"""
    me = visit(chromium, home, size)
    me.click("link", "Compare", "nav", exact=True)
    me.click("button", "Coding")
    me.click("button", "Math")
    answer = "Zephyr 7B Beta has the best mean on 3 tasks, 0.572."
    me.sees_at_once(me.page.get_by_role("heading", level=1), answer)
    assert overflow(me.page) <= 0
    lanes = me.page.locator("#compare-tasks tbody td")
    expect(lanes).to_have_count(3 * 3)
    expect(me.page.locator("#compare-tasks tbody th").first).to_be_visible()


def test_find_a_task_by_keyboard_alone(chromium, home):
    """I have no mouse: who is best at grade school math?"""
    me = visit(chromium, home)
    expect(me.page.get_by_role("button", name="Search", exact=True)).to_be_visible()
    me.press("/")
    expect(me.page.locator("[data-find-note]")).to_have_text(
        "Type a few letters of a name or a word."
    )
    me.type("gsm")
    me.press("Enter")
    expect(me.page.get_by_role("heading", level=1)).to_have_text("Grade School Math (gsm8k)")
    me.sees_at_once(me.page.locator(".lead-answer strong"), "Gemma 7B: 0.569")
    assert first_column(me.page, "ranking", "model")


def test_read_a_score_without_scripts(chromium, home):
    """My browser runs no scripts: who is best at grade school math, and who says so?"""
    me = visit(chromium, home, NARROW, java_script_enabled=False)
    me.click("link", "Tasks", "nav", exact=True)
    me.click("link", "Grade School Math (gsm8k)", "#task-list")
    me.sees_at_once(me.page.locator(".lead-answer strong"), "Gemma 7B: 0.569")
    me.click("link", "0.569", "#ranking")
    expect(me.page.locator(":target")).to_contain_text("Grade School Math (gsm8k)")
    expect(me.page.locator(":target")).to_contain_text("0.569")
    source = me.page.get_by_role("link", name="arxiv.org/abs/2405.00732")
    expect(source.first).to_be_visible()


def test_save_the_page_as_a_pdf(chromium, home):
    """I want the page as a PDF, with its charts, from the menu of the browser."""
    me = visit(chromium, home, NARROW)
    me.click("link", "Analysis", "nav")
    me.page.wait_for_function("() => window.Plotly")  # while I read the top
    me.page.evaluate(
        """() => addEventListener('beforeprint', () => setTimeout(() => {
            window.isDrawn = [...document.querySelectorAll('[data-chart]')].map(
                plot => plot.querySelector('.main-svg') !== null);
        }))"""
    )
    assert me.print().startswith(b"%PDF")
    drawn = me.page.evaluate("isDrawn")
    assert len(drawn) >= 2
    assert all(drawn)


@pytest.fixture(scope="module")
def renewed(tmp_path_factory: pytest.TempPathFactory) -> BuiltSite:
    """The second edition of a board, told of the first."""
    root = write_editions(tmp_path_factory.mktemp("editions"))
    return build(root / "new", root / "old")


def test_see_what_changed(chromium, renewed):
    """I was here last month: what has changed?"""
    me = visit(chromium, renewed.url, NARROW)
    me.click("link", "Data release", "footer")
    me.click("link", "What changed")
    expect(me.page.get_by_role("heading", level=1)).to_have_text("Changes")
    expect(me.page.locator("main")).to_contain_text("Delta")
    expect(me.page.get_by_text("1 model added")).to_be_in_viewport()
    expect(me.page.get_by_role("link", name="Delta").first).to_be_visible()


def test_what_too_close_to_call_means(chromium, home):
    """What does “too close to call” mean?"""
    me = visit(chromium, home, NARROW)
    me.click("button", "Search")
    me.type("too close")
    expect(me.page.locator(".find [role=option]").first).to_contain_text("Too close to call")
    me.press("Enter")
    expect(me.page.locator(":target")).to_contain_text("Too close to call")
    expect(me.page.locator(":target")).to_be_in_viewport()
