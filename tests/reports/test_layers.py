"""Where things stand in the drawing of the system."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from samples import STORE, graph

from reports.layers import Graph, Link, Spot, arrange, rows_of
from tui.nodes import links_of, nodes_of
from tui.widgets.topology_plan import plan
from tui.wiring import Way, ways_between


def crossings(graph: Graph) -> int:
    """Pairs of lines between neighbouring columns that cross."""
    place = {spot: index for column in graph.columns for index, spot in enumerate(column)}
    hops = [hop for hop in graph.hops if not hop.beside]
    return sum(
        (place[one.start] - place[other.start]) * (place[one.end] - place[other.end]) < 0
        for index, one in enumerate(hops)
        for other in hops[index + 1 :]
        if one.column == other.column
    )


def test_lines_that_need_not_cross_do_not() -> None:
    """Callees given in the wrong order are put in the right one."""
    layers = {"a": 0, "b": 0, "c": 0, "x": 1, "y": 1, "z": 1}
    links = [("a", "z"), ("b", "y"), ("c", "x")]
    assert crossings(arrange(layers, links)) == 0


def test_a_line_past_a_column_has_a_place_in_it() -> None:
    """So that it does not run through a box."""
    drawn = arrange(
        {"web": 0, "cart": 1, "stock": 2}, [("web", "cart"), ("cart", "stock"), ("web", "stock")]
    )
    passing = Spot("web > stock", ("web", "stock"), 1)
    assert set(drawn.columns[1]) == {Spot("cart"), passing}
    hops = [(hop.start, hop.end) for hop in drawn.hops if hop.link == ("web", "stock")]
    assert hops == [(Spot("web"), passing), (passing, Spot("stock"))]


def test_calls_in_a_circle() -> None:
    """A call back is drawn from its callee to its caller, a call within a layer beside it."""
    drawn = arrange({"a": 0, "b": 1, "c": 1}, [("a", "b"), ("b", "a"), ("b", "c"), ("c", "c")])
    assert [(hop.link, hop.backwards, hop.beside) for hop in drawn.hops] == [
        (("a", "b"), False, False),
        (("b", "a"), True, False),
        (("b", "c"), False, True),
    ]


def test_a_chain_is_a_straight_line() -> None:
    drawn = arrange({"a": 0, "b": 1, "c": 2}, [("a", "b"), ("b", "c")])
    rows = rows_of(drawn, 20, lambda spot: 3)
    assert rows is not None
    assert len(set(rows.values())) == 1


def test_what_does_not_fit_is_said_so() -> None:
    drawn = arrange(dict.fromkeys("abc", 0), [])
    assert rows_of(drawn, 8, lambda spot: 3) is None
    assert rows_of(drawn, 9, lambda spot: 3) == {Spot("a"): 1, Spot("b"): 4, Spot("c"): 7}


@st.composite
def systems(draw: st.DrawFn) -> tuple[dict[str, int], list[Link]]:
    """Any layers, any calls: forth, back, within a layer, to itself."""
    layers = draw(st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 4), min_size=1))
    name = st.sampled_from(sorted(layers))
    links = draw(st.lists(st.tuples(name, name), max_size=20, unique=True))
    return layers, links


@given(systems(), st.integers(12, 40))
def test_every_drawing_is_sound(system: tuple[dict[str, int], list[Link]], height: int) -> None:
    """All are drawn once, in layers, in rows of their own; every call is drawn from end to end."""
    layers, links = system
    drawn = arrange(layers, links)
    assert sorted(
        spot.name for column in drawn.columns for spot in column if not spot.passing
    ) == sorted(layers)
    assert drawn == arrange(layers, links)
    for link in links:
        hops = [hop for hop in drawn.hops if hop.link == link]
        if link[0] == link[1]:
            assert not hops
            continue
        ends = (hops[0].start.name, hops[-1].end.name)
        assert ends == (link[::-1] if hops[0].backwards else link)
        assert all(one.end == other.start for one, other in pairwise(hops))
    rows = rows_of(drawn, height, lambda spot: 1 if spot.passing else 3)
    sizes = [sum(1 if spot.passing else 3 for spot in column) for column in drawn.columns]
    assert (rows is None) == (max(sizes) > height)
    if rows is None:
        return
    for column in drawn.columns:
        taken: list[int] = []
        for spot in column:
            taken += [rows[spot]] if spot.passing else [rows[spot] + step for step in (-1, 0, 1)]
        assert taken == sorted(set(taken))
        assert taken[0] >= 0
        assert taken[-1] < height
    for at in range(len(drawn.columns)):
        hops = [hop for hop in drawn.hops if hop.column == at]
        beside = ways_between(hops, rows)
        for ways in beside:
            ways.sort(key=lambda way: way.top)
            assert all(upper.bottom < lower.top for upper, lower in pairwise(ways))
        bent = {hop for ways in beside for way in ways for hop in way.hops}
        assert {hop for hop in hops if rows[hop.start] != rows[hop.end]} <= bent


def test_no_line_seems_to_come_from_elsewhere() -> None:
    """The way of who calls to a row lies right of the way that leaves from that row."""
    spots = {name: Spot(name) for name in "abxy"}
    drawn = arrange({"a": 0, "b": 0, "x": 1, "y": 1}, [("a", "y"), ("b", "x")])
    rows = {spots["a"]: 0, spots["b"]: 4, spots["x"]: 8, spots["y"]: 4}
    columns = ways_between(drawn.hops, rows)
    order = [way.hops[0].link for ways in columns for way in ways]
    assert order == [("b", "x"), ("a", "y")]


def test_ways_that_do_not_meet_share_their_cells() -> None:
    drawn = arrange({"a": 0, "b": 0, "x": 1, "y": 1}, [("a", "x"), ("b", "y")])
    rows = {Spot("a"): 0, Spot("x"): 2, Spot("b"): 10, Spot("y"): 8}
    (together,) = ways_between(drawn.hops, rows)
    assert sorted((way.top, way.bottom) for way in together) == [(0, 2), (8, 10)]
    assert all(isinstance(way, Way) for way in together)


def test_the_largest_drawing_that_fits_is_chosen() -> None:
    """Boxes where there is room, rows where there is less, and nothing where a list is better."""
    picture = graph(STORE)
    nodes, links = nodes_of(picture), list(links_of(picture))
    boxes, rows = plan(nodes, links, 116, 18), plan(nodes, links, 116, 10)
    assert boxes is not None
    assert boxes.boxes
    assert rows is not None
    assert not rows.boxes
    assert plan(nodes, links, 78, 18) is None
    assert plan(nodes, links, 116, 4) is None
