"""Every sentence that pages compute about a board, and the condition under which it may appear.

`SENTENCES` has the templates of titles, readings, tiles, notes, ledes and takeaways, by chart or by
place. In a template, `<x>` is a number, `<n>` a count, and any other `<field>` a text; the rest
is a regular expression. A condition (tests/helpers/conditions.py) is judged from the scores, by
other code than that which wrote the sentence. A sentence without a template fails.
"""

import re
from collections.abc import Iterator, Mapping

import pytest

from tests.helpers import conditions as when
from tests.helpers.awkward import AWKWARD, written
from tests.helpers.conditions import Condition, Match
from tests.helpers.facts import Facts
from tests.helpers.odd_boards import FOREIGN
from tests.helpers.sayings import Said, sayings

SHAPES = (
    "all_equal",
    "lower_is_better",
    "mixed_directions",
    "one_model",
    "one_task",
    "without_results",
)
# What the takeaways of the Index would say if its scores were others.
ON_OTHER_DATA = {
    "No model is clearly ahead of <> on average",
    "Most leads over <> on average are not clear",
}
OURS = ("index", *AWKWARD, *SHAPES)

# --- the list -------------------------------------------------------------------------------------

_LEAD: tuple[tuple[str, Condition], ...] = (
    ("<who> is the only ranked model", when.lead),
    (
        "<who> (is first|share the first rank) over <n> tasks?, too few to tell models apart",
        when.lead,
    ),
    ("<who> is clearly first", when.lead),
    ("<who> (is first|share the first rank)", when.lead),
    ("<n> others? may be first too", when.so_many_too),
    ("<who> may be first too", when.too),
)
SENTENCES: Mapping[str, tuple[tuple[str, Condition], ...]] = {
    "averages": (
        (
            r"<> scores average <new>, <how> than <> \(<old>\), clearly for <n> of <of> models?",
            when.tuning,
        ),
        (
            r"<> scores average <new>, <how> than <> \(<old>\), over too few tasks to tell",
            when.tuning,
        ),
        ("<> scores average <new>, <> scores <old>", when.tuning),
        ("<who> (has|share) the best mean score, <x>", when.best_mean),
        (
            "<who> (has|share) the best mean score, <x>, over too few tasks to tell models apart",
            when.best_mean,
        ),
        ("the board ranks by win rate", when.ranks_by_win_rate),
        ("<n> other models? may be first", when.others_may_be_first),
        ("Mean scores of <n> models", when.several_contests),
        ("<k> of <n> ha(s|ve) a better mean than <rival>(, <sure>)?", when.baseline_means),
    ),
    "averages reading": ((r"Averages run from <x> \(<who>\) to <low> \(<last>\)", when.mean_ends),),
    "size": (("<who> ha(s|ve) the best mean score for (its|their) size<unsure>", when.frontier),),
    "size reading": (
        (
            "the mean of every other model of known size is matched or beaten by one that is no "
            "larger",
            when.always,
        ),
    ),
    "winners": (("<who> (has|share) the most first places: <k> of <n> tasks?", when.first_places),),
    "winners reading": (("<k> models? of <n> (is|are) first on at least one task", when.winners),),
    "scores": (
        ("<k> models? on <n> tasks?", when.always),
        (
            r"Mean scores by task run from <x> \(<low_task>\) to <new> \(<high_task>\)",
            when.task_range,
        ),
    ),
    "scores reading": (("scores of <n> models, <>", when.always),),
    "best-lift-by-task": (("The best <> beats <> on <k> of <n> tasks?<group>", when.beaten),),
    "best-lift-by-task reading": (
        (r"by most on <task> \(<x>\)", when.most_beaten),
        (r"it comes closest on <task> \(<x>\)", when.closest),
        ("It stays furthest behind on <task>", when.furthest),
        ("It ties on <n>", when.ties),
    ),
    "category-difference": (
        ("<hard> is the hardest category to beat <> in, <easy> the easiest", when.hardest),
        ("<hard> is the hardest category to beat <> in", when.hardest),
        ("<easy> is the easiest category to beat <> in", when.hardest),
        ("No category is clearly the hardest or the easiest to beat <> in", when.hardest),
    ),
    "category-difference reading": (
        (r"Means run from <x> \(<>, <k> tasks?\) to <new> \(<>, <n> tasks?\)", when.always),
    ),
    "model-categories": (
        ("<who>: mean <over> is highest in <top>, lowest in <bottom>", when.model_categories),
        ("<who>: mean <over> is highest in <top>", when.model_categories),
        ("<who>: mean <over> is lowest in <bottom>", when.model_categories),
        (
            "<who>: mean <over> is not clearly higher or lower in one category than in others",
            when.model_categories,
        ),
    ),
    "model-categories reading": (
        (r"Means run from <x> \(<>, <k> tasks?\) to <new> \(<>, <n> tasks?\)", when.always),
    ),
    "task-models": (
        ("<who> (has|share) the best( <>)? score<doubt>, <x>", when.best_score),
        ("<b> has <x>", when.baseline_score),
        ("<n> models on <task>", when.without_contender),
    ),
    "model-tasks": (
        (
            "<who> is better <> than <> on <k> of <n> tasks? and beats <> on <j> of <of>",
            when.model_counts,
        ),
        ("<who> is better <> than <> on <k> of <n> tasks?", when.model_counts),
        ("<who> beats <> on <j> of <of> tasks?", when.model_counts),
        ("<who> on <n> tasks", when.always),
    ),
    "model-tasks reading": (
        ("Highest on <high_task>, lowest on <low_task>", when.score_ends),
        ("The same on every task", when.always),
    ),
    "latency": (
        ("<who> has the lowest median time to first token, <x><unsure>", when.fastest),
        ("<who> has a median time to first token of <x>", when.alone),
        (r"outputs differ in length \(<low> to <high> tokens\)", when.lengths),
    ),
    "latency reading": (("<who> has the highest median, <x>", when.slowest),),
    "prices": (
        ("<who> costs? <x> per million tokens, half input and half output", when.cheapest),
        (r"<b> costs <x> as much( \(<low> to <high> by the mix\))?", when.dearer),
    ),
    "prices reading": (("List prices of <n> offers", when.always),),
    "training-sets": (
        ("<> fewer than <> examples", when.training_sets),
        ("At least half of the <n> training sets have <k> examples or fewer", when.always),
    ),
    "training-sets reading": (
        ("At least half have <k> or fewer", when.always),
        ("the largest has <k>", when.always),
    ),
    # --- boards
    "view": (
        *_LEAD,
        ("Ranked by <by> over <n> tasks?(, because <why>)?", when.ranked_by),
        ("Ranked by mean lift of <> over <>", when.is_lifted),
        (
            "Only the <n> tasks? on which every model that is ranked on the whole board has a "
            "score",
            when.common_tasks,
        ),
        ("Not shown: <>", when.not_shown),
    ),
    "board note": (
        (
            "The win rate of a model is the share of other models that it beats on a task, "
            "averaged over tasks",
            when.ranks_by_win_rate,
        ),
        ("a tie counts one half", when.ranks_by_win_rate),
        ("A model needs a score on every task to be ranked", when.needs_all),
        ("A model needs scores on <> of the tasks to be ranked", when.needs_some),
        (
            "“May be first”: no model is ahead of it by more than the choice of tasks explains",
            when.has_rivals,
        ),
        (
            "The small range below a rank holds the ranks that the choice of tasks allows",
            when.has_ranges,
        ),
        ("all ranges of a board hold at once with 95 % confidence", when.has_ranges),
    ),
    # --- pages
    "home tile": (
        ("tasks where an? <> beats <>: <k>/<n>", when.beaten),
        ("mean lift over <>: <x>", when.home_lift),
        ("models with a better mean score than <>, clearly or not: <k>/<n>", when.ahead),
        ("<> scores worse than <>: <k>/<n>", when.made_worse),
        ("<what>: <k>(/<n>)?", when.counts),
    ),
    "home lede": (
        ("<k> models?(, <>)? on <n> tasks?(, compared with <>)?", when.always),
        ("<n> scores?, each traceable to its row in the data", when.always),
        (
            "<k> open models, each fine-tuned with LoRA on <n> tasks, compared with <>",
            when.all_tuned,
        ),
        ("<n> scores, each traceable to its source", when.all_sourced),
    ),
    "model list lede": (
        *_LEAD,
        ("<k> models? on <n> tasks?", when.always),
        ("The full leaderboard, with <>", when.always),
    ),
    "model lede": (
        (
            r"<who> is <rank>\w\w of <of> models?, <>, with a mean <by> of <x> over <n> tasks?",
            when.standing,
        ),
        ("it may be first", when.may_be_first),
        ("<n> other models? may be first", when.others_may_be_first),
        (r"<who> \(<>\) is not ranked: it has <>", when.unranked),
        (
            "<who> is not ranked: its scores are flagged, and flagged scores do not count",
            when.flagged,
        ),
        ("<who> has no scores on this board", when.unranked),
    ),
    "model tile": (
        (
            "rank( \\(plausible: <best>(\N{EN DASH}<worst>)?\\))?: (<k>|not ranked)(/<n>)?",
            when.rank_tile,
        ),
        ("<by>(, 95.% interval <low> to <high>)?: <x>", when.model_figure),
        ("mean lift over <>: <x>", when.model_lift),
        ("tasks where it beats <>: <k>/<n>", when.model_beats),
        ("tasks with a score: <k>/<n>", when.model_coverage),
    ),
    "task list lede": (
        ("<n> tasks?: the best score on each, and the mean", when.always),
        ("how far the best is from <>", when.is_compared),
    ),
    "task lede": (
        ("<who> (has|share) the best( <>)? score<doubt> on <task>, <x>", when.best_score),
        ("<b> has <x>", when.baseline_score),
        ("No <> has a score on <task>", when.without_contender),
    ),
    "task tile": (("<what>: <x>", when.task_figure),),
    "category list lede": (
        ("<n> categor(y|ies) of tasks, each with its own leaderboard", when.always),
        (
            "<n> categor(y|ies) of tasks: how far the best <> of each task is from <>, on average",
            when.is_compared,
        ),
    ),
    "category lede": (
        *_LEAD,
        ("<n> tasks?", when.always),
        ("The best( <>)? scores are <way>, better on <k> of <n>", when.category_lead),
    ),
    "analysis lede": (("(Which|How) <>", when.always),),
    "serving lede": (("(Measured latency|List prices) <>", when.always),),
    # --- the prose of the Index
    "prose": (
        ("Fine-tuning clearly helps each of the <word> models", when.all_helped),
        ("It adds <x> to a score on average", when.home_lift),
        (
            "It can also hurt: <word> of <n> fine-tuned scores are below the base score",
            when.made_worse,
        ),
        ("On most tasks, a fine-tuned model scores above <>", when.on_most_tasks),
        ("The best of them does on <k> of <n> tasks", when.beaten),
        (r"It is furthest behind on <task> \(<x>\) and <second> \(<new>\)", when.two_behind),
        ("(No|One) model is clearly the best", when.clearly_best),
        ("<who> has the highest average, <x>", when.highest),
        ("<word> other models? may be first", when.others_may_be_first),
        ("<who> has more first places, <k> against <n>", when.more_wins),
        ("No model is clearly ahead of <> on average", when.clear_leads),
        ("Most leads over <> on average are not clear", when.clear_leads),
        ("<k> of the <n> fine-tuned models have a higher average than <>", when.ahead),
        ("<word> of them (is|are) clearly ahead", when.clear_leads),
        ("The size of the training set does not clearly predict the gain", when.unclear_size),
        (
            r"Over the <n> tasks, it has a rank correlation of <x> with the mean lift over base "
            r"\(p = <new>\)",
            when.unclear_size,
        ),
        ("Of <n> training sets, <k> have fewer than <> examples", when.training_sets),
        ("The cheapest offers cost less than a hundredth of <>", when.under_a_hundredth),
        (
            "<word> offers share the lowest list price, <x> per million tokens, "
            "half input and half output",
            when.equal_offers,
        ),
        ("<b> costs <low> to <high> as much, by the mix of input and output", when.dearer),
        ("The source does not date its prices", when.undated),
        (
            r"Each open model appears twice: as released \(base\), and after fine-tuning with "
            "4-bit LoRA on each of the <n> tasks",
            when.all_tuned,
        ),
        ("<who> and <b> were not fine-tuned", when.never_tuned),
        ("they have base scores only", when.always),
        ("<n> tasks in <> categories", when.always),
        ("All scores run from 0 to 1 and higher is better", when.all_higher),
        (
            "The best fine-tuned model scores strictly above <> on <k> tasks, with <word> tie",
            when.strictly_above,
        ),
        ("Categories come from the paper", when.always),
        (
            "They differ much in size, and a mean over few tasks says little about the next task "
            "of the same kind",
            when.has_small_categories,
        ),
        (
            "Latency was measured by the <>: <n> streaming requests to each of <word> providers, "
            "from one place",
            when.equal_requests,
        ),
        (
            "It shows how providers compared on that day, not how they compare now",
            when.always,
        ),
        (
            "<b> is not shown, because no comparable measurement of it is public",
            when.baseline_unmeasured,
        ),
    ),
}
_NUMBER = r"[^\s();:]*[^\s(),;:](?:\N{NO-BREAK SPACE}\w+)?"
_FIELDS = {
    **dict.fromkeys(("x", "new", "old", "low", "high"), _NUMBER),
    **dict.fromkeys(("k", "n", "j", "of", "rank", "best", "worst"), r"[\d,]+|none"),
    **{"how": "better|worse", "word": r"\w+", "by": "(?:mean )?(?:score|win rate)"},
    **{"unsure": "(?:, not clearly)?", "doubt": r"(?: \(not clearly\))?"},
    "top": "[^,]+",
    "rival": "[^,]+",
    "group": "(?: of one metric)?",
    "sure": "over too few tasks to tell|none clearly|not all clearly|clearly",
}


def template(words: str) -> re.Pattern[str]:
    """The regular expression of a template."""

    def field(match: Match) -> str:
        name = match[1]
        return f"(?P<{name}>{_FIELDS.get(name, '.+')})" if name else ".+?"

    return re.compile(re.sub(r"<(\w*)>", field, words))


def holds(condition: Condition, facts: Facts, said: Said, match: Match) -> bool:
    """Whether a condition holds; a name that is none of the board's never does."""
    try:
        return condition(facts, said, match)
    except KeyError:
        return False


def judged(name: str) -> Iterator[tuple[Said, str, bool]]:
    """Each clause of a board, a template that matches it, and whether its condition holds."""
    site, made = written(name)
    facts = Facts(made)
    listed = {
        place: [(words, template(words), condition) for words, condition in rows]
        for place, rows in SENTENCES.items()
    }
    for said in sayings(site):
        found = [
            (words, holds(condition, facts, said, match))
            for words, pattern, condition in listed.get(said.place, ())
            if (match := pattern.fullmatch(said.clause))
        ]
        assert found, f"{name}, {said.page}: {said.place}: no template for {said.clause!r}"
        yield said, *max(found, key=lambda pair: pair[1])


@pytest.mark.parametrize("name", [*OURS, *FOREIGN])
def test_every_sentence_is_true(name):
    """No clause without a template, and none whose condition does not hold."""
    wrong = [(said.page, said.place, said.clause) for said, _, holds in judged(name) if not holds]
    assert [] == wrong


def test_every_template_is_in_use():
    """Each stands on one of our boards, so that its condition is tried."""
    used = {words for name in OURS for _, words, _ in judged(name)}
    assert (
        set() == {words for rows in SENTENCES.values() for words, _ in rows} - used - ON_OTHER_DATA
    )
