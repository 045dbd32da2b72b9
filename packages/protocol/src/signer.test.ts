import { expect, test } from "vitest";
import { hexDecode, utf8 } from "./bytes.ts";
import { defaultCrypto as nodePort } from "./crypto-node.ts";
import { defaultCrypto as webPort } from "./crypto-web.ts";
import { verifyEd25519 } from "./ed25519.ts";
import { signerFromSeed } from "./signer.ts";

// RFC 8032 section 7.1 test 1, which is the key of RFC 8037 appendix A too.
const SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

test.each([
  ["node:crypto", nodePort],
  ["WebCrypto", webPort],
])("signerFromSeed on %s has the key's thumbprint and signs with it", async (_, port) => {
  const seed = hexDecode(SEED);
  const making = signerFromSeed(seed, port);
  // The signer does not depend on the caller's bytes any more.
  seed.fill(0);
  const signer = await making;
  expect(signer.keyid).toBe("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
  const signature = await signer.sign(utf8("m"));
  expect(await verifyEd25519(port, signer.publicKey, utf8("m"), signature)).toBeUndefined();
  expect(JSON.stringify(signer)).not.toContain("seed");
});

test("signerFromSeed leaves the caller's seed alone", async () => {
  const seed = hexDecode(SEED);
  await signerFromSeed(seed, nodePort);
  expect(seed).toEqual(hexDecode(SEED));
});

test("signerFromSeed refuses other lengths as misuse", async () => {
  await expect(signerFromSeed(new Uint8Array(31), nodePort)).rejects.toThrow(TypeError);
  await expect(signerFromSeed(new Uint8Array(33), webPort)).rejects.toThrow(TypeError);
});
