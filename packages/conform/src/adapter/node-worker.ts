/**
 * The thread in which a module answers (`node:`). It has no imports of ours, so that it is one file in every build.
 */
import { parentPort, workerData } from "node:worker_threads";

type Case = { readonly id: string; readonly op: string; readonly input: unknown };
type Module = {
  readonly hello?: unknown;
  readonly answer?: (op: string, input: unknown) => unknown;
};

const { url } = workerData as { readonly url: string };

const send = (message: { readonly line: string } | { readonly failed: string }): void =>
  parentPort?.postMessage(message);

const textOf = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error));

// An answer has no type; what it is shows in its members (CONF-4).
const typeOf = (answer: object): string => ("verdict" in answer ? "ok" : "feature" in answer ? "skip" : "error");

const reply = async (answer: NonNullable<Module["answer"]>, { id, op, input }: Case): Promise<string> => {
  try {
    const given = await answer(op, input);
    if (typeof given === "object" && given !== null) return JSON.stringify({ ...given, type: typeOf(given), id });
    return JSON.stringify(given) ?? "undefined";
  } catch (error) {
    return JSON.stringify({
      type: "error",
      id,
      message: textOf(error)
        .slice(0, 4096)
        .replace(/\p{Cs}/gu, "\ufffd"),
    });
  }
};

const main = async (): Promise<void> => {
  const { hello, answer }: Module = await import(url);
  if (hello === undefined) throw new Error("the module has no export hello");
  if (typeof answer !== "function") throw new Error("the module has no function answer among its exports");
  send({ line: JSON.stringify(hello) });
  parentPort?.on("message", async (message: Case) => send({ line: await reply(answer, message) }));
};

main().catch((error: unknown) => send({ failed: textOf(error) }));
