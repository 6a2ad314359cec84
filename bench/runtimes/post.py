"""The floor: the same requests through the `openai` package's `client.post`, with dicts, and nothing around them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from bench.runtimes.contest import BILLING, LINE, THREAD_TURNS, TRIAGE, arguments, check, contest, imported, past

TOOL = {
    "type": "function",
    "function": {
        "name": "transfer_to_billing",
        "description": "Hand the conversation to the agent billing. Invoices and refunds",
        "parameters": {
            "type": "object",
            "properties": {"reason": {"type": "string"}},
            "required": ["reason"],
            "additionalProperties": False,
        },
    },
}


async def main() -> None:
    given = arguments(__doc__)
    import_s = imported("openai")
    from openai import AsyncOpenAI, AsyncStream

    client = AsyncOpenAI(api_key="none", base_url=given.base_url, max_retries=0)
    before = past(given.turns)

    async def whole(messages: list[Any], tools: list[Any]) -> dict[str, Any]:
        body = {"model": "stub", "messages": messages, **({"tools": tools} if tools else {})}
        answer: Any = await client.post("/chat/completions", body=body, cast_to=object)
        message: dict[str, Any] = answer["choices"][0]["message"]
        return message

    async def streamed(messages: list[Any], tools: list[Any]) -> dict[str, Any]:
        body = {"model": "stub", "messages": messages, "stream": True, **({"tools": tools} if tools else {})}
        stream_cls: Any = AsyncStream[object]
        chunks: Any = await client.post(
            "/chat/completions", body=body, cast_to=object, stream=True, stream_cls=stream_cls
        )
        call: dict[str, Any] | None = None
        words = ""
        async for chunk in chunks:
            for choice in chunk["choices"]:
                words += choice["delta"].get("content") or ""
                for piece in choice["delta"].get("tool_calls") or ():
                    if call is None:
                        call = piece
                    else:
                        call["function"]["arguments"] += piece["function"]["arguments"]
        return {"role": "assistant", "content": words, **({"tool_calls": [call]} if call else {})}

    ask = streamed if given.kind == "streamed" else whole

    async def hold(number: int) -> None:
        log: list[Any] = [*before, {"role": "user", "content": LINE}]
        made = await ask([{"role": "system", "content": TRIAGE}, *log], [TOOL])
        call_id = made["tool_calls"][0]["id"]
        log += [made, {"role": "tool", "tool_call_id": call_id, "content": json.dumps({"handoff": "billing"})}]
        for turn in range(THREAD_TURNS if given.kind == "thread" else 1):
            if turn:
                log.append({"role": "user", "content": LINE})
            said = await ask([{"role": "system", "content": BILLING}, *log], [])
            check(said["content"])
            log.append(said)

    await contest(hold, given, "openai", import_s)


if __name__ == "__main__":
    asyncio.run(main())
