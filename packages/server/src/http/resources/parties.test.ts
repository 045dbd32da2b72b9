import { base64Encode, jwkFromPublicKey, keyProofMessage } from "@settld/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testSigner } from "../../testing/index.ts";
import { provenKey, type Send } from "../../trials/client.ts";
import { makeWorld, TENANT_SCOPES, type World } from "../../trials/world.ts";

let world: World;
let tenant: Send;

const jwk = async (name: string): Promise<object> => jwkFromPublicKey((await testSigner(name)).publicKey);
const FORBIDDEN = { status: 403, body: { code: "HTTP_FORBIDDEN" } };

beforeAll(async () => {
  world = await makeWorld({ limits: { partiesBytes: 1_000 } });
  tenant = world.send((await world.key("acme", TENANT_SCOPES)).key);
});
afterAll(() => world.close());

test("only an operator makes a settler, or gives one a key", async () => {
  const body = { id: "https://vouching.example", roles: ["seller", "settler"], keys: [{ jwk: await jwk("vouching") }] };
  expect(await tenant("POST", "/v1/parties", { body })).toMatchObject(FORBIDDEN);
  // Also not with a key of the tenant to which the settler belongs.
  const insider = world.send((await world.key("operator", TENANT_SCOPES)).key);
  const path = `/v1/parties/${encodeURIComponent(world.server.settler)}/keys`;
  const key = { body: { jwk: await jwk("another settler key") } };
  expect(await insider("POST", path, key)).toMatchObject(FORBIDDEN);
  expect(await world.operator("POST", path, key)).toMatchObject({ status: 201 });
  expect(await world.operator("POST", "/v1/parties", { body })).toMatchObject({ status: 201 });
});

test("the parties of a tenant and their keys have room up to the operator's limit, and others have theirs", async () => {
  const create = async (send: Send, name: string) => {
    const id = `https://${name}.example`;
    return send("POST", "/v1/parties", { body: { id, roles: ["buyer"], keys: [await provenKey(id, name)] } });
  };
  const statuses: number[] = [];
  for (const name of ["p1", "p2", "p3", "p4", "p5"]) statuses.push((await create(tenant, name)).status);
  expect(statuses).toEqual([201, 201, 201, 201, 403]);
  const key = { body: await provenKey("https://p1.example", "p1 more") };
  expect(await tenant("POST", `/v1/parties/${encodeURIComponent("https://p1.example")}/keys`, key)).toMatchObject(
    FORBIDDEN,
  );
  const other = world.send((await world.key("other", TENANT_SCOPES)).key);
  expect((await create(other, "p6")).status).toBe(201);
});

test("a tenant registers only keys that it shows to hold, for this party under this registry", async () => {
  const victim = "https://victim.example";
  const evil = world.send((await world.key("evil", TENANT_SCOPES)).key);
  const [mine, another] = ["https://evil.example", "https://another-evil.example"];
  const create = (id: string, ...keys: readonly object[]) =>
    evil("POST", "/v1/parties", { body: { id, roles: ["buyer"], keys } });
  const stolen = await provenKey(victim, "victim");
  const own = await provenKey(mine, "evil");
  const missing = { status: 400, body: { code: "HTTP_BODY", pointer: "/keys/0/proof" } };
  const invalid = { status: 400, body: { code: "DSSE_SIGNATURE_INVALID", pointer: "/keys/0/proof" } };
  expect(await create(mine, { jwk: stolen.jwk })).toMatchObject(missing);
  // The victim's proof is for the victim's party, and a proof of one's own is for one's own key.
  expect(await create(mine, stolen)).toMatchObject(invalid);
  expect(await create(mine, { jwk: stolen.jwk, proof: own.proof })).toMatchObject(invalid);
  expect(await create(another, own)).toMatchObject(invalid);
  const signer = await testSigner("evil");
  const message = { party: mine, registry: "https://other-registry.example", thumbprint: signer.keyid };
  const elsewhere = base64Encode(await signer.sign(keyProofMessage(message)));
  expect(await create(mine, { jwk: own.jwk, proof: elsewhere })).toMatchObject(invalid);
  expect(await create(mine, own, stolen)).toMatchObject({ status: 400, body: { pointer: "/keys/1/proof" } });
  expect(await create(mine, own)).toMatchObject({ status: 201 });
  const path = `/v1/parties/${encodeURIComponent(mine)}/keys`;
  expect(await evil("POST", path, { body: { jwk: stolen.jwk } })).toMatchObject({ body: { code: "HTTP_BODY" } });
  expect(await evil("POST", path, { body: stolen })).toMatchObject({ body: { code: "DSSE_SIGNATURE_INVALID" } });
  // So the victim still has its key for itself.
  const honest = world.send((await world.key("victim", TENANT_SCOPES)).key);
  const body = { id: victim, roles: ["buyer"], keys: [stolen] };
  expect(await honest("POST", "/v1/parties", { body })).toMatchObject({ status: 201 });
});

test("an operator registers keys of others without a proof, and a proof that is there has to hold", async () => {
  const id = "https://brought.example";
  const [first, second] = [await provenKey(id, "brought"), await provenKey(id, "brought too")];
  const create = (...keys: readonly object[]) =>
    world.operator("POST", "/v1/parties", { body: { id, roles: ["buyer"], keys } });
  expect(await create({ jwk: first.jwk, proof: second.proof })).toMatchObject({
    body: { code: "DSSE_SIGNATURE_INVALID" },
  });
  expect(await create({ jwk: first.jwk })).toMatchObject({ status: 201 });
});
