/**
 * Makes text safe as a SARIF message: brackets would make a link (SARIF 2.1.0, 3.11.6) and braces stand for arguments
 * (3.11.5), so both are escaped in the way that the standard says. JSON encodes the rest.
 */
export function sarifText(text: string): string {
  return text
    .replace(/\p{Cs}/gu, "\ufffd")
    .replace(/[[\]\\]/g, (char) => `\\${char}`)
    .replace(/[{}]/g, (char) => char + char);
}
