/**
 * The process that makes the load. It gets a {@link Plan} from its parent, drives the servers with autocannon, whose
 * connections ask a {@link Mix} what to send next, and answers with what it found.
 */
import autocannon, { type Options } from "autocannon";
import { Mix, type Sent } from "./mix.ts";
import type { Plan } from "./plan.ts";

// A burst: so many times the clients, each with so many requests, after so many seconds of calm.
const BURST = { clients: 4, requests: 8, calmSeconds: 3 } as const;
const TIMEOUT_SECONDS = 30;
const LONGER_MAX = 10;
// How often it is looked whether a phase is over.
const SAMPLE_MS = 50;

process.once("message", async (plan: Plan) => {
  const mix = new Mix(plan);
  const run = async (
    connections: number,
    limit: Pick<Options, "duration" | "amount">,
    phase?: string,
  ): Promise<void> => {
    mix.begin(phase);
    // What a connection waits for; autocannon gives each request a context of its own.
    const waits = new WeakMap<object, Sent>();
    const { errors, timeouts } = await autocannon({
      url: plan.urls,
      connections,
      timeout: TIMEOUT_SECONDS,
      sampleInt: SAMPLE_MS,
      ...limit,
      requests: [
        {
          setupRequest(request, context) {
            const sent = mix.next(String(request.port));
            waits.set(context, sent);
            const { method, path, headers, body = Buffer.alloc(0) } = sent.ask;
            sent.at = performance.now();
            return { ...request, method, path, headers: { ...headers }, body };
          },
          onResponse(status, body, context) {
            const sent = waits.get(context);
            if (sent === undefined) throw new Error("an answer to nothing");
            mix.answered(sent, status, body);
          },
        },
      ],
    });
    mix.end();
    for (let count = 0; count < errors - timeouts; count++) mix.failed("no connection");
    for (let count = 0; count < timeouts; count++) mix.failed(`no answer within ${TIMEOUT_SECONDS} s`);
  };
  await run(plan.clients, { duration: plan.warmUp });
  const cpu = process.cpuUsage();
  const start = performance.now();
  const calm = Math.max(1, Math.round(plan.clients / 4));
  const many = plan.clients * BURST.clients;
  const once = async (): Promise<void> => {
    if (plan.profile === "steady") return run(plan.clients, { duration: plan.duration }, "steady");
    await run(calm, { duration: BURST.calmSeconds }, "calm");
    await run(many, { amount: many * BURST.requests }, "burst");
  };
  const end = start + plan.duration * 1_000;
  // On a machine that is busy with something else it goes on until something was settled, but not for ever.
  const atLast = start + plan.duration * 1_000 * LONGER_MAX;
  while (performance.now() < (mix.settlements > 0 ? end : atLast)) await once();
  const seconds = (performance.now() - start) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  process.send?.(mix.found((user + system) / 1e6 / seconds), () => process.disconnect());
});
