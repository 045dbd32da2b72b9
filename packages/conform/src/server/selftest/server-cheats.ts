import { DELIVERY_CHEATS } from "./delivery-cheats.ts";
import {
  type Cheating,
  fresh,
  type Handle,
  jsonOf,
  type Passing,
  type Returning,
  withHeaders,
  withJson,
} from "./proxy.ts";
import type { ServerCheat } from "./server-cheat.ts";

const isEvent = ({ method, path }: Passing): boolean =>
  method === "POST" && /^\/v1\/agreements(\/[^/]+\/(events|fund))?$/.test(path);
const asOperator = (passing: Passing, operatorKey: string): Passing =>
  withHeaders(passing, { authorization: `Bearer ${operatorKey}` });

/** Changes what goes in. */
const before =
  (change: (passing: Passing, cheating: Cheating) => Passing) =>
  (cheating: Cheating): Handle =>
  (passing) =>
    cheating.forward(change(passing, cheating));

/** Changes what comes out. */
const after =
  (change: (returning: Returning, passing: Passing) => Returning | undefined | "silence") =>
  (cheating: Cheating): Handle =>
  async (passing) =>
    change(await cheating.forward(passing), passing);

/** Asks again as an operator when a request of this kind was refused. */
const leak =
  (path: RegExp, method = "GET") =>
  (cheating: Cheating): Handle =>
  async (passing) => {
    const returning = await cheating.forward(passing);
    if (returning.status < 400 || passing.method !== method || !path.test(passing.path)) return returning;
    return cheating.forward(asOperator(passing, cheating.operatorKey));
  };

/** Remembers the first answer by a name, and gives it for every later request of the name. */
const stuck =
  (nameOf: (passing: Passing) => string | undefined) =>
  (cheating: Cheating): Handle => {
    const seen = new Map<string, Returning>();
    return async (passing) => {
      const name = nameOf(passing);
      const known = name === undefined ? undefined : seen.get(name);
      if (known !== undefined) return withHeaders(known, { "idempotency-replayed": "true", "settld-request": fresh() });
      const returning = await cheating.forward(passing);
      if (name !== undefined && returning.status < 300) seen.set(name, returning);
      return returning;
    };
  };

const replaceJson = (returning: Returning, change: (value: Record<string, unknown>) => unknown): Returning =>
  withJson(returning, change(jsonOf(returning)));

const flip = (returning: Returning, at: number): Returning => {
  const body = Uint8Array.from(returning.body);
  const index = Math.min(at, body.length - 1);
  body[index] = (body[index] ?? 0) ^ 1;
  return { ...returning, body };
};

const isBundle = ({ path }: Passing): boolean => path.includes("/bundle");
const isList = (path: string, name: string): boolean => path === `/v1/${name}` || path.startsWith(`/v1/${name}?`);
const keyOf = ({ headers }: Passing): string | undefined => headers["idempotency-key"];

/** Every cheat, and first the one that must pass. */
export const SERVER_CHEATS: readonly ServerCheat[] = [
  {
    name: "honest",
    does: "lets everything through",
    caughtBy: [],
    cheat: before((passing) => passing),
    delivers: (delivery) => delivery,
  },
  {
    name: "forgets-keys",
    does: "carries out every request anew, whatever its Idempotency-Key",
    caughtBy: ["idempotency-replay"],
    cheat: before((passing) =>
      keyOf(passing) === undefined ? passing : withHeaders(passing, { "idempotency-key": fresh() }),
    ),
  },
  {
    name: "needs-no-key",
    does: "takes a POST without Idempotency-Key",
    caughtBy: ["idempotency-key-missing"],
    cheat: before((passing) =>
      passing.method === "POST" ? withHeaders(passing, { "idempotency-key": keyOf(passing) ?? fresh() }) : passing,
    ),
  },
  {
    name: "key-for-anything",
    does: "repeats the first answer of a key, whatever is asked with it",
    caughtBy: ["idempotency-other-body", "idempotency-other-path"],
    cheat: stuck(keyOf),
  },
  {
    name: "replay-unmarked",
    does: "does not say that an answer is a repeated one",
    caughtBy: ["idempotency-replay"],
    cheat: after((returning) => withHeaders(returning, { "idempotency-replayed": undefined })),
  },
  {
    name: "books-twice",
    does: "books every deposit, whatever its reference",
    caughtBy: ["deposit-once-for-a-reference"],
    cheat: before((passing) =>
      passing.method === "POST" && passing.path === "/v1/deposits"
        ? withJson(passing, { ...jsonOf(passing), reference: fresh() })
        : passing,
    ),
  },
  {
    name: "leaks-agreements",
    does: "shows agreements to every tenant",
    caughtBy: ["stranger-reads-agreement"],
    cheat: leak(/^\/v1\/agreements\/[^/]+$/),
  },
  {
    name: "leaks-evidence",
    does: "gives evidence to whoever knows its digest",
    caughtBy: ["stranger-reads-evidence"],
    cheat: leak(/^\/v1\/evidence\//),
  },
  {
    name: "leaks-money",
    does: "shows accounts to every tenant",
    caughtBy: ["stranger-reads-account"],
    cheat: leak(/^\/v1\/accounts\//),
  },
  {
    name: "leaks-lists",
    does: "lists the agreements of all tenants",
    caughtBy: ["stranger-lists-nothing"],
    cheat: before((passing, { operatorKey }) =>
      isList(passing.path, "agreements") && passing.method === "GET" ? asOperator(passing, operatorKey) : passing,
    ),
  },
  {
    name: "pays-strangers",
    does: "withdraws anybody's money for anybody",
    caughtBy: ["stranger-withdraws"],
    cheat: leak(/^\/v1\/withdrawals$/, "POST"),
  },
  {
    name: "wrong-status",
    does: "refuses with 400 what is 403",
    caughtBy: ["http-refusals-are-problems"],
    cheat: after((returning) => (returning.status === 403 ? { ...returning, status: 400 } : returning)),
  },
  {
    name: "wrong-problem-type",
    does: "has about:blank as the type of every problem",
    caughtBy: ["http-refusals-are-problems"],
    cheat: after((returning) =>
      returning.status < 400 ? returning : replaceJson(returning, (value) => ({ ...value, type: "about:blank" })),
    ),
  },
  {
    name: "problems-as-json",
    does: "sends problem documents as application/json",
    caughtBy: ["http-refusals-are-problems"],
    cheat: after((returning) =>
      returning.status < 400 ? returning : withHeaders(returning, { "content-type": "application/json" }),
    ),
  },
  {
    name: "one-code",
    does: "calls every refusal HTTP_BODY",
    caughtBy: ["key-missing"],
    status: "wrong-code",
    cheat: after((returning) =>
      returning.status < 400 ? returning : replaceJson(returning, (value) => ({ ...value, code: "HTTP_BODY" })),
    ),
  },
  {
    name: "no-request-id",
    does: "leaves Settld-Request out",
    caughtBy: ["http-answers-have-headers"],
    cheat: after((returning) => withHeaders(returning, { "settld-request": undefined })),
  },
  {
    name: "more-members",
    does: "has a member in agreements that no document knows, and another type for one",
    caughtBy: ["http-answers-match-document"],
    cheat: after((returning, { path }) =>
      /^\/v1\/account$/.test(path) && returning.status === 200
        ? replaceJson(returning, (value) => ({ ...value, parties: 7 }))
        : returning,
    ),
  },
  {
    name: "poor-document",
    does: "serves an API document without withdrawals",
    caughtBy: ["http-openapi-served"],
    cheat: after((returning, { path }) => {
      if (path !== "/openapi.json") return returning;
      return replaceJson(returning, (value) => {
        const { "/v1/withdrawals": _, ...paths } = value["paths"] as Record<string, unknown>;
        return { ...value, paths };
      });
    }),
  },
  {
    name: "bends-bundles",
    does: "changes one byte in every bundle",
    caughtBy: ["bundle-of-settled"],
    cheat: after((returning, passing) => (isBundle(passing) ? flip(returning, 600) : returning)),
  },
  {
    name: "swaps-bundles",
    does: "gives the bundle of another agreement, which is a good one",
    caughtBy: ["bundle-of-settled"],
    cheat: (cheating) => async (passing) => {
      const returning = await cheating.forward(passing);
      if (!isBundle(passing) || returning.status !== 200) return returning;
      const path = "/v1/agreements?status=closed&limit=9";
      const { data } = jsonOf(await cheating.forward(asOperator({ ...passing, path }, cheating.operatorKey)));
      const others = (data as readonly { readonly id: string }[]).filter(
        ({ id }) => !passing.path.includes(id.slice(7)),
      );
      const other = `/v1/agreements/${others[0]?.id}/bundle`;
      return cheating.forward(asOperator({ ...passing, path: other }, cheating.operatorKey));
    },
  },
  {
    name: "cuts-bundles",
    does: "leaves the last event out of bundles of closed agreements",
    caughtBy: ["bundle-of-settled"],
    cheat: after((returning, passing) => {
      if (!isBundle(passing)) return returning;
      const lines = Buffer.from(returning.body).toString("utf8").split("\n");
      return { ...returning, body: Buffer.from(`${lines.slice(0, -2).join("\n")}\n`) };
    }),
  },
  {
    name: "lies-about-balances",
    does: "tells the seller of one cent more",
    caughtBy: ["bundle-of-settled", "settle"],
    cheat: after((returning) => bendBalances(returning)),
  },
  {
    name: "fires-no-timers",
    does: "never ends an offer that nobody accepts",
    caughtBy: ["timer-of-acceptance"],
    cheat: (cheating) => {
      const open = new Map<string, Returning>();
      return async (passing) => {
        const returning = await cheating.forward(passing);
        if (passing.method !== "GET" || !/^\/v1\/agreements\/[^/]+$/.test(passing.path)) return returning;
        const { status, reason } = jsonOf(returning);
        if (status === "offered") open.set(passing.path, returning);
        const known = reason === "offer-expired" ? open.get(passing.path) : undefined;
        return known === undefined ? returning : withHeaders(known, { "settld-request": fresh() });
      };
    },
  },
  {
    name: "ignores-if-match",
    does: "acts on whatever state there is",
    caughtBy: ["if-match-stale"],
    cheat: before((passing) => withHeaders(passing, { "if-match": undefined })),
  },
  {
    name: "never-304",
    does: "ignores If-None-Match",
    caughtBy: ["if-none-match"],
    cheat: before((passing) => withHeaders(passing, { "if-none-match": undefined })),
  },
  {
    name: "admits-anything",
    does: "says yes to every event that it refuses",
    caughtBy: ["admit-wrong-signature", "admit-late", "fund-insufficient"],
    status: "wrong-verdict",
    cheat: after((returning, passing) => {
      if (!isEvent(passing) || returning.status < 400) return returning;
      const body = Buffer.from('{"object":"admission"}');
      return { ...withHeaders(returning, { "content-type": "application/json" }), status: 201, body };
    }),
  },
  {
    name: "takes-any-bytes",
    does: "says that it stored evidence of another digest",
    caughtBy: ["evidence-other-digest"],
    cheat: after((returning, { method, path }) => {
      if (method !== "PUT" || !path.startsWith("/v1/evidence/") || returning.status !== 400) return returning;
      return {
        ...withHeaders(returning, { "content-type": "application/json" }),
        status: 201,
        body: Buffer.from("{}"),
      };
    }),
  },
  {
    name: "bends-evidence",
    does: "changes a byte of evidence",
    caughtBy: ["evidence-sizes"],
    cheat: after((returning, { method, path }) =>
      method === "GET" && path.startsWith("/v1/evidence/") && returning.status === 200 ? flip(returning, 0) : returning,
    ),
  },
  {
    name: "honours-revoked-keys",
    does: "lets revoked API keys in",
    caughtBy: ["key-revoked"],
    cheat: leak(/^\/v1\/account$/),
  },
  {
    name: "needs-no-proof",
    does: "registers keys that nobody showed to hold",
    caughtBy: ["party-without-proof"],
    cheat: leak(/^\/v1\/parties$/, "POST"),
  },
  {
    name: "ignores-cursors",
    does: "gives the first page again and again",
    caughtBy: ["list-pages"],
    cheat: before((passing) => ({ ...passing, path: passing.path.replace(/([?&])cursor=[^&]*/, "$1") })),
  },
  {
    name: "other-jwks",
    does: "publishes a key that signs nothing",
    caughtBy: ["jwks-has-the-signer"],
    cheat: after((returning, { path }) =>
      path === "/.well-known/jwks.json" ? withJson(returning, { keys: [] }) : returning,
    ),
  },
  {
    name: "bends-trust",
    does: "adds a blank to the trust document of a tenant",
    caughtBy: ["trust-document-served"],
    cheat: (cheating) => async (passing) => {
      const returning = await cheating.forward(passing);
      if (!passing.path.startsWith("/v1/trust") || passing.headers["authorization"]?.includes(cheating.operatorKey)) {
        return returning;
      }
      return replaceJson(returning, (value) => {
        const text = Buffer.from(String(value["payload"]), "base64").toString("utf8");
        return { ...value, payload: Buffer.from(text.replace('"version":', '"version":1')).toString("base64") };
      });
    },
  },
  {
    name: "forges-entries",
    does: "has another value in an account log",
    caughtBy: ["account-log-chains"],
    cheat: after((returning, { path }) => {
      if (!path.includes("/entries")) return returning;
      const bent = Buffer.from(returning.body).toString("utf8");
      return {
        ...returning,
        body: Buffer.from(
          bent.replaceAll(/"payload":"([^"]+)"/g, (_, payload: string) => {
            const text = Buffer.from(payload, "base64").toString("utf8").replace('"value":"20"', '"value":"21"');
            return `"payload":"${Buffer.from(text).toString("base64")}"`;
          }),
        ),
      };
    }),
  },
  {
    name: "dirty-books",
    does: "finds its own books wrong",
    caughtBy: ["audit-is-clean"],
    cheat: after((returning, { path }) =>
      path === "/v1/audit" && returning.status === 200
        ? replaceJson(returning, (value) => ({ ...value, ok: false }))
        : returning,
    ),
  },
  {
    name: "shows-secrets-again",
    does: "repeats an API key in a repeated answer",
    caughtBy: ["key-secret-shown-once"],
    cheat: (cheating) => {
      const secrets = new Map<unknown, unknown>();
      return async (passing) => {
        const returning = await cheating.forward(passing);
        if (passing.method !== "POST" || passing.path !== "/v1/keys") return returning;
        const { id, secret } = jsonOf(returning);
        if (secret !== null) secrets.set(id, secret);
        return replaceJson(returning, (value) => ({ ...value, secret: secrets.get(id) ?? null }));
      };
    },
  },
  ...DELIVERY_CHEATS,
  {
    name: "limits-for-ever",
    does: "does not say when it serves again",
    caughtBy: ["rate-limit-of-strangers"],
    cheat: after((returning) => withHeaders(returning, { "retry-after": undefined })),
  },
  {
    name: "faults",
    does: "answers every event with a fault of its own",
    caughtBy: ["settle"],
    status: "wrong-verdict",
    cheat: (cheating) => async (passing) => {
      const returning = await cheating.forward(
        isEvent(passing) ? { ...passing, method: "GET", path: "/healthz" } : passing,
      );
      return isEvent(passing) ? { ...returning, status: 500, body: Buffer.from("oops") } : returning;
    },
  },
  {
    name: "garbage",
    does: "answers reads of agreements with broken JSON",
    caughtBy: ["tag-is-number-of-events"],
    cheat: after((returning, { method, path }) =>
      method === "GET" && /^\/v1\/agreements\/[^/]+$/.test(path)
        ? { ...returning, body: Buffer.from('{"id":') }
        : returning,
    ),
  },
  {
    name: "closes-sockets",
    does: "closes the connection instead of answering with a bundle",
    caughtBy: ["bundle-of-settled"],
    status: "crash",
    cheat: after((returning, passing) => (isBundle(passing) ? undefined : returning)),
  },
  {
    name: "hangs",
    does: "never answers for a bundle",
    caughtBy: ["bundle-of-settled"],
    status: "timeout",
    silent: true,
    cheat: after((returning, passing) => (isBundle(passing) ? "silence" : returning)),
  },
  {
    name: "hangs-always",
    does: "answers the first questions, and then nothing more",
    caughtBy: [],
    stopped: "CONF_SERVER_LOST",
    silent: true,
    cheat: (cheating) => {
      let answered = 0;
      return async (passing) => {
        answered += 1;
        return answered > 8 ? "silence" : cheating.forward(passing);
      };
    },
  },
  {
    name: "says-nothing",
    does: "closes every connection",
    caughtBy: [],
    stopped: "CONF_SERVER_START",
    cheat: () => async () => undefined,
  },
  {
    name: "other-revision",
    does: "says that it is of another revision",
    caughtBy: [],
    stopped: "CONF_SERVER_START",
    cheat: after((returning) => withHeaders(returning, { "settld-revision": "1999-01" })),
  },
];

// One cent more for the seller wherever balances stand.
const bendBalances = (returning: Returning): Returning => {
  const text = Buffer.from(returning.body).toString("utf8");
  if (!text.startsWith('{"object":"admission"') && !text.startsWith('{"object":"agreement"')) return returning;
  const bent = text.replaceAll(/"seller":"(\d+)"/g, (_, value: string) => `"seller":"${BigInt(value) + 1n}"`);
  return { ...returning, body: Buffer.from(bent) };
};
