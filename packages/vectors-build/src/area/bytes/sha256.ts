import { type Case, field, file, type VectorFile } from "../../format.ts";

const cases: readonly Case[] = [
  {
    id: "digest-empty",
    clause: "DIGEST-1",
    why: "The digest of nothing, from FIPS 180-4.",
    input: { bytes: "" },
    facts: { digest: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  },
  {
    id: "digest-abc",
    clause: "DIGEST-1",
    why: "One block, from FIPS 180-4.",
    input: { bytes: field("abc") },
    facts: { digest: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  },
  {
    id: "digest-two-blocks",
    clause: "DIGEST-1",
    why: "56 bytes do not leave room for the length in one block.",
    kills: "pad into one block only",
    input: { bytes: field("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") },
    facts: { digest: "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
  },
  {
    id: "digest-million-a",
    clause: "DIGEST-1",
    why: "A million letters, from FIPS 180-4; also shows that bytes in parts are read.",
    kills: "32-bit length in bits",
    input: { bytes: { concat: [{ repeat: "YQ==", times: 1_000_000 }] } },
    facts: { digest: "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0" },
  },
];

/** Digests of bytes. */
export const digests: VectorFile = file("digest/sha256.json", "digest", "Digests of bytes.", cases);
