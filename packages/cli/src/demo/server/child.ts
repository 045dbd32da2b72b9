import { rm } from "node:fs/promises";
import type { FromChild, ToChild } from "./messages.ts";
import { openServer } from "./open-server.ts";

/**
 * The process of `settld demo --server` in which its server runs: `child.ts FOLDER`, with a channel to its parent. It
 * ends with the channel and takes the folder away, so that nothing outlives the story, in whichever way that ends.
 */
const send = (message: FromChild): void => void process.send?.(message);

const [, , folder = ""] = process.argv;
const server = await openServer(folder);
process.on("message", ({ advanceTo }: ToChild) => {
  void server.advanceTo(advanceTo).then(() => send({ at: advanceTo }));
});
process.on("disconnect", () => void server.close().finally(() => rm(folder, { recursive: true, force: true })));
send({ url: server.url, apiKeys: server.apiKeys });
