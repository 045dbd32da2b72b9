import { type Stdio, stdioOf } from "@settld/output";

const stdio: Stdio = stdioOf("settld-conform");

/** Makes a reader that goes away end the process quietly; see {@link Stdio}. */
export const endOnBrokenPipe: Stdio["endOnBrokenPipe"] = stdio.endOnBrokenPipe;

/** Prints the one line that every failure gets on standard error; see {@link Stdio}. */
export const printError: Stdio["printError"] = stdio.printError;
