import { base64Encode, utf8 } from "@settld/protocol";
import { changeTrustFreely, changeTrustMeaning, trustDocument } from "../bundle/trust-document.ts";
import { changeBytes } from "../bytes.ts";
import { fewTimes, type Generator } from "../generator.ts";
import { encodeJson, type JsonObject } from "../json.ts";
import { oneOddity, writeOddly } from "../write-json.ts";

const TIMES: readonly number[] = [Date.UTC(2026, 2, 2, 9), Date.UTC(2020, 0, 1), Date.UTC(2040, 0, 1)];

/** Trust documents of a user, whose layout is free. */
export const TRUST_GENERATORS: readonly Generator[] = [
  {
    name: "trust document",
    weight: 1,
    ops: ["trust.evaluate"],
    make: ({ corpus, random, steps }) => {
      const base = random.chance(25) ? trustDocument(corpus) : random.pick(corpus.trusts);
      const times = random.chance(8) ? 0 : fewTimes(random);
      const changed = steps.change<JsonObject>(base, times, random, (now, stream) =>
        stream.chance(30) ? changeTrustMeaning(now, corpus, TIMES, stream) : changeTrustFreely(now, corpus, stream),
      );
      const style = random.below(10);
      if (style < 7) return { trust: base64Encode(encodeJson(changed)) };
      if (style < 9) return { trust: base64Encode(utf8(writeOddly(changed, random, oneOddity(random)))) };
      return { trust: base64Encode(changeBytes(encodeJson(changed), random)) };
    },
  },
];
