"""From the language's distributions to those that are drawn from."""

from __future__ import annotations

from pathlib import Path

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
from simulator.scenario.files import measured_values
from simulator.scenario.model import distribution as model
from simulator.units import DURATION_UNITS


def law_of(given: model.Dist, folder: Path | None) -> Distribution:
    """The distribution that a scenario names; `folder` is where its files lie."""
    if isinstance(given, model.Constant):
        return Constant(given.constant)
    if isinstance(given, model.Exponential):
        return Exponential(given.exponential)
    if isinstance(given, model.Uniform):
        return Uniform(given.uniform.low, given.uniform.high)
    if isinstance(given, model.Normal):
        return Normal(given.normal.mean, given.normal.sd)
    if isinstance(given, model.Lognormal):
        return _lognormal(given.lognormal)
    if isinstance(given, model.Erlang):
        return Gamma.erlang(given.erlang.k, given.erlang.mean)
    if isinstance(given, model.Gamma):
        return Gamma.from_mean_cv(given.gamma.mean, given.gamma.cv)
    if isinstance(given, model.Weibull):
        return Weibull(given.weibull.shape, given.weibull.mean)
    if isinstance(given, model.Pareto):
        return Pareto(given.pareto.alpha, given.pareto.mean)
    if isinstance(given, model.Hyperexponential):
        return Hyperexponential([(each.weight, each.mean) for each in given.hyperexponential])
    assert isinstance(given, model.Empirical)
    return _empirical(given.empirical, folder)


def _lognormal(given: model.Skewed) -> Lognormal:
    if given.median is not None and given.p99 is not None:
        return Lognormal.from_median_p99(given.median, given.p99)
    assert given.mean is not None and given.cv is not None
    return Lognormal.from_mean_cv(given.mean, given.cv)


def _empirical(given: model.Measured, folder: Path | None) -> Distribution:
    if given.csv is None:
        return Quantiles(given.points())
    values = measured_values((folder or Path()) / given.csv, given.column)
    unit = float(DURATION_UNITS[given.unit])
    return Values([value * unit for value in values])


def count_law_of(given: model.Count) -> Distribution:
    """The distribution of a number of times; a plain number is not one."""
    if isinstance(given, model.UniformCount):
        return UniformCount(given.uniform.low, given.uniform.high)
    if isinstance(given, model.Geometric):
        return Geometric(given.geometric)
    if isinstance(given, model.Poisson):
        return PoissonCount(given.poisson)
    if isinstance(given, model.Choice):
        return Choice(given.choice)
    return Constant(float(given))
