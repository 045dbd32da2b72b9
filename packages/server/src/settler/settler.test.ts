import { advance } from "@settld/kernel";
import { digestOf, utf8 } from "@settld/protocol";
import { verifyBundle } from "@settld/verifier";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Reply } from "../trials/client.ts";
import { eventOf, type Job, offerOf, sealed } from "../trials/job.ts";
import { makeWorld, type Tenant, type World } from "../trials/world.ts";

const HOUR = 3_600_000;

let world: World;
let alpha: Tenant;
let jobs = 0;

beforeAll(async () => {
  world = await makeWorld();
  alpha = await world.tenant("alpha");
  await world.deposit(alpha.buyer.id, "1000000");
});
afterAll(() => world.close());

function newJob(): Job {
  jobs += 1;
  return world.job(alpha, `settler ${jobs}`);
}

async function verdict(job: Job): Promise<readonly string[]> {
  const bundle = await job.senders.buyer("GET", `${job.path}/bundle`);
  const { verdict, findings, evidence } = await verifyBundle(utf8(bundle.text), { root: world.server.registryKey });
  return [verdict, `inline ${evidence?.inline}`, ...findings.map(({ code }) => code)];
}

describe("an item under another size than its bytes have", () => {
  test.each([0, 1, 9, 2 ** 40])("%d is refused where it is submitted", async (size) => {
    const job = await (await (await newJob().offer()).accept()).fund();
    await job.upload();
    const body = { attempt: 1, items: [{ ...job.work.item, size }] };
    await expect(job.add("seller", "work.submitted", body)).rejects.toThrow(
      `400 {"type":"https://settld.dev/codes/BUNDLE_EVIDENCE_SIZE"`,
    );
    expect((await job.refresh()).agreement.status).toBe("funded");
  });

  test("is refused in a complaint too, and named", async () => {
    const job = await (await (await (await (await newJob().offer()).accept()).fund()).submit()).attest();
    const data = utf8("not so good");
    const digest = digestOf(data);
    await job.senders.buyer("PUT", `/v1/evidence/${digest}`, { body: data });
    const item = { name: "why.txt", mediaType: "text/plain", digest, size: data.length };
    const twice = [item, { ...item, name: "again.txt", size: 1 }];
    const wrong = await job.next("buyer", "dispute.opened", { ...job.complaint(), items: twice });
    const reply = await job.senders.buyer("POST", `${job.path}/events`, { body: wrong });
    expect(reply).toMatchObject({ status: 400, body: { code: "BUNDLE_EVIDENCE_SIZE", pointer: "/body/items/1/size" } });
    await job.add("buyer", "dispute.opened", { ...job.complaint(), items: [item] });
    await job.rule();
    expect(await verdict(job)).toEqual(["accept", "inline 2"]);
  });
});

test("an event of a settler is none that a party hands in, nor an operator", async () => {
  const job = await (await newJob().offer()).accept();
  const amount = { value: "48000", assetCode: "USD", assetScale: 2 };
  const settler = { id: world.server.settler, signer: alpha.arbiter.signer };
  const funded = eventOf(job.agreement, "escrow.funded", settler, world.server.time.now(), { amount });
  const envelope = await sealed(settler, funded);
  for (const send of [world.operator, job.senders.buyer]) {
    const reply = await send("POST", `${job.path}/events`, { body: envelope });
    expect(reply).toMatchObject({ status: 403, body: { code: "EVENT_ACTOR", pointer: "/type" } });
  }
  expect((await job.refresh()).agreement.status).toBe("accepted");
});

describe("a payload that the log has already", () => {
  const answered = ({ status, body }: Reply): unknown[] => [status, body.event?.seq, body.appended?.length];

  test("is answered to whoever sees the agreement, and to nobody else", async () => {
    const [beta, gamma] = [await world.tenant("beta"), await world.tenant("gamma")];
    const job = world.job({ ...alpha, seller: beta.seller }, "settler known");
    const offer = await sealed(alpha.buyer, offerOf(job.players, "settler known", world.server.time.now()));
    expect(answered(await job.senders.buyer("POST", "/v1/agreements", { body: offer }))).toEqual([201, 0, 1]);
    await job.offer();
    const acceptance = await job.next("seller", "agreement.accepted", {});
    const events = `${job.path}/events`;
    // Not in the log yet, so the buyer's tenant cannot hand it in.
    const early = await job.senders.buyer("POST", events, { body: acceptance });
    expect(early).toMatchObject({ status: 403, body: { code: "HTTP_FORBIDDEN", pointer: "/by" } });
    expect(answered(await job.senders.seller("POST", events, { body: acceptance }))).toEqual([201, 1, 1]);
    for (const send of [job.senders.buyer, job.senders.seller, world.operator]) {
      expect(answered(await send("POST", events, { body: acceptance }))).toEqual([200, 1, 0]);
      expect(answered(await send("POST", "/v1/agreements", { body: offer }))).toEqual([200, 0, 0]);
    }
    const stranger = world.send(gamma.buyer.apiKey);
    expect(await stranger("POST", events, { body: acceptance })).toMatchObject({ status: 404 });
    const elsewhere = await stranger("POST", "/v1/agreements", { body: offer });
    expect(elsewhere).toMatchObject({ status: 403, body: { code: "HTTP_FORBIDDEN", pointer: "/by" } });
    expect((await job.refresh()).agreement.events).toBe(2);
  });
});

describe("an event from a clock that is ahead", () => {
  // The clock of the server is 4.9 s before the deadline, the event's 0.1 s behind it.
  const before = async (): Promise<Job> => {
    const job = await newJob().offer();
    await world.server.advance(HOUR - 4_900);
    return job;
  };
  const ahead = (): number => world.server.time.now() + 5_000;

  test("does not have a timer fire before its instant, whoever sends it", async () => {
    const job = await before();
    for (const by of ["checker", "seller", "buyer"] as const) {
      const event = eventOf(job.agreement, "agreement.accepted", alpha[by], ahead(), {});
      const reply = await job.senders[by]("POST", `${job.path}/events`, { body: await sealed(alpha[by], event) });
      expect(reply).toMatchObject({ status: 422, body: { code: "TIME_SKEW", pointer: "/at" } });
      expect((await job.refresh()).agreement.status).toBe("offered");
    }
    expect((await job.accept()).agreement.status).toBe("accepted");
  });

  test("does not cut off what others may still do, although it would fit behind the timer", async () => {
    const job = newJob();
    await job.offer({
      attemptsMax: 2,
      reviewMs: HOUR,
      submitBy: new Date(world.server.time.now() + 9 * HOUR).toISOString(),
    });
    await (await (await job.accept()).fund()).submit();
    await world.server.advance(HOUR - 4_900);
    // The seller knows what the timer will append, and puts a second submission behind it.
    const state = await world.server.server.services.settler.log.state(job.agreement.id);
    if (state === undefined) throw new Error("no state");
    const after = advance(state, ahead());
    const place = { id: job.agreement.id, events: after.state.seq, head: after.state.head };
    const event = eventOf(place, "work.submitted", alpha.seller, ahead(), { attempt: 2, items: [job.work.item] });
    const envelope = await sealed(alpha.seller, event);
    const reply = await job.senders.seller("POST", `${job.path}/events`, { body: envelope });
    expect(reply).toMatchObject({ status: 422, body: { code: "TIME_SKEW" } });
    await job.attest();
    expect(job.agreement.status).toBe("window");
  });

  test("goes in where no timer is near", async () => {
    const job = await newJob().offer();
    const event = eventOf(job.agreement, "agreement.accepted", alpha.seller, ahead(), {});
    const reply = await job.senders.seller("POST", `${job.path}/events`, { body: await sealed(alpha.seller, event) });
    expect(reply.status).toBe(201);
  });
});

test("a refused event leaves the reactions that were due by the clock", async () => {
  const job = await newJob().offer();
  // The timer has not fired on its own: the clock moved, and nobody looked.
  await world.server.server.services.timers.close();
  world.server.time.advance(HOUR);
  const event = await job.next("seller", "agreement.accepted", {});
  const reply = await job.senders.seller("POST", `${job.path}/events`, { body: event });
  expect(reply).toMatchObject({ status: 409, body: { code: "LOG_SEQ_MISMATCH" } });
  expect((await job.refresh()).agreement).toMatchObject({ status: "closed", reason: "offer-expired" });
  expect(await verdict(job)).toEqual(["accept", "inline 0"]);
});
