import { isSettldError, parseJson, SettldError } from "@settld/protocol";
import { readSigner } from "../report/key-file.ts";
import type { Cast, Party } from "./cast.ts";
import { isObject, listAt, numberAt, textAt } from "./values.ts";

/** What a server without an operator's routes is given instead: players, keys and money that are there. */
export type Prepared = {
  readonly cast: Cast;
  readonly stranger: Party;
  readonly asset: { readonly assetCode: string; readonly assetScale: number };
};

const CONFIG_BYTES_MAX = 1_048_576;

/**
 * Reads a file with prepared tenants: `{asset, parties: {buyer, seller, checker, arbiter, stranger}}`, each party with
 * `id`, `apiKey` and `jwk`, its private key. The stranger is of another tenant than the others, and the buyer has money.
 *
 * @throws SettldError `CONF_SERVER_CONFIG`.
 */
export const readPrepared = async (bytes: Uint8Array, where: string): Promise<Prepared> => {
  const fail = (expected: string): SettldError =>
    new SettldError("CONF_SERVER_CONFIG", `${where}: expected ${expected}`);
  let config: unknown;
  try {
    config = parseJson(bytes, { maxBytes: CONFIG_BYTES_MAX });
  } catch (error) {
    if (!isSettldError(error)) throw error;
    throw fail(`JSON, found ${error.code}`);
  }
  const asset = {
    assetCode: textAt(config, "asset", "assetCode"),
    assetScale: numberAt(config, "asset", "assetScale"),
  };
  if (asset.assetCode === "" || asset.assetScale < 0) throw fail("/asset with assetCode and assetScale");
  const party = async (role: string): Promise<Party> => {
    const place = `/parties/${role}`;
    const id = textAt(config, "parties", role, "id");
    const apiKey = textAt(config, "parties", role, "apiKey");
    const jwk = isObject(config)
      ? (config["parties"] as Record<string, Record<string, unknown>>)?.[role]?.["jwk"]
      : undefined;
    if (id === "" || apiKey === "" || !isObject(jwk)) throw fail(`${place} with id, apiKey and jwk`);
    try {
      const signer = await readSigner(Buffer.from(JSON.stringify(jwk)), `${where}${place}/jwk`);
      return { id, signer, tenant: { name: textAt(config, "parties", role, "tenant") || apiKey, apiKey } };
    } catch (error) {
      if (!isSettldError(error)) throw error;
      throw fail(`a private key at ${place}/jwk, found ${error.message}`);
    }
  };
  if (listAt(config, "parties").length > 0) throw fail("/parties as an object");
  return {
    asset,
    cast: {
      buyer: await party("buyer"),
      seller: await party("seller"),
      checker: await party("checker"),
      arbiter: await party("arbiter"),
    },
    stranger: await party("stranger"),
  };
};
