import * as nodeCrypto from "node:crypto";

/**
 * `node:crypto` that remembers the outcome of Ed25519 operations. They take most of the time of a run, always give the
 * same result for the same input, and a mutant that changes the input misses the memory.
 */
export const rememberedCrypto = (): typeof nodeCrypto => {
  const keys = new Map<string, nodeCrypto.KeyObject>();
  const names = new WeakMap<nodeCrypto.KeyObject, string>();
  const verified = new Map<string, boolean>();
  const signed = new Map<string, Buffer>();

  const imported =
    (make: (input: never) => nodeCrypto.KeyObject) =>
    (input: unknown): nodeCrypto.KeyObject => {
      const { key, format, type } = input as {
        readonly key: unknown;
        readonly format: unknown;
        readonly type: unknown;
      };
      if (!Buffer.isBuffer(key)) return make(input as never);
      const name = `${String(format)} ${String(type)} ${key.toString("base64")}`;
      const known = keys.get(name);
      if (known !== undefined) return known;
      const object = make(input as never);
      forgetIfMany(keys);
      keys.set(name, object);
      names.set(object, name);
      return object;
    };

  const questionOf = (algorithm: unknown, key: unknown, parts: readonly unknown[]): string | undefined => {
    const name = names.get(key as nodeCrypto.KeyObject);
    if (algorithm !== null || name === undefined) return undefined;
    if (!parts.every((part) => part instanceof Uint8Array)) return undefined;
    return `${name} ${parts.map((part) => nodeCrypto.hash("sha256", part as Uint8Array, "base64")).join(" ")}`;
  };

  const verify = (
    algorithm: null,
    message: Uint8Array,
    key: nodeCrypto.KeyObject,
    signature: Uint8Array,
    then?: Then<boolean>,
  ) => {
    const question = questionOf(algorithm, key, [message, signature]);
    if (question === undefined) return nodeCrypto.verify(algorithm, message, key, signature, then as Then<boolean>);
    let valid = verified.get(question);
    if (valid === undefined) {
      valid = nodeCrypto.verify(algorithm, message, key, signature);
      forgetIfMany(verified);
      verified.set(question, valid);
    }
    if (then === undefined) return valid;
    queueMicrotask(() => then(null, valid));
    return undefined;
  };

  const sign = (algorithm: null, message: Uint8Array, key: nodeCrypto.KeyObject, then?: Then<Buffer>) => {
    const question = questionOf(algorithm, key, [message]);
    if (question === undefined) return nodeCrypto.sign(algorithm, message, key, then as Then<Buffer>);
    let signature = signed.get(question);
    if (signature === undefined) {
      signature = nodeCrypto.sign(algorithm, message, key);
      forgetIfMany(signed);
      signed.set(question, signature);
    }
    const copy = Buffer.from(signature);
    if (then === undefined) return copy;
    queueMicrotask(() => then(null, copy));
    return undefined;
  };

  return {
    ...nodeCrypto,
    createPublicKey: imported(nodeCrypto.createPublicKey as never) as typeof nodeCrypto.createPublicKey,
    createPrivateKey: imported(nodeCrypto.createPrivateKey as never) as typeof nodeCrypto.createPrivateKey,
    verify: verify as typeof nodeCrypto.verify,
    sign: sign as typeof nodeCrypto.sign,
  };
};

type Then<T> = (error: Error | null, result: T) => void;

const ENTRIES_MAX = 50_000;

const forgetIfMany = (memory: Map<string, unknown>): void => {
  if (memory.size >= ENTRIES_MAX) memory.clear();
};
