"""Each law against its own formulas: samples, moments, quantiles."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, sqrt

import numpy as np
import pytest

from simulator.distribution.constant import Constant
from simulator.distribution.count import Choice, Geometric, PoissonCount, UniformCount
from simulator.distribution.distribution import Distribution
from simulator.distribution.empirical import Quantiles, Values
from simulator.distribution.exponential import Exponential
from simulator.distribution.gamma import Gamma
from simulator.distribution.hyperexponential import Hyperexponential
from simulator.distribution.lognormal import Lognormal
from simulator.distribution.normal import Normal
from simulator.distribution.pareto import Pareto
from simulator.distribution.uniform import Uniform
from simulator.distribution.weibull import Weibull

SIZE = 200_000
Z = 4.5
"""Standard errors; a normal deviate passes them once in 150,000."""

LAWS: dict[str, Distribution] = {
    "exponential": Exponential(0.01),
    "uniform": Uniform(0.002, 0.01),
    "normal": Normal(0.4, 0.05),
    "normal cut hard": Normal(0.1, 0.3),
    "lognormal by quantiles": Lognormal.from_median_p99(0.004, 0.04),
    "lognormal by moments": Lognormal.from_mean_cv(0.01, 1.5),
    "erlang": Gamma.erlang(4, 0.01),
    "gamma": Gamma.from_mean_cv(0.01, 1.4),
    "weibull": Weibull(0.7, 0.01),
    "pareto": Pareto(3.5, 0.01),
    "hyperexponential": Hyperexponential([(9, 0.0005), (1, 0.0055)]),
    "quantiles": Quantiles([(0.0, 0.001), (0.5, 0.003), (0.99, 0.02), (1.0, 0.09)]),
}
COUNTS: dict[str, Distribution] = {
    "constant": Constant(3.0),
    "values": Values([1.0, 2.0, 2.0, 7.0]),
    "uniform count": UniformCount(1, 6),
    "geometric": Geometric(3.0),
    "poisson": PoissonCount(2.5),
    "choice": Choice({1: 5, 2: 3, 9: 2}),
}
ALL = LAWS | COUNTS


def sample(law: Distribution) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Many values, the same in every run."""
    return law.sample(np.random.default_rng(12345), SIZE)


@pytest.mark.parametrize("name", sorted(ALL))
def test_the_mean_of_what_is_drawn_is_the_mean_asked_for(name: str) -> None:
    """The sample mean is within 4.5 standard errors of `mean`."""
    law = ALL[name]
    assert abs(sample(law).mean() - law.mean) <= Z * law.sd / sqrt(SIZE) + 1e-12


@pytest.mark.parametrize("name", sorted(set(ALL) - {"pareto"}))
def test_the_variance_is_the_formulas(name: str) -> None:
    """The sample variance is within 4.5 of its standard errors of `variance`."""
    law = ALL[name]
    squares = (sample(law) - law.mean) ** 2
    assert abs(squares.mean() - law.variance) <= Z * squares.std() / sqrt(SIZE) + 1e-12


@pytest.mark.parametrize("name", sorted(LAWS))
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.99])
def test_quantiles_are_the_formulas(name: str, share: float) -> None:
    """As many values as should be lie below each quantile (binomial), and cdf undoes quantile."""
    law = LAWS[name]
    value = law.quantile(share)
    if value == 0.0:
        # The cut at 0 has a lump there, which is all that the quantile can say.
        assert law.cdf(0.0) >= share
        return
    assert law.cdf(value) == pytest.approx(share, abs=1e-9)
    below = float((sample(law) <= value).mean())
    assert abs(below - share) <= Z * sqrt(share * (1.0 - share) / SIZE)


@pytest.mark.parametrize("name", sorted(COUNTS))
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_quantiles_of_counts_are_the_least_that_reach(name: str, share: float) -> None:
    """A quantile reaches its share, nothing below it does, and the samples agree."""
    law = COUNTS[name]
    value = law.quantile(share)
    assert law.cdf(value) >= share - 1e-9
    assert law.cdf(value - 1e-9) < share
    reached = law.cdf(value)
    below = float((sample(law) <= value).mean())
    assert abs(below - reached) <= Z * sqrt(reached * (1.0 - reached) / SIZE) + 1e-12


TEXTBOOK: dict[str, tuple[Distribution, float]] = {
    "deterministic": (Constant(1.0), 0.0),
    "erlang-4": (Gamma.erlang(4, 1.0), 0.25),
    "exponential": (Exponential(1.0), 1.0),
    "lognormal 0.5": (Lognormal(-0.125, 0.5), exp(0.25) - 1.0),
    "lognormal 1": (Lognormal(-0.5, 1.0), exp(1.0) - 1.0),
    "weibull 0.5": (Weibull(0.5, 1.0), 5.0),
    "pareto 2.5": (Pareto(2.5, 1.0), 0.8),
    "hyperexponential": (Hyperexponential([(0.9, 0.5), (0.1, 5.5)]), 5.5),
}


@pytest.mark.parametrize("name", sorted(TEXTBOOK))
def test_variability_is_the_textbooks(name: str) -> None:
    """Squared coefficients of variation as in the tables of Pollaczek-Khinchine."""
    law, squared_cv = TEXTBOOK[name]
    assert law.mean == pytest.approx(1.0, rel=1e-12)
    assert law.variance == pytest.approx(squared_cv, rel=1e-9)


def test_parameters_are_what_they_say() -> None:
    """Median and p99, mean and cv, and a tail without variance."""
    assert Lognormal.from_median_p99(0.004, 0.04).quantile(0.5) == pytest.approx(0.004)
    assert Lognormal.from_median_p99(0.004, 0.04).quantile(0.99) == pytest.approx(0.04)
    law = Lognormal.from_mean_cv(0.01, 1.5)
    assert law.sd / law.mean == pytest.approx(1.5)
    assert Pareto(1.5, 1.0).variance == inf
    assert (sample(Normal(0.1, 0.3)) >= 0.0).all()


IMPOSSIBLE: dict[str, Callable[[], Distribution]] = {
    "exponential of nothing": lambda: Exponential(0.0),
    "negative constant": lambda: Constant(-1.0),
    "swapped bounds": lambda: Uniform(2.0, 1.0),
    "negative spread": lambda: Normal(1.0, -1.0),
    "p99 below the median": lambda: Lognormal.from_median_p99(2.0, 1.0),
    "no stages": lambda: Gamma.erlang(0, 1.0),
    "no shape": lambda: Weibull(0.0, 1.0),
    "no mean": lambda: Pareto(1.0, 1.0),
    "no weight": lambda: Hyperexponential([(0.0, 1.0)]),
    "falling quantiles": lambda: Quantiles([(0.0, 2.0), (1.0, 1.0)]),
    "no values": lambda: Values([]),
    "less than one try": lambda: Geometric(0.5),
    "no choice": lambda: Choice({1: 0.0}),
}


@pytest.mark.parametrize("name", sorted(IMPOSSIBLE))
def test_impossible_parameters_are_refused(name: str) -> None:
    """A law that cannot be is a ValueError that says why."""
    with pytest.raises(ValueError, match=r"must|ascend"):
        IMPOSSIBLE[name]()
