"""What the measurements in a browser are computed from: tasks, and what of them is Plotly's."""

from tests.tools.bench.browser import Board, Home, Visit, own_part


def test_what_plotly_took_of_a_task_is_not_ours():
    """Of 100 ms: 10 to 30 and 20 to 40 are 30 together, and 90 to 150 are 10 of them."""
    assert 60 == own_part((0, 100), [(20, 40), (10, 30), (90, 150)])


def test_a_task_without_plotly_is_ours_and_one_within_it_is_not():
    """Nothing else took of it; or all of it was Plotly's, however it is told."""
    assert 70 == own_part((30, 100), [(0, 30), (100, 200)])
    assert 0 == own_part((30, 100), [(0, 200), (40, 50)])


def test_medians_and_worst_of_several_visits():
    """Ratio of the middle charts, worst of what must never be; a page may be sent again."""
    first = Visit(200, 600, 0, 600.0, (), ("index.html",))
    slow = Visit(300, 700, 60, 600.0, ("a.css",), ("assets/a.css",))
    plain = Visit(None, 1000, 0, 1475.0, (), ())
    found = [goal.found for goal in Home((first, slow, slow), (plain, plain, plain)).targets()]
    assert [300, 0.7, 600, 60, 1, 2] == found


def test_worst_and_middle_of_the_answers_of_a_board():
    goals = list(Board(1, 2, 3, (40, 48, 120), (16, 24)).targets())
    assert [48, 120, 20, 24] == [goal.found for goal in goals]
    assert [True, False, True, True] == [goal.holds for goal in goals]
