import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { digestOf } from "@settld/protocol";
import type { Scenario, ScenarioGroup } from "../scenario.ts";
import { numberAt } from "../values.ts";

const SIZES = [1, 4096, 65_537, 1_048_577, 9_000_000];

const scenarios: readonly Scenario[] = [
  {
    id: "evidence-sizes",
    clause: "STORE-3",
    why: "Bytes come back as they were, from one byte to more than a bundle holds.",
    run: async (world, notes) => {
      const { apiKey } = (await world.cast(notes)).seller.tenant;
      for (const size of SIZES) {
        const body = new Uint8Array(randomBytes(size));
        const path = { digest: digestOf(body) };
        const stored = notes.ok(await world.api.call(apiKey, "evidence.upload", { path, body }), 201);
        notes.same("size", numberAt(stored.body, "size"), size);
        const { bytes } = notes.ok(await world.api.call(apiKey, "evidence.download", { path }), 200);
        notes.check(Buffer.compare(bytes, body) === 0, `${size} bytes`, "the same bytes", `${bytes.length} others`);
        const head = notes.ok(await world.api.call(apiKey, "evidence.check", { path }), 200);
        notes.same("Content-Length of HEAD", head.headers.get("content-length") ?? "none", String(size));
      }
      return undefined;
    },
  },
  {
    id: "evidence-again",
    clause: "STORE-3",
    why: "The same bytes again are the same evidence.",
    run: async (world, notes) => {
      const { apiKey } = (await world.cast(notes)).seller.tenant;
      const body = new Uint8Array(randomBytes(100));
      const path = { digest: digestOf(body) };
      notes.ok(await world.api.call(apiKey, "evidence.upload", { path, body }), 201);
      notes.ok(await world.api.call(apiKey, "evidence.upload", { path, body }), 200);
      return undefined;
    },
  },
  {
    id: "evidence-other-digest",
    clause: "STORE-3",
    why: "Bytes are what their digest says, or nothing; and nothing of them is kept.",
    code: "BUNDLE_EVIDENCE_DIGEST",
    run: async (world, notes) => {
      const { apiKey } = (await world.cast(notes)).seller.tenant;
      const body = new Uint8Array(randomBytes(100));
      const named = digestOf(new Uint8Array(randomBytes(100)));
      const reply = await world.api.call(apiKey, "evidence.upload", { path: { digest: named }, body });
      for (const digest of [named, digestOf(body)]) {
        notes.refused(await world.api.call(apiKey, "evidence.download", { path: { digest } }), "HTTP_NOT_FOUND");
      }
      return reply;
    },
  },
  {
    id: "evidence-broken-off",
    clause: "STORE-3",
    why: "An upload that breaks off leaves nothing, and can be made again.",
    run: async (world, notes) => {
      const { apiKey } = (await world.cast(notes)).seller.tenant;
      const body = new Uint8Array(randomBytes(400_000));
      const path = { digest: digestOf(body) };
      const broken = await world.api.call(apiKey, "evidence.upload", { path, body, breakAfter: 100_000 }).then(
        (reply) => reply.status,
        () => "broken off",
      );
      notes.check(broken === "broken off" || Number(broken) >= 400, "half an upload", "no success", broken);
      await wait(200);
      notes.refused(await world.api.call(apiKey, "evidence.download", { path }), "HTTP_NOT_FOUND");
      notes.ok(await world.api.call(apiKey, "evidence.upload", { path, body }), 201);
      return undefined;
    },
  },
  {
    id: "evidence-unknown",
    clause: "STORE-3",
    why: "Evidence that was never uploaded is not found.",
    code: "HTTP_NOT_FOUND",
    run: async (world, notes) => {
      const { apiKey } = (await world.cast(notes)).seller.tenant;
      const path = { digest: digestOf(new Uint8Array(randomBytes(40))) };
      notes.same("status of HEAD", (await world.api.call(apiKey, "evidence.check", { path })).status, 404);
      return world.api.call(apiKey, "evidence.download", { path });
    },
  },
  {
    id: "evidence-media-type",
    clause: "HTTP-1",
    why: "Evidence is bytes, and says so.",
    code: "HTTP_MEDIA_TYPE",
    run: async (world, notes) => {
      const { apiKey } = (await world.cast(notes)).seller.tenant;
      const body = new Uint8Array(randomBytes(40));
      const headers = { "content-type": "text/plain" };
      return world.api.call(apiKey, "evidence.upload", { path: { digest: digestOf(body) }, body, headers });
    },
  },
];

/** Files by their digest (STORE-3). */
export const evidence: ScenarioGroup = { name: "evidence", scenarios };
