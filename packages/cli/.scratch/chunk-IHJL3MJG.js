import {
  EXIT
} from "./chunk-QAFWPTKF.js";

// src/text/json.ts
var NOT_ASCII = /[^\x20-\x7e]/g;
function asciiJson(json) {
  return json.replace(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).replaceAll("##", "#\\u0023");
}
function wellFormed(text) {
  return text.replace(new RegExp("\\p{Cs}", "gu"), "\uFFFD");
}

// src/text/invisible.ts
var INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]/gu;
function showCodePoint(char) {
  return `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`;
}
function showInvisible(text, keep = "") {
  return text.replaceAll("\\u{", () => "\\u{5c}u{").replace(INVISIBLE, (char) => keep.includes(char) ? char : showCodePoint(char));
}

// src/text/terminal.ts
function escapeTerminal(text) {
  return showInvisible(text);
}

// src/io/stdio.ts
import { once } from "node:events";

// src/text/ci.ts
var COMMAND = /^(\s*)(:)(?=:)|(#)(?=#\w*\[)/gm;
function breakCiCommands(text) {
  return text.replace(
    COMMAND,
    (_, space, colon, hash) => hash === void 0 ? `${space ?? ""}${showCodePoint(colon ?? ":")}` : showCodePoint(hash)
  );
}

// src/io/stdio.ts
function endOnBrokenPipe() {
  process.stdout.on("error", (error) => {
    if (error.code === "EPIPE") process.exit(EXIT.brokenPipe);
    throw error;
  });
  process.stderr.on("error", () => {
  });
}
async function writeOut(text) {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
async function printLines(lines) {
  if (lines.length > 0) await writeOut(breakCiCommands(lines.map((line) => `${line}
`).join("")));
}
async function printJson(json) {
  await writeOut(`${process.stdout.isTTY === true ? asciiJson(json) : json}
`);
}
function printError(code, message) {
  process.stderr.write(breakCiCommands(`settld: ${code}: ${escapeTerminal(message)}
`));
}

export {
  asciiJson,
  wellFormed,
  escapeTerminal,
  endOnBrokenPipe,
  printLines,
  printJson,
  printError
};
//# sourceMappingURL=chunk-IHJL3MJG.js.map