import type { Signer } from "@settld/protocol";
import type { Metrics } from "./metrics.ts";
import { inChildSpan } from "./tracing.ts";

/** The same signer, with its signatures counted and timed, and in spans when somebody traces. */
export function observedSigner(signer: Signer, role: "settler" | "registry", metrics: Metrics): Signer {
  return {
    keyid: signer.keyid,
    publicKey: signer.publicKey,
    async sign(message) {
      const end = metrics.signerSeconds.startTimer({ role });
      try {
        return await inChildSpan("signer sign", { "settld.signer.role": role }, () => signer.sign(message));
      } catch (error) {
        metrics.signerErrors.inc({ role });
        throw error;
      } finally {
        end();
      }
    },
  };
}
