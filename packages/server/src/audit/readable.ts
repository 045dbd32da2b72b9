import { isSettldError } from "@settld/protocol";

/** What `read` gives, or the code with which it fails. */
export function readable<T>(read: () => T): T | string {
  try {
    return read();
  } catch (error) {
    if (isSettldError(error)) return error.code;
    throw error;
  }
}
