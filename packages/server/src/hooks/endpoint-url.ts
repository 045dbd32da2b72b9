import { SettldError } from "@settld/protocol";
import type { AddressPolicy } from "./address.ts";

const URL_MAX = 2_048;
const PORT_MIN = 1_024;

/**
 * Reads where messages shall be posted.
 *
 * @param allowLoopback - whether http to this machine is fine, for development.
 * @throws SettldError `HOOK_URL`, or `HOOK_ADDRESS` when the URL names an address that is not public (HOOK-6).
 */
export function readEndpointUrl(text: string, policy: AddressPolicy, allowLoopback: boolean): URL {
  const fail = (expected: string): never => {
    throw new SettldError("HOOK_URL", `/url: expected ${expected}, found ${text.slice(0, 200)}`, { pointer: "/url" });
  };
  const url = URL.parse(text) ?? fail("a URL");
  if (text.length > URL_MAX) fail(`at most ${URL_MAX} characters`);
  if (url.username !== "" || url.password !== "") {
    // Without the text, which has a password in it.
    throw new SettldError("HOOK_URL", "/url: expected a URL without user and password, found one with them", {
      pointer: "/url",
    });
  }
  if (url.hash !== "" || text.includes("#")) fail("a URL without a fragment");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (allowLoopback && (policy.isLoopback(host) || host === "localhost")) {
    return ["http:", "https:"].includes(url.protocol) ? url : fail("http or https");
  }
  if (url.protocol !== "https:") fail("https");
  const port = url.port === "" ? 443 : Number(url.port);
  if (port !== 443 && port < PORT_MIN) fail(`port 443 or one from ${PORT_MIN} on`);
  if (isAddress(url.hostname) && !policy.isPublic(host)) {
    throw new SettldError("HOOK_ADDRESS", `/url: expected a public address, found ${host}`, { pointer: "/url" });
  }
  return url;
}

// A URL spells every form of an address of IPv4 in one way.
function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d+(?:\.\d+){3}$/.test(hostname);
}
