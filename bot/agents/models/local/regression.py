"""The two regressions that triage needs, small and in numpy: many classes by L-BFGS, yes or no by Newton's method."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def log_softmax(scores: Array) -> Array:
    """Row by row."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    logarithm: Array = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logarithm


def multinomial(rows: Array, classes: npt.NDArray[np.intp], count: int, *, trust: float) -> Array:
    """Weights, one column per class, the last row the intercepts: `rows @ weights[:-1] + weights[-1]` are the scores.

    `trust`: how much one row counts against the pull of all weights to zero.
    """
    known = np.hstack([rows, np.ones((len(rows), 1))])
    wanted = np.eye(count)[classes]
    shape = (known.shape[1], count)

    def loss(flat: Array) -> tuple[float, Array]:
        weights = flat.reshape(shape)
        logs = log_softmax(known @ weights)
        gradient = trust * (known.T @ (np.exp(logs) - wanted))
        gradient[:-1] += weights[:-1]
        value = 0.5 * float((weights[:-1] ** 2).sum()) - trust * float(logs[wanted > 0].sum())
        return value, gradient.ravel()

    return _lbfgs(loss, np.zeros(shape[0] * count)).reshape(shape)


def _lbfgs(loss: Callable[[Array], tuple[float, Array]], x: Array, *, steps: int = 100, memory: int = 10) -> Array:
    """The two-loop recursion of Nocedal and Wright, Numerical Optimization, algorithm 7.4, with halved steps."""
    value, gradient = loss(x)
    moves: deque[tuple[Array, Array, float]] = deque(maxlen=memory)
    for _ in range(steps):
        if np.abs(gradient).max(initial=0.0) < 1e-4:
            break
        direction = -gradient
        shares = []
        for moved, turned, curvature in reversed(moves):
            shares.append(float(moved @ direction) / curvature)
            direction = direction - shares[-1] * turned
        if moves:
            _, turned, curvature = moves[-1]
            direction = direction * (curvature / float(turned @ turned))
        else:
            direction = direction / max(1.0, float(np.linalg.norm(gradient)))
        for (moved, turned, curvature), share in zip(moves, reversed(shares), strict=True):
            direction = direction + moved * (share - float(turned @ direction) / curvature)
        slope, step = float(gradient @ direction), 1.0
        new_value, new_gradient = loss(x + direction)
        while new_value > value + 1e-4 * step * slope and step > 1e-8:
            step /= 2
            new_value, new_gradient = loss(x + step * direction)
        moved, turned = step * direction, new_gradient - gradient
        if float(moved @ turned) > 1e-10:
            moves.append((moved, turned, float(moved @ turned)))
        x, value, gradient = x + moved, new_value, new_gradient
    return x


def logistic(features: Array, yes: Array, weights: Array, mean: Array, precision: Array) -> Array:
    """Coefficients, the last one the intercept, that are likely given the rows and a normal belief about them.

    `mean` and `precision` are that belief: with few rows it decides, with many they do.
    """
    known = np.hstack([features, np.ones((len(features), 1))])

    def loss(x: Array) -> float:
        scores = known @ x
        fit = float((weights * (np.logaddexp(0, scores) - yes * scores)).sum())
        return fit + 0.5 * float((precision * (x - mean) ** 2).sum())

    x = mean.astype(float)
    for _ in range(50):
        share = sigmoid(known @ x)
        gradient = known.T @ (weights * (share - yes)) + precision * (x - mean)
        hessian = (known * (weights * share * (1 - share))[:, None]).T @ known + np.diag(precision)
        move = np.linalg.solve(hessian, gradient)
        step, before = 1.0, loss(x)
        while loss(x - step * move) > before and step > 1e-6:
            step /= 2
        x = x - step * move
        if float(np.abs(step * move).max()) < 1e-6:
            break
    return x


def sigmoid(x: Array) -> Array:
    share: Array = 0.5 * (1 + np.tanh(x / 2))  # does not overflow
    return share
