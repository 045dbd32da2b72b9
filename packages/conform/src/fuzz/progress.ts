/** Shows how far a run is, in one line that is written again and again, on terminals only. */
export type Progress = { readonly show: (text: string) => void; readonly clear: () => void };

const EVERY_MS = 100;

/** A progress line on standard error; nothing at all where that is no terminal. */
export const progressOn = (stream: NodeJS.WriteStream = process.stderr): Progress => {
  if (stream.isTTY !== true || (process.env["CI"] ?? "") !== "") return { show: () => {}, clear: () => {} };
  let last = 0;
  return {
    show: (text) => {
      const now = performance.now();
      if (now - last < EVERY_MS) return;
      last = now;
      stream.write(`\r\u001b[K${text}`);
    },
    clear: () => void stream.write("\r\u001b[K"),
  };
};
