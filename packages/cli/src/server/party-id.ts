import { inputError } from "../exit.ts";

/** What an id of a party looks like (EVENT-6). */
export const PARTY_ID: RegExp =
  /^[a-z][a-z0-9+.-]*:(?:\/\/[a-z0-9._~-]+(?::[0-9]{1,5})?(?:[/?#][!#-;=?-Z[\]_a-z~]*)?|(?!\/\/)[!#-;=?-Z[\]_a-z~]+)$/;

const LENGTH_MAX = 256;

/**
 * Checks an id from the command line before anything is made with it.
 *
 * @param option - which option named it, for messages.
 * @throws SettldError `CLI_USAGE` for exit code 2.
 */
export function checkPartyId(id: string | undefined, option: string): void {
  if (id === undefined || (id.length <= LENGTH_MAX && PARTY_ID.test(id))) return;
  throw inputError(
    "CLI_USAGE",
    `${option}: expected a URI such as https://you.example, with scheme and host in lower case, found ${JSON.stringify(id)}`,
  );
}
