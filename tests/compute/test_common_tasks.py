from site_builder.compute.board import compute_common_boards
from tests.helpers.boards import make_board, make_frames, make_results, make_scores


def test_means_over_common_tasks_by_hand():
    """Three models; the first two tasks are those that all of them have."""
    runs = {"a": [0.2, 0.4, 0.9], "b": [0.3, 0.5, None], "c": [0.1, 0.9, None]}
    results = make_results(make_frames({"base": runs}), min_coverage=0.5, rank_by="mean")
    # Over what each has: a 0.5, b 0.4, c 0.5. Over t1 and t2: a 0.3, b 0.4, c 0.5.
    assert {"a": 1, "c": 1, "b": 3} == {s.model: s.rank for s in results.board.standings}
    board = results.common["base"]["base"]
    assert (("t1", "t2"), 1.0) == (board.tasks, board.rules.min_coverage)
    assert [("c", 1, 0.5), ("b", 2, 0.4), ("a", 3, 0.3)] == [
        (s.model, s.rank, s.average) for s in board.standings
    ]


def test_a_board_by_win_rate_has_means_there():
    """Means over the same tasks can be compared, though those over all cannot."""
    runs = {"a": [0.2, 0.4, 0.9, None], "b": [0.3, 0.5, None, 0.1], "c": [0.1, 0.9, None, None]}
    results = make_results(make_frames({"base": runs}))
    assert "mean_win_rate" == results.board.rules.rank_by
    assert "mean" == results.common["base"]["base"].rules.rank_by


def test_who_lacks_a_common_task_has_no_rank():
    """It is not ranked on the whole board either, so the common tasks need not be its own."""
    runs = {"a": [0.2, 0.4, None], "b": [0.3, 0.5, 0.7], "c": [None, None, 0.8]}
    results = make_results(make_frames({"base": runs}), min_coverage=0.6, rank_by="mean")
    standing = results.common["base"]["base"].standing("c")
    assert (None, "no score") == (standing.rank, standing.unranked)


def test_nothing_where_none_lacks_a_score_or_none_is_common():
    """No second view of the same board, and none of no board."""
    whole = make_scores({"base": {"a": [0.1, 0.2], "b": [0.3, 0.4]}})
    assert {} == compute_common_boards(whole, {"base": make_board(whole)})
    apart = make_frames({"base": {"a": [0.1, None], "b": [None, 0.4], "c": [0.5, None]}})
    assert {} == make_results(apart, min_coverage=0.0).common


def test_each_variant_has_its_own_common_tasks():
    """With the boards of the other variants over the same tasks, to compare with."""
    runs = {
        "base": {"a": [0.1, 0.2, 0.3], "b": [0.2, 0.3, 0.4]},
        "tuned": {"a": [0.5, None, 0.6], "b": [0.7, 0.8, 0.9]},
    }
    results = make_results(make_frames(runs), min_coverage=0.5, rank_by="mean")
    assert {"tuned"} == set(results.common)
    assert {"t1", "t3"} == set(results.common["tuned"]["base"].tasks)
