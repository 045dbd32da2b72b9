/**
 * What a secret looks like, whoever wrote it into a message: API keys, secrets of webhooks, bearer tokens, private keys
 * as JWK and PEM, and passwords in URLs.
 */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/\bsettld_[A-Za-z0-9_-]{20,}/g, "settld_[secret]"],
  [/\bwh(sec|sk)_[A-Za-z0-9+/=_-]{16,}/g, "wh$1_[secret]"],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, "$1 [secret]"],
  [/("d"|'d'|\bd)(\s*:\s*)(["'])[A-Za-z0-9_-]{40,}\3/g, "$1$2$3[secret]$3"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[secret key]"],
  [/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/?#@]*):[^\s/?#]*@/gi, "$1:[secret]@"],
  [/([?&](?:password|sslpassword|token|secret|key)=)[^\s&#]+/gi, "$1[secret]"],
];

/** Shorter values are words that are everywhere. */
const LENGTH_MIN = 8;

// Variables whose value is a secret as a whole; URLs of databases have only a part, which the forms above find.
const VARIABLE = /(?:KEY|KEYS|TOKEN|SECRET|PASSWORD|PGPASSWORD|DATABASE_URL)$/;

/**
 * Makes what takes secrets out of text: everything that looks like one, and the values that this process was given in
 * its environment, in whatever form they come.
 */
export function redactor(env: Readonly<Record<string, string | undefined>>): (text: string) => string {
  const known = Object.entries(env)
    .filter(([name]) => VARIABLE.test(name))
    .flatMap(([, value = ""]) => [value, ...secretsWithin(value)])
    .filter(({ length }) => length >= LENGTH_MIN)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const value of known) clean = clean.replaceAll(value, "[secret]");
    for (const [form, instead] of SECRETS) clean = clean.replaceAll(form, instead);
    return clean;
  };
}

// The password of a URL also alone and decoded, and the private half of a JWK.
function secretsWithin(value: string): string[] {
  const found: string[] = [];
  if (URL.canParse(value)) {
    const { password } = new URL(value);
    found.push(password, decode(password));
  }
  const d = /"d"\s*:\s*"([A-Za-z0-9_-]{40,})"/.exec(value)?.[1];
  return d === undefined ? found : [...found, d];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
