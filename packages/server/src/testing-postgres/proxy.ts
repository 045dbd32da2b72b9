import { connect, createServer, type Socket } from "node:net";

/** A connection to a database that can be cut, between client and server. */
export type CutProxy = {
  /** The URL of the database through the proxy. */
  readonly url: string;
  /**
   * Cuts all connections at once: with `answers`, the one on which the next answer comes, instead of passing it on; with
   * `questions`, the one on which the next question goes out, which then does not arrive.
   */
  readonly cut: (at: "now" | "answers" | "questions") => void;
  /** Whether connections are taken. */
  isOpen: boolean;
  readonly close: () => Promise<void>;
};

/** Puts a proxy before a database. */
export async function openProxy(databaseUrl: string): Promise<CutProxy> {
  const target = new URL(databaseUrl);
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>();
  let next: "answers" | "questions" | undefined;
  const proxy = { isOpen: true };
  const listener = createServer((client) => {
    if (!proxy.isOpen) {
      client.destroy();
      return;
    }
    const server = connect(Number(target.port || 5432), target.hostname);
    const pair = { client, server };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    client.on("data", (data) => {
      if (next !== "questions") server.write(data);
      else {
        next = undefined;
        end();
      }
    });
    server.on("data", (data) => {
      if (next !== "answers") client.write(data);
      else {
        next = undefined;
        end();
      }
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String(typeof address === "object" && address !== null ? address.port : "");
  return Object.assign(proxy, {
    url: url.href,
    cut(at: "now" | "answers" | "questions") {
      if (at !== "now") {
        next = at;
        return;
      }
      for (const { client, server } of pairs) {
        client.destroy();
        server.destroy();
      }
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const { client, server } of pairs) {
          client.destroy();
          server.destroy();
        }
        listener.close(() => resolve());
      }),
  });
}
