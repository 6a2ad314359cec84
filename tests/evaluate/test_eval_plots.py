"""The two pictures: where points stand, and that nothing of a name becomes markup."""

from xml.etree import ElementTree

import numpy as np
import pytest

from bot.evaluate import plots
from bot.evaluate.statistics import Bin, Point, risk_coverage

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawn: str) -> list[str]:
    root = ElementTree.fromstring(drawn)
    return ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]


def test_a_mark_stands_where_its_numbers_say() -> None:
    drawn = plots.calibration([plots.Series("local", bins=[Bin(0.25, 0.5, 10)])])

    root = ElementTree.fromstring(drawn)
    mark = next(circle for circle in root.iter(f"{SVG}circle") if circle.find(f"{SVG}title") is not None)
    assert float(mark.get("cx", "0")) == pytest.approx(plots.LEFT + 0.25 * plots.SIDE_W, abs=0.06)
    assert float(mark.get("cy", "0")) == pytest.approx(plots.TOP + 0.5 * plots.SIDE_H, abs=0.06)
    assert mark.findtext(f"{SVG}title") == "10 lines"


def test_the_scale_of_the_risk_fits_what_is_shown() -> None:
    low = plots.risk_coverage([plots.Series("local", points=[Point(0.5, 0.0, 0.9), Point(1.0, 0.08, 0.5)])])
    high = plots.risk_coverage([plots.Series("local", points=[Point(1.0, 0.6, 0.5)])])

    assert "10 %" in texts(low) and "60 %" not in texts(low)[12:]
    assert texts(high).count("100 %") == 2


def test_runs_are_told_apart_without_colour_and_names_are_words() -> None:
    names = ["local", "<b>smart</b> & co", "third"]
    bins = [Bin(0.2, 0.3, 5), Bin(0.8, 0.7, 9)]
    drawn = plots.calibration([plots.Series(name, bins=bins) for name in names])

    assert [text for text in texts(drawn) if text in names] == names
    root = ElementTree.fromstring(drawn)
    dashes = {line.get("stroke-dasharray") for line in root.iter(f"{SVG}path") if line.get("stroke-width") == "2"}
    assert len(dashes) == 3


def test_a_long_line_is_drawn_with_few_points_and_keeps_its_end() -> None:
    sure = np.linspace(1, 0, 20_000)
    points = risk_coverage(sure, np.arange(20_000) % 7 != 0)
    drawn = plots.risk_coverage([plots.Series("local", points=points)])

    assert len(drawn) < 30_000
    assert f'cx="{plots.LEFT + plots.SIDE_W:.1f}"' in drawn
