import { publicKeyFromJwk, SettldError, thumbprint } from "@settld/protocol";
import type { MakeChecker } from "../connection.ts";
import type { Caller, RegisteredParty } from "../gen/api.ts";
import { assertSame } from "../same.ts";
import { AccountKeeper } from "./account-keeper.ts";
import { AgreementKeeper } from "./agreement-keeper.ts";
import { checkTombstone } from "./tombstone.ts";
import { TrustKeeper } from "./trust-keeper.ts";

/** Makes the checker that believes a registry key and nothing else. */
export function verification(root: Uint8Array): MakeChecker {
  return (reader, platform, pinned) => {
    // A server has one settler. Another one, also of the trust document, is not it.
    let settler = pinned;
    const assertSettler = (found: string): void => {
      settler ??= found;
      assertSame({ settler: found }, { settler }, "TRUST_ROLE");
    };
    const trust = new TrustKeeper(root, platform, assertSettler, reader.trust);
    const agreements = new AgreementKeeper(root, platform, trust, reader.events);
    const accounts = new AccountKeeper(trust, reader.entries);

    const party = async (answer: RegisteredParty): Promise<void> => {
      for (const { jwk, thumbprint: name } of answer.keys)
        assertSame({ name }, { name: thumbprint(publicKeyFromJwk(jwk)) });
      const { document } = await trust.documentOf(undefined, true);
      const listed = document.parties.find(({ id }) => id === answer.id);
      if (listed === undefined) {
        // An operator sees every party, but the document lists those of its own tenant.
        if (await reader.isOperator()) return;
        throw new SettldError("TRUST_KEY_UNKNOWN", `expected ${answer.id} in the trust document, found none`);
      }
      const keys = answer.keys.map(({ jwk, notBefore, notAfter, revoked }) => ({
        jwk,
        notBefore,
        notAfter,
        ...(revoked === null ? {} : { revoked }),
      }));
      assertSame({ roles: answer.roles, keys }, { roles: listed.roles, keys: listed.keys });
    };

    const caller = async ({ object, settler: named, parties }: Caller): Promise<void> => {
      assertSame({ object }, { object: "caller" });
      const { document } = await trust.documentOf(undefined, true);
      const known = new Map(document.parties.map(({ id, roles }) => [id, roles]));
      if (known.get(named)?.includes("settler") !== true) {
        throw new SettldError("TRUST_ROLE", `/settler: expected one of the trust document, found ${named}`);
      }
      assertSettler(named);
      const stranger = parties.find((id) => !known.has(id));
      if (stranger !== undefined) {
        throw new SettldError("TRUST_KEY_UNKNOWN", `/parties: expected those of the trust document, found ${stranger}`);
      }
    };

    return {
      mark: () => agreements.mark,
      admission: (answer, asked) => agreements.admission(answer, asked),
      agreement: (answer, asked) => agreements.agreement(answer, asked),
      events: (answer, asked) => agreements.events(answer, asked),
      bundle: (answer, asked) => agreements.bundle(answer, asked),
      receipt: (answer, agreement) => agreements.receipt(answer, agreement),
      account: async (answer, asked) => accounts.account(answer, asked),
      entries: (answer, account) => accounts.entries(answer, account),
      transactions: (answer, account) => accounts.transactions(answer, account),
      transfer: (answer) => accounts.transfer(answer),
      tombstone: (answer, digest) => checkTombstone(trust, answer, digest),
      party,
      trustSeen: () => trust.version,
      trust: async (answer, seen) => void (await trust.check(answer, seen)),
      caller,
    };
  };
}
