"""Several models for one agent: the first that answers speaks, within one deadline for all of them."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.agents.models.base import Model, ModelAnswer, ModelRejected, ModelRequest, ModelUnavailable

log = logging.getLogger("baton.agents")


class FallbackModel:
    """The first model that answers. A stream that has begun to speak is not taken over by another voice: its failure is
    raised.

    `deadline`: on `clock`, until when models that wait for a network (`waits` is true) may work, all together; each is
    given an equal share of what is left, so that one that hangs does not use up the time of the next. A model that
    waits for nobody is asked whatever the time is.
    """

    def __init__(
        self, models: Sequence[Model], *, deadline: float | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if not models:
            raise ValueError("an agent needs at least one model")
        self._models = tuple(models)
        self._deadline = deadline
        self._clock = clock
        self._last_errors: dict[str, str] = {}

    @property
    def name(self) -> str:
        return " | ".join(model.name for model in self._models)

    @property
    def last_errors(self) -> Mapping[str, str]:
        """Why each model failed when it was last asked, by its name; one that answered has none."""
        return dict(self._last_errors)

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        for position, model in enumerate(self._models):
            try:
                answer = await model.answer(self._timed(request, position))
            except (ModelUnavailable, ModelRejected) as error:
                self._failed(model, error)
            else:
                self._last_errors.pop(model.name, None)
                return answer
        raise self._nobody()

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        for position, model in enumerate(self._models):
            spoke = False
            try:
                async with aclosing(model.stream(self._timed(request, position))) as pieces:
                    async for piece in pieces:
                        spoke = True
                        yield piece
            except (ModelUnavailable, ModelRejected) as error:
                self._failed(model, error)
                if spoke:
                    break
            else:
                self._last_errors.pop(model.name, None)
                return
        raise self._nobody()

    def _timed(self, request: ModelRequest, position: int) -> ModelRequest:
        """The request with this model's share of the time.

        Raises:
            ModelUnavailable: no time is left.
        """
        if self._deadline is None or not _waits(self._models[position]):
            return request
        left_s = self._deadline - self._clock()
        if left_s <= 0:
            raise ModelUnavailable("no time was left to ask it")
        return replace(request, within_s=left_s / sum(_waits(model) for model in self._models[position:]))

    def _failed(self, model: Model, error: Exception) -> None:
        log.warning("model.skipped %s: %s", model.name, error)
        self._last_errors[model.name] = str(error)

    def _nobody(self) -> ModelUnavailable:
        return ModelUnavailable("; ".join(f"{name}: {error}" for name, error in self._last_errors.items()))


def _waits(model: Model) -> bool:
    return bool(getattr(model, "waits", False))


class LastResort:
    """A model that may speak only where it is sure, for when no other can be reached: it quotes what an administrator
    wrote or hands the conversation over. Everything else it has to say counts as no answer."""

    def __init__(self, model: Model) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        answer = await self._model.answer(request)
        if not (answer.verbatim or answer.calls):
            raise ModelUnavailable("it has no sure answer")
        return answer

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | ModelAnswer, None]:
        yield await self.answer(request)
