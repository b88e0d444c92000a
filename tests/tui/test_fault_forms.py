"""The list of faults, and a form for each of them."""

from __future__ import annotations

from collections.abc import Mapping

import yaml
from every_fault import SHOP
from hands import Rehearsal, rehearse
from samples import STORE, graph
from stage import SIZES
from textual.widgets import Input, OptionList

from simulator.live.commands import Answer, Inject
from simulator.live.driver import Opening
from simulator.live.stepped import SteppedDriver
from simulator.scenario.faults.catalogue import example_of
from simulator.scenario.faults.kinds import FAULTS
from tui.actions.aim import target_of
from tui.dialogs.fault_form import FaultForm
from tui.dialogs.fields import TARGETS, fault_of, first_texts, form_of, value_of
from tui.watching import Selection


def example(kind: str) -> Mapping[str, object]:
    """The example of a kind: a fault without its time."""
    (fault,) = yaml.safe_load(example_of(kind))["faults"]
    return {key: value for key, value in fault.items() if key != "at"}


def texts_of(kind: str) -> dict[str, str]:
    """What is typed into a form for the example of a kind."""
    fault = dict(example(kind))
    harm = fault.pop(kind)
    assert isinstance(harm, dict)
    return {
        name: str(yaml.safe_dump(value, default_flow_style=True, width=1000))
        .removesuffix("...\n")
        .strip()
        for name, value in {**harm, **fault}.items()
    }


async def fill(hand: Rehearsal, texts: Mapping[str, str]) -> FaultForm:
    """Have texts in the form that shows, and nothing in the other fields."""
    form = hand.app.screen
    assert isinstance(form, FaultForm)
    for field in form_of(form.kind):
        form.query_one(f"#field-{field.name}", Input).value = texts.get(field.name, "")
    await hand.pilot.pause()
    return form


def test_a_form_means_what_a_file_means() -> None:
    """The example of every kind, typed into its form, is that fault, and nothing is wrong with it."""
    for kind in FAULTS:
        fault, mistakes = fault_of(kind, texts_of(kind))
        assert not mistakes, kind
        assert fault == example(kind)


def test_every_field_of_every_form_is_told() -> None:
    """What a field takes and means is there to be read."""
    for kind in FAULTS:
        for field in form_of(kind):
            assert field.takes and not field.takes.startswith("value"), (kind, field)
            assert len(field.meaning) > 10


def test_the_engine_takes_every_form() -> None:
    """What the form of each kind, filled in as its example, asks for is done."""
    driver = SteppedDriver(Opening("shop", text=SHOP, paused=True))
    driver.play(0.2)
    for kind in FAULTS:
        driver.send(Inject(fault_of(kind, texts_of(kind))[0]))
    answers = [each for each in driver.poll() if isinstance(each, Answer)]
    assert [each.text for each in answers if not each.done] == []
    assert len(answers) == len(FAULTS)


def test_the_selection_is_the_target() -> None:
    """Forms come with whom they hit filled in, in the fields that the kind has for it."""
    for (kind, name), fault, filled in (
        (("service", "payments"), "kill", {"service": "payments"}),
        (("instance", "payments-2"), "kill", {"instance": "payments-2"}),
        (("instance", "payments-2"), "dependency_outage", {"service": "payments"}),
        (("edge", "orders > payments"), "latency", {"edge": "orders > payments"}),
        (("edge", "orders > payments"), "partition", {"service": "payments", "from": "orders"}),
        (("edge", "orders > payments"), "config_push", {"service": "orders", "to": "payments"}),
        (("traffic", "users"), "surge", {"traffic": "users"}),
        (("traffic", "users"), "cache_flush", {"service": "users"}),
        (("traffic", "users"), "loss", {"from": "users"}),
        (("service", "payments"), "surge", {"traffic": "users"}),
        (("service", "payments"), "force_breaker", {"service": "orders", "to": "payments"}),
        (("service", "database"), "force_breaker", {"to": "database"}),
        (("service", "payments"), "registry_outage", {}),
    ):
        texts = first_texts(fault, target_of(fault, Selection(kind, name), graph(STORE)), {})
        whom = {field: text for field, text in texts.items() if text and field in TARGETS}
        assert whom == filled, (kind, fault)


def test_mistakes_are_told_beside_their_fields() -> None:
    """While they are made; what is wrong is not done, and the keyboard goes to the first of them."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        hand.app.fill_in("latency")
        await hand.settle()
        form = await fill(hand, {"service": "payments", "add": "5", "for": "-1s"})
        lines = hand.text().splitlines()
        (wrong,) = [n for n, line in enumerate(lines) if "expected a duration with a unit" in line]
        assert "│ add " in lines[wrong - 1]
        form.submit()
        await hand.settle()
        assert hand.app.screen is form
        assert form.focused is not None
        assert form.focused.id == "field-add"
        form = await fill(
            hand, {"service": "payments", "add": "5ms", "jitter": "1ms", "correlation": "x"}
        )
        assert "expected a share from 0 to 1" in hand.text()
        form = await fill(hand, {"add": "5ms"})
        form.submit()
        await hand.settle()
        assert "expected at least one of `service`" in hand.text()
        await fill(hand, {"service": "payments", "add": "5ms"})
        await hand.press("enter")
        assert hand.driver.sent[-1] == Inject({"latency": {"service": "payments", "add": "5ms"}})
        assert hand.app.screen is not form

    rehearse(play, graph(STORE))


def test_a_form_remembers() -> None:
    """The next time it has what was said, but for whom it hit."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        hand.app.fill_in("loss")
        await hand.settle()
        form = await fill(hand, {"service": "payments", "share": "33%", "for": "10s"})
        form.submit()
        await hand.settle()
        hand.app.select("service", "cart")
        hand.app.fill_in("loss")
        await hand.settle()
        again = hand.app.screen
        assert isinstance(again, FaultForm)
        assert again.query_one("#field-share", Input).value == "33%"
        assert again.query_one("#field-for", Input).value == "10s"
        assert again.query_one("#field-service", Input).value == "cart"

    rehearse(play, graph(STORE))


def test_the_list_is_filtered_by_typing() -> None:
    """A few letters and enter lead to a form."""

    async def play(hand: Rehearsal) -> None:
        await hand.press("F")
        places = []
        for key in ("pagedown", "up", "down", "pageup"):
            await hand.press(key)
            places.append(hand.app.screen.query_one(OptionList).highlighted)
        below, above, again, first = places
        assert first < above < below == again
        await hand.press("h", "e", "r", "d")
        assert "thundering_herd" in hand.text()
        assert "memory_leak" not in hand.text()
        await hand.press("enter")
        form = hand.app.screen
        assert isinstance(form, FaultForm)
        assert form.kind == "thundering_herd"

    rehearse(play, graph(STORE))


def test_names_may_be_parted_by_commas() -> None:
    """A list needs no brackets, and may have them."""
    (field,) = [each for each in form_of("partition") if each.name == "from"]
    assert value_of(field, "shop, web") == ["shop", "web"]
    assert value_of(field, "[shop, web]") == ["shop", "web"]


def test_first_texts_of_a_form() -> None:
    """What has a default is left empty, what has none is filled in as in the example."""
    texts = first_texts("slow", {"service": "web"}, {})
    assert (texts["service"], texts["speed"], texts["mode"], texts["for"]) == ("web", "20%", "", "")
    assert first_texts("slow", {}, {"speed": "5%"})["speed"] == "5%"


def test_how_they_look() -> None:
    """The list and a form, at each size."""

    async def play(hand: Rehearsal) -> None:
        hand.app.select("service", "payments")
        await hand.press("F")
        hand.check("fault-list")
        await hand.press("escape")
        hand.app.fill_in("slow")
        await hand.pilot.pause()
        hand.check("fault-form")

    for size in SIZES:
        rehearse(play, graph(STORE), size=size)
