import { type Cheating, type Handle, type Passing, withHeaders } from "./proxy.ts";
import type { ServerCheat } from "./server-cheat.ts";

// Requests go through as they are.
const cheat =
  ({ forward }: Cheating): Handle =>
  (passing) =>
    forward(passing);

/** Changes the signatures of a delivery, one after the other; an empty text takes one away. */
function withSignatures(
  change: (scheme: string, signature: Buffer, at: number) => string,
): (delivery: Passing) => Passing {
  return (delivery) => {
    const bent = (delivery.headers["webhook-signature"] ?? "").split(" ").map((text, at) => {
      const [scheme = "", signature = ""] = text.split(",");
      return change(scheme, Buffer.from(signature, "base64"), at);
    });
    return withHeaders(delivery, { "webhook-signature": bent.filter((text) => text !== "").join(" ") });
  };
}

/** Servers that cheat with what they deliver to webhooks. */
export const DELIVERY_CHEATS: readonly ServerCheat[] = [
  {
    name: "signs-no-webhooks",
    does: "leaves the signature of deliveries out",
    caughtBy: ["hook-own-secret", "hook-v1a"],
    cheat,
    delivers: (delivery) => withHeaders(delivery, { "webhook-signature": undefined }),
  },
  {
    name: "signs-webhooks-badly",
    does: "signs deliveries under another secret",
    caughtBy: ["hook-own-secret", "hook-v1a"],
    cheat,
    delivers: withSignatures((scheme, signature) => `${scheme},${Buffer.from(signature).reverse().toString("base64")}`),
  },
  {
    name: "forgets-old-secrets",
    does: "signs with the newest secret alone, also right after a rotation",
    caughtBy: ["hook-rotation"],
    cheat,
    delivers: withSignatures((scheme, signature, at) => (at === 0 ? `${scheme},${signature.toString("base64")}` : "")),
  },
  {
    name: "bends-webhooks",
    does: "has a blank more in the body of deliveries than it signed",
    caughtBy: ["hook-own-secret", "hook-v1a"],
    cheat,
    delivers: (delivery) => ({ ...delivery, body: Buffer.concat([delivery.body, Buffer.from(" ")]) }),
  },
  {
    name: "stale-webhooks",
    does: "says of deliveries that they are an hour old",
    caughtBy: ["hook-own-secret"],
    cheat,
    delivers: (delivery) =>
      withHeaders(delivery, { "webhook-timestamp": `${Number(delivery.headers["webhook-timestamp"]) - 3600}` }),
  },
];
