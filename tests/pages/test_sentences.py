"""Every sentence that pages compute about a board, and the condition under which it may appear.

`SENTENCES` has the templates of titles, readings, tiles, notes, ledes and takeaways, by chart or by
place. In a template, `<x>` is a number, `<n>` a count, and any other `<field>` a text; the rest
is a regular expression. A condition (tests/helpers/conditions.py) is judged from the scores, by
other code than that which wrote the sentence. A sentence without a template fails.
"""

import functools
import re
from collections.abc import Mapping, Sequence

import pytest

from tests.helpers import conditions as when
from tests.helpers import uncertain
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
# What the takeaways of the Index would say if its scores were others, and what a long board says.
ON_OTHER_DATA = {
    "No model is clearly ahead of <> on average",
    "Most leads over <> on average are not clear",
    # Drawings of more than 40 models.
    "The first <k> of <n> models are drawn",
    # Grids of more than 12 models or 60 tasks.
    "<cut>",
    # A variant is named where a board has several, and a model with few tasks; see jp_finetuned.
    r"<who> \(<>\) is not ranked: it has <>",
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
            r"<> scores average <new><scope>, <how> than <> \(<old>\), "
            "clearly for <n> of <of> models?",
            when.tuning,
        ),
        (
            r"<> scores average <new><scope>, <how> than <> \(<old>\), over too few tasks to tell",
            when.tuning,
        ),
        ("<> scores average <new><scope>, <> scores <old>", when.tuning),
        ("<who> (has|share) the best <merit>, <x>", when.best_mean),
        (
            "<who> (has|share) the best <merit>, <x>, over too few tasks to tell models apart",
            when.best_mean,
        ),
        ("the board ranks by win rate", when.ranks_by_win_rate),
        ("<n> other models? may be first", when.others_may_be_first),
        ("<merit>s of <n> models", when.several_contests),
        ("<k> of <n> ha(s|ve) a better mean than <rival><any>(, <sure>)?", when.baseline_means),
    ),
    "averages reading": ((r"Averages run from <x> \(<who>\) to <low> \(<last>\)", when.mean_ends),),
    "averages caption": (
        ("<unit> over <over>", uncertain.averaged_over),
        ("open circle <>, full circle <>", when.is_lifted),
        ("band 95.% interval over tasks", uncertain.has_intervals),
        ("tick <b> over the same tasks", uncertain.has_baseline),
    ),
    **{
        place: (
            (
                r"<k> of <n> models? of known (size|price)( \(free models aside\))? (is|are) "
                "(smaller|cheaper) than <b> and ha(s|ve) a better <merit>, <sure>",
                when.better_at_less,
            ),
            ("<b> (costs|has) <times> as (much|many parameters)", when.times_as_much),
            (
                "<who> ha(s|ve) the best <merit> for (its|their) (size|price)"
                r"( \(free models aside\))?<unsure>",
                when.frontier,
            ),
        )
        for place in ("size", "score-by-price")
    },
    **{
        f"{place} caption": (
            ("<unit> over <over> against (size|price), log axis", uncertain.averaged_over),
            ("The line joins the frontier, in full circles", when.always),
            (
                "The full circle is the frontier: no other model of the same or a "
                r"(smaller size|lower price( \(free models aside\))?) is as good",
                when.always,
            ),
            ("a bar is the 95.% interval over tasks", uncertain.has_intervals),
            (
                "Prices are the lowest list prices(, of the models as listed, not <>)?",
                when.always,
            ),
            (
                "<n> models? (of unknown size|without a price( above 0)?) (is|are) left out",
                uncertain.unknown_costs,
            ),
        )
        for place in ("size", "score-by-price")
    },
    **{
        f"{place} reading": (
            (
                "The <merit> of every model off the frontier is matched or beaten by one of the "
                "same or a (smaller size|lower price)",
                when.always,
            ),
        )
        for place in ("size", "score-by-price")
    },
    "winners": (("<who> (has|share) the most first places: <k> of <n> tasks?", when.first_places),),
    "winners reading": (("<k> of <n> models? (is|are) first on at least one task", when.winners),),
    "winners caption": (
        ("Number of tasks on which a model has the best (<> )?score", when.always),
        ("Every model that shares first place counts<more>", uncertain.shared_wins),
        (
            "<k> of these (is|are) clear by the errors of single scores, <n> not",
            uncertain.judged_wins,
        ),
        ("for <n> this is not known", uncertain.judged_wins),
    ),
    "separability": (
        ("The two models are not separable", uncertain.none_separable),
        ("No two of the <n> models are separable", uncertain.none_separable),
        ("Of <n> models only <who> may be first", uncertain.may_be_first),
        ("<k> of <n> models may be first", uncertain.may_be_first),
        ("<k> of <n> models may be first: <who>", uncertain.may_be_first),
    ),
    "separability reading": (
        ("Every model is separable from the next", uncertain.all_separable),
        ("One bar joins <k> models that are not separable", uncertain.bars),
        ("<n> bars join <k>( to <j>)? models that are not separable", uncertain.bars),
        ("The first <k> of <n> models are drawn", uncertain.drawn_first),
    ),
    "separability caption": (
        ("<unit> over <over>", uncertain.averaged_over),
        ("Full circle: may be first", when.always),
        (
            "A grey bar joins neighbours in rank whose gaps could be due to which tasks were "
            "picked",
            when.always,
        ),
        ("All pairs are tested at once, with 95 % confidence", when.always),
        ("The first <k> of <n> models are drawn", uncertain.drawn_first),
    ),
    "lift-correlations": (
        ("<lift> grows with <up> and falls with <down>", uncertain.clear_features),
        ("<lift> grows with <up>", uncertain.clear_features),
        ("<lift> falls with <down>", uncertain.clear_features),
        ("No feature clearly correlates with lift", uncertain.no_clear_feature),
        ("Too few tasks to tell which features correlate with lift", uncertain.none_tested),
    ),
    "lift-correlations reading": (
        ("<k> of <n> tested pairs? are clear", uncertain.clear_of_tested),
    ),
    "feature": ((r"<lift> (grows|falls) with <feature> \(<rho> = <>\)", uncertain.feature),),
    "feature reading": (("over <n> tasks?", when.always),),
    "correlations": (
        (
            "<k> of <n> tested pairs? of a feature and a lift correlates? clearly",
            uncertain.clear_of_tested,
        ),
        ("Correlations between the columns", uncertain.none_tested),
    ),
    "correlations reading": (
        ("Each cell is a Spearman correlation over tasks, from \N{MINUS SIGN}1 to .1", when.always),
    ),
    "redundancy": (
        ("<k> of <n> pairs? of tasks ranks? the models clearly alike", uncertain.alike_pairs),
        (
            r"<k> of <n> pairs? of tasks ranks? the models clearly alike, (most of all )?<who> "
            r"\(<rho> = <x>\)",
            uncertain.alike_pairs,
        ),
        (
            "Fewer than 10 models: too few to tell which tasks rank them alike",
            uncertain.too_few_models,
        ),
    ),
    "redundancy reading": (
        (
            "Over all pairs of tasks the median is <x>: near 1, tasks would be interchangeable",
            when.always,
        ),
        ("near 0, each measures something different", when.always),
    ),
    "grid score": (
        ("<k> models? on <n> tasks?", when.always),
        (
            r"Mean scores by task run from <x> \(<low_task>\) to <new> \(<high_task>\)",
            when.task_range,
        ),
    ),
    "grid score note": (
        ("Each number is an? (<> )?score", when.always),
        ("<cut>", uncertain.grid_cut),
    ),
    "grid score group": _LEAD,
    **{
        f"grid {against}": (
            (
                "<k> of <n> (<> )?scores? (is|are) clearly better than <rival>, <j> clearly worse",
                uncertain.clear_lifts,
            ),
            ("<k> of <n> (<> )?scores? (is|are) better than <rival>, <j> worse", uncertain.lifts),
        )
        for against in ("baseline", "base")
    },
    **{
        f"grid {against} note": (
            ("Each number is the (<> )?score minus the <> of <>", when.always),
            (
                "It is clear if the errors of the two scores do not explain it, at the 95 % "
                "level, each number alone",
                when.always,
            ),
            ("For <k> of <n>, an error is not known", uncertain.lifts_of_unknown_error),
            ("<cut>", uncertain.grid_cut),
        )
        for against in ("baseline", "base")
    },
    "grid baseline group": (
        (
            "the best model beats <rival> on <k> of <n> tasks?(, <i> clearly<known>)?",
            uncertain.group_beaten,
        ),
        ("errors not known", uncertain.group_unknown),
    ),
    "grid base group": (
        (
            "<k> of <n> <> scores? (is|are) better than <rival>(, <i> clearly<known>)?",
            uncertain.group_lifted,
        ),
        ("errors not known", uncertain.group_unknown),
    ),
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
    "task-models": (
        ("<who> (has|share) the best( <>)? score<doubt>, <x>", when.best_score),
        ("<b> has <x>", when.baseline_score),
        ("<n> models on <task>", when.without_contender),
    ),
    "task-models caption": (
        ("<n> models on this task, by <>", when.always),
        ("lower is better", when.always),
        ("The errors of the scores are not known", uncertain.no_errors),
        ("A band is the 95.% interval of a score<wider>", uncertain.has_ranges),
        ("A triangle is the score that guessing gives", uncertain.has_chance),
    ),
    "model-tasks": (
        (
            "The <> score of <who> is better than its <> score on <k> of <n> tasks? and beats <> "
            "on <j> of <of>",
            when.model_counts,
        ),
        (
            "The <> score of <who> is better than its <> score on <k> of <n> tasks?",
            when.model_counts,
        ),
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
        (r"<b> costs <x> as much( \(<low> to <high>, depending on the mix\))?", when.dearer),
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
        ("Ranked by <by> over <over>(, because <why>)?", when.ranked_by),
        ("Ranked by mean lift of <> over <>", when.is_lifted),
        (
            "Uses only the <n> tasks? on which every ranked model of the whole board has a score",
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
        (
            "The adjusted average of a model estimates its mean score over all tasks",
            uncertain.is_adjusted,
        ),
        (
            "It allows for how easy the tasks are on which the model has a score",
            uncertain.is_adjusted,
        ),
        ("Tasks without a score of a ranked model do not count", uncertain.has_unconnected),
        ("A model needs a score on every task to be ranked", when.needs_all),
        ("A model needs scores on <> of the tasks to be ranked", when.needs_some),
        (
            "“May be first”: the gap to first place could be due to which tasks were picked",
            when.has_rivals,
        ),
        (
            "The small range below a rank is how far it could move with other tasks",
            when.has_ranges,
        ),
        ("all ranges of a board hold at once with 95 % confidence", when.has_ranges),
    ),
    # --- pages
    "home tile": (
        (
            "tasks where the best <> beats <>; (<i> by a model chosen on the other tasks, )?"
            "<j> by the median model(, <> of <> clearly where errors are known)?: <k>/<n>",
            uncertain.beaten_by_others,
        ),
        ("mean lift over <>: <x>", when.home_lift),
        ("models with a better mean score than <>, clearly or not: <k>/<n>", when.ahead),
        ("<> scores worse than <>: <k>/<n>", when.made_worse),
        ("<what>: <k>(/<n>)?", when.counts),
    ),
    "home lede": (
        ("<k> models?( with <> scores)? on <n> tasks?(, compared with <>)?", when.always),
        ("<n> scores?,( each)? traceable to its row in the data", when.always),
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
            r"<who> is <rank>\w\w of <of> models(, <>)?, with an? <by> of <x> over <n> tasks?",
            when.standing,
        ),
        (
            r"<who> is <rank>\w\w of <of> models(, <>)?, with an <by> of <x> over the tasks of "
            "the ranked models",
            when.standing,
        ),
        (
            "<who> is the only ranked model(, <>)?, with an? <by> of <x> over <n> tasks?",
            when.only_ranked,
        ),
        ("it may be first", when.may_be_first),
        ("<n> other models? may be first", when.others_may_be_first),
        (r"<who> \(<>\) is not ranked: it has <>", when.unranked),
        ("<who> is not ranked: it has <>", when.unranked),
        (
            "<who> is not ranked: its scores are flagged, and flagged scores do not count",
            when.flagged,
        ),
        ("<who> has no scores on this board", when.unranked),
    ),
    "model answer": (
        (r"Fine-tune <who>\? <verdict>: from <low> to <high><of_tasks>", when.tuning_pays),
        (
            r"Is the <> score of <who> better than its <> score\? <verdict>: "
            "from <low> to <high><of_tasks>",
            when.tuning_pays,
        ),
        (r"Is <who> better than <b>\? <verdict>: <high> against <low> \(<n> tasks?\)", when.beats),
        (
            r"Is <who> the best of <of> models\? <verdict>: rank <rank>, <merit> <x> "
            r"\(<n> tasks?\)",
            when.is_the_best,
        ),
        (r"<b> <x> \(<n> tasks?(, lower is better)?\)", when.beside_the_means),
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
        ("<n> tasks?: the best and the mean score on each", when.always),
        (
            "<n> tasks?: the best and the mean score on each, and how far the best is from <>",
            when.is_compared,
        ),
    ),
    "task lede": (
        ("<who> (has|share) the best( <>)? score<doubt> on <task>, <x>", when.best_score),
        ("<b> has <x>", when.baseline_score),
        ("No <> has a score on <task>", when.without_contender),
    ),
    "task answer": (
        (
            r"Which( <>)? model is best on <task>\? <who><unsure>: (from <low> to )?<x>",
            when.best_answer,
        ),
        ("<b> <x>", when.baseline_score),
        ("lower is better", when.is_lower_better),
    ),
    "task tile": (("<what>: <x>", when.task_figure),),
    "task note": (
        ("Below a score stands its 95.% interval", uncertain.has_errors),
        ("<who> (is|are) not distinguishable from the best on <>", uncertain.tied),
        (
            "The lead of <who> over <n> models? is larger than <> would give by chance",
            uncertain.chance_lead,
        ),
        (
            "The lead of <who> is larger than <> would give by chance",
            uncertain.chance_lead,
        ),
        ("<who> are level on <>", uncertain.level),
        ("Whether <n> others? can be told from the best is not known", uncertain.not_known),
        ("The number of examples is not stated", uncertain.split_size),
        ("Only all <n> examples of the split can give these scores", uncertain.split_size),
        ("It is at most <n>, which the intervals assume", uncertain.split_size),
        ("with fewer they are wider", uncertain.split_size),
        ("It is at least <n>, since fewer cannot give these scores", uncertain.split_size),
        (r"<counts> scores (is|are) no better than guessing \(<x>\)", uncertain.no_better),
        (r"Every score is better than guessing \(<x>\)", uncertain.no_better),
        (
            "Where the error of a score is not known, the score alone is compared",
            uncertain.some_unknown,
        ),
        (
            "<k> of <n> lifts? over <> starts? from a score that is worse than guessing",
            uncertain.from_worse,
        ),
        (
            "A flagged score does not count in any rank, average or first place",
            uncertain.flags_left_out,
        ),
        ("A flagged score should be read with care", uncertain.flags_count),
        ("It counts like any other score", uncertain.flags_count),
        ("No task of the board ranks models like this one", uncertain.none_similar),
        (
            "No task of the board ranks models much like this one: <task> comes nearest, with "
            "rho <x> over <n> models?",
            uncertain.nearest,
        ),
        (
            "No task of the board clearly ranks models much like this one: <task> comes nearest, "
            "with rho <x> over <n> models?, which could be chance",
            uncertain.nearest,
        ),
        ("A model that is good elsewhere is no safe choice here", uncertain.none_alike),
        ("<who> ranks? models much like this task", uncertain.clearly_alike),
        (
            "<who> ranks models much like this task, rho <x> over <n> models: a model that does "
            "well there is likely to do well here",
            uncertain.clearly_alike,
        ),
        (
            "the nearest has rho <x> over <n> models: a model that does well there is likely to "
            "do well here",
            uncertain.clearly_alike,
        ),
    ),
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
        (
            "The best( <>)? scores are <way> on average, better on <k> of <n> tasks?",
            when.category_lead,
        ),
        ("The best( <>)? score is <way>", when.only_compared),
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
        (
            "A model chosen by its scores on the other tasks does on <i>, the median model on <j>",
            uncertain.beaten_by_others,
        ),
        ("The median model does on <j>", uncertain.beaten_by_others),
        ("Who is ahead of <> depends on the metric", when.always),
        ("On the <n> <metric> tasks, all <word> models have a higher average", uncertain.by_metric),
        ("on the <n> <metric> tasks, <word> do", uncertain.by_metric),
        ("The first place depends on the rule", uncertain.depends_on_rule),
        (
            "<who> is first by <> of <> rules, such as the mean but not the median",
            uncertain.depends_on_rule,
        ),
        ("One task, <task>, makes <x>.% of its lead", uncertain.makes_lead),
        ("All rules", when.always),
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
        (
            "<b> costs <low> to <high> as much, depending on the mix of input and output",
            when.dearer,
        ),
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
    **dict.fromkeys(("k", "n", "i", "j", "of", "rank", "best", "worst"), r"[\d,]+|none"),
    **{
        "how": "better|worse",
        "word": r"\w+",
        "rho": "\N{GREEK SMALL LETTER RHO}",
        "by": "mean score|mean win rate|adjusted average|mean of its scores",
    },
    **{"unsure": "(?:, not clearly)?", "doubt": r"(?: \(not clearly\))?"},
    "scope": r"(?: over [\d,]+ pairs?)?",
    "merit": "[Mm]ean score|[Aa]djusted average|mean win rate",
    "of_tasks": r"(?: \([\d,]+ tasks?(?:, lower is better)?\))?",
    "verdict": "[A-Z][a-z ]+",
    "unit": "Mean score|Mean win rate|Adjusted average",
    "any": "(?: in (?:at least one|any) variant)?",
    "more": "(?:, so the bars add up to more than the number of tasks)?",
    "times": ".+?\N{MULTIPLICATION SIGN}",
    "known": "(?: of [\\d,]+ with known errors)?",
    "cut": (
        "The first [\\d,]+ of [\\d,]+ (?:models|tasks) are shown|Each row is a mean over the tasks "
        "of a category|A mean difference is clear if its 95 % interval over these tasks excludes 0|"
        "[\\d,]+ other tasks? (?:is|are) left out"
    ),
    "wider": "(?:, or wider where the number of examples is not stated)?",
    "top": "[^,]+",
    "rival": "[^,]+?",
    "over": ".+?",
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


@functools.cache
def judged(name: str) -> Sequence[tuple[Said, str, bool]]:
    """Each clause of a board, a template that matches it, and whether its condition holds."""
    every = []
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
        every.append((said, *max(found, key=lambda pair: pair[1])))
    return every


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
