"""Scaling by a forecast."""

from __future__ import annotations

from simulator.scaling.forecast import HoltWinters
from simulator.scaling.load import Load
from simulator.scaling.predictive import Predictive
from simulator.scenario.model.autoscaler import predictive as model
from simulator.scenario.model.guards.profile import the
from simulator.scenario.scalers.reach import ScalerReach


def make(reach: ScalerReach, given: object) -> Predictive:
    """The autoscaler of a model."""
    settings = the(model.Predictive, given)
    season = 0 if settings.season is None else round(settings.season / settings.period)
    return Predictive(
        reach.kernel,
        reach.workload,
        Load(reach.service, reach.edges),
        HoltWinters(season, settings.alpha, settings.beta, settings.gamma),
        settings.target,
        settings.lead,
        settings.period,
        settings.min,
        settings.max,
    )
