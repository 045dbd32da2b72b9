import { type Handle, jsonOf, type Passing, startProxy, withJson } from "./proxy.ts";

/** A proxy between a server and the webhooks to which it delivers. */
export type DeliveryProxy = {
  /** Has the webhooks that are made through `handle` delivered to by way of the proxy, and shows nothing of it. */
  readonly divert: (handle: Handle) => Handle;
  readonly close: () => Promise<void>;
};

// Only the kit's own webhooks; what a server has to refuse goes to it as it is.
const OWN = "http://127.0.0.1:";

/** Starts a proxy that lets `change` handle every delivery. */
export const startDeliveryProxy = async (change: (delivery: Passing) => Passing): Promise<DeliveryProxy> => {
  // The path names where a delivery is meant to go, so the proxy itself has no target.
  const proxy = await startProxy("", "", ({ forward }) => (delivery) => {
    const path = Buffer.from(delivery.path.slice(1), "base64url").toString("utf8");
    return forward({ ...change(delivery), path });
  });
  const through = (url: string): string => `${proxy.url}/${Buffer.from(url).toString("base64url")}`;
  return {
    divert: (handle) => async (passing) => {
      const asked = passing.path.startsWith("/v1/webhook_endpoints") ? jsonOf(passing) : {};
      const { url } = asked;
      const isOwn = typeof url === "string" && url.startsWith(OWN);
      const returning = await handle(isOwn ? withJson(passing, { ...asked, url: through(url) }) : passing);
      if (returning === undefined || returning === "silence" || !isOwn) return returning;
      return withJson(returning, { ...jsonOf(returning), url });
    },
    close: proxy.close,
  };
};
