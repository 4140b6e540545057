"""Blocking: who waits for what should not be waited for."""

from engine.defects.defect import Change, Defect, Kind

DEFECTS = (
    Defect(
        id="alerting-before-the-answer",
        kind=Kind.BLOCKING,
        requirements=("NFR-1",),
        story="Background tasks were lost in a refactoring; now the answer waits until alerting has heard.",
        changes=(
            Change(
                "engine.routes.decide",
                "                services.courier.post(entry)\n",
                "                await services.courier.post(entry)\n",
            ),
            Change(
                "engine.routes.decide",
                "    response.background = BackgroundTask(notify)\n",
                "    await notify()\n",
            ),
        ),
    ),
    Defect(
        id="health-asks-iam",
        kind=Kind.BLOCKING,
        requirements=("NFR-6", "NFR-1"),
        story="Liveness tells how IAM is as well: when IAM hangs, the engine looks dead and is restarted.",
        changes=(
            Change(
                "engine.routes.operations",
                "async def get_health() -> Response:\n",
                "async def get_health(services: WithServices) -> Response:\n",
            ),
            Change(
                "engine.routes.operations",
                '    return json_response({"status": "healthy"})\n',
                '    iam = await services.dependencies["iam"].probe("/health")\n'
                '    return json_response({"status": "healthy", "iam": iam})\n',
            ),
        ),
    ),
    Defect(
        id="signals-before-policy",
        kind=Kind.BLOCKING,
        requirements=("NFR-1",),
        story="Signals are fetched first, since policy was to hear of them one day: one wait after another.",
        changes=(
            Change(
                "engine.decide.gather",
                "        services.ubi.recent_signals(facts.tenant_id, facts.actor_id),\n",
                "",
            ),
            Change(
                "engine.decide.gather",
                "    permission, standing, policy, standards, signals, quiet_hours = await asyncio.gather(\n",
                """    (signals,) = await asyncio.gather(
        services.ubi.recent_signals(facts.tenant_id, facts.actor_id), return_exceptions=True
    )
    permission, standing, policy, standards, quiet_hours = await asyncio.gather(
""",
            ),
        ),
    ),
    Defect(
        id="gateway-called-in-line",
        kind=Kind.BLOCKING,
        requirements=("NFR-1", "NFR-6"),
        story="The gateway's own client was put in, which is synchronous: while it waits, nobody is served.",
        changes=(
            Change(
                "engine.dependencies.llm",
                """            answer = await self.service.ask(
                "POST", "/v1/llm/generate", _Generated.model_validate_json, json=question
            )
""",
                "            answer = self._ask(question)\n",
            ),
            Change(
                "engine.dependencies.llm",
                "        return _judged(answer)\n",
                """        return _judged(answer)

    def _ask(self, question: dict[str, Any]) -> _Generated:
        url = f"{str(self.service.client.base_url).rstrip('/')}/v1/llm/generate"
        headers = {**outbound(), "Authorization": self.service.client.headers.get("Authorization", "")}
        with self.service.breaker.attempt():
            try:
                with httpx.Client(trust_env=False, timeout=self.service.seconds) as client:
                    reply = client.post(url, json=question, headers=headers)
                if reply.status_code >= 500:
                    raise UnavailableError("llm", f"answered {reply.status_code}")
                if reply.status_code >= 400:
                    raise RefusedError("llm", reply.status_code)
                return _Generated.model_validate_json(reply.content)
            except (httpx.HTTPError, ValueError) as error:
                raise UnavailableError("llm", type(error).__name__) from None
""",
            ),
            Change(
                "engine.dependencies.llm",
                "from typing import Literal\n",
                "from typing import Any, Literal\n\nimport httpx\n",
            ),
            Change(
                "engine.dependencies.llm",
                "from engine.dependencies.http import Dependency\n",
                "from engine.dependencies.http import Dependency\n"
                "from engine.observe.trace import outbound\n",
            ),
        ),
    ),
    Defect(
        id="one-text-at-a-time",
        kind=Kind.BLOCKING,
        requirements=("NFR-1",),
        story="To spare the gateway, one text is generated at a time: a slow one holds up all tenants.",
        changes=(
            Change("engine.decide.generate", "    turns = asyncio.Semaphore(AT_ONCE)\n\n", ""),
            Change("engine.decide.generate", "AT_ONCE = 10\n", "turns = asyncio.Semaphore(1)\n"),
        ),
    ),
    Defect(
        id="outcome-waits-for-eris",
        kind=Kind.BLOCKING,
        requirements=("NFR-1", "RF-MMM-02"),
        story="Who reports an outcome is to know that it is on record: the answer waits for the attempt.",
        changes=(
            Change(
                "engine.decide.outcome",
                "    services.courier.post(entry)\n",
                "    await services.courier.post(entry)\n",
            ),
        ),
    ),
    Defect(
        id="spans-sent-in-line",
        kind=Kind.BLOCKING,
        requirements=("NFR-1", "NFR-6"),
        story="Spans are sent one by one as they end, to see them at once; a collector that hangs stops all.",
        changes=(
            Change(
                "engine.observe.collector",
                "from opentelemetry.sdk.trace.export import BatchSpanProcessor\n",
                "from opentelemetry.sdk.trace.export import SimpleSpanProcessor\n",
            ),
            Change(
                "engine.observe.collector",
                "            BatchSpanProcessor(self._exporter, schedule_delay_millis=SEND_MILLISECONDS)\n",
                "            SimpleSpanProcessor(self._exporter)\n",
            ),
        ),
    ),
    Defect(
        id="answer-waits-for-eris",
        kind=Kind.BLOCKING,
        requirements=("RF-MMM-02", "NFR-1"),
        story="The answer waits for the receipt as long as an attempt may take, to say how that went.",
        changes=(Change("engine.decide.keep", "RECEIPT_SECONDS = 0.8\n", "RECEIPT_SECONDS = 2.0\n"),),
    ),
    Defect(
        id="patience-for-each-read",
        kind=Kind.BLOCKING,
        requirements=("NFR-1", "NFR-6"),
        story="The time-out is the client's own, which starts anew with every piece of an answer.",
        changes=(
            Change(
                "engine.dependencies.http",
                "            async with asyncio.timeout(self.seconds):\n"
                "                response = await self.client.send(request, stream=True)\n"
                "                try:\n"
                "                    return response.status_code, response.headers, "
                "await self._whole(response)\n"
                "                finally:\n"
                "                    await response.aclose()\n",
                "            async with asyncio.timeout(self.seconds):\n"
                "                response = await self.client.send(request, stream=True)\n"
                "            try:\n"
                "                return response.status_code, response.headers, await self._whole(response)\n"
                "            finally:\n"
                "                await response.aclose()\n",
            ),
            Change(
                "engine.dependencies.http",
                """        async for chunk in response.aiter_bytes():
            body += chunk
""",
                """        chunks = response.aiter_bytes()
        while True:
            async with asyncio.timeout(self.seconds):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            body += chunk
""",
            ),
        ),
    ),
)
