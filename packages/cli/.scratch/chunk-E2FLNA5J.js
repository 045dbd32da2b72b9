import {
  escapeTerminal
} from "./chunk-IHJL3MJG.js";

// src/io/color.ts
import pc from "picocolors";
function wantsColor({ isTTY, env }) {
  if (env["NO_COLOR"] !== void 0 && env["NO_COLOR"] !== "") return false;
  const force = env["FORCE_COLOR"];
  if (force !== void 0) return force !== "0" && force !== "false";
  return isTTY && env["TERM"] !== "dumb";
}
function stdoutColors() {
  return pc.createColors(wantsColor({ isTTY: process.stdout.isTTY === true, env: process.env }));
}

// src/text/table.ts
import stringWidth from "fast-string-width";
function formatTable(rows, options = {}) {
  const shown = rows.map(
    (row) => row.map((cell) => {
      const text = escapeTerminal(typeof cell === "string" ? cell : cell.text);
      return { text, width: stringWidth(text), paint: typeof cell === "string" ? void 0 : cell.paint };
    })
  );
  const widths = [];
  for (const row of shown) {
    for (const [column, { width }] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width);
  }
  const indent = " ".repeat(options.indent ?? 0);
  return shown.map((row) => {
    const cells = row.map(({ text, width, paint }, column) => {
      const space = " ".repeat((widths[column] ?? 0) - width);
      const painted = paint === void 0 ? text : paint(text);
      if (options.align?.[column] === "right") return `${space}${painted}`;
      return column === row.length - 1 ? painted : `${painted}${space}`;
    });
    return `${indent}${cells.join("  ")}`.trimEnd();
  });
}

export {
  stdoutColors,
  formatTable
};
//# sourceMappingURL=chunk-E2FLNA5J.js.map