import { isIP } from "node:net";

/** Whether a host, as a URL or an option names it, can only be this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
