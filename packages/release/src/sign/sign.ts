import { bundleToJSON } from "@sigstore/bundle";
import { CIContextProvider, DSSEBundleBuilder, FulcioSigner, RekorWitness, TSAWitness } from "@sigstore/sign";

/** Where Sigstore is. Nothing else differs between a release and a test of one. */
export type SigstoreUrls = { readonly fulcio: string; readonly rekor: string; readonly tsa: string };

/** The public Sigstore, or what the environment names: the stand-in of the dry run. */
export const sigstoreUrls = (env: NodeJS.ProcessEnv = process.env): SigstoreUrls => ({
  fulcio: env["SETTLD_FULCIO_URL"] ?? "https://fulcio.sigstore.dev",
  rekor: env["SETTLD_REKOR_URL"] ?? "https://rekor.sigstore.dev",
  tsa: env["SETTLD_TSA_URL"] ?? "https://timestamp.sigstore.dev",
});

/**
 * Signs an in-toto statement without a key of ours: the identity of the CI job gets a certificate for a key that lives
 * in memory, a log and a time-stamping authority witness the signature, and the key is forgotten.
 *
 * @returns the bytes of `release.sigstore.json`, in the one form that REL-2 allows.
 */
export const signStatement = async (
  statement: Uint8Array,
  urls: SigstoreUrls = sigstoreUrls(),
): Promise<Uint8Array> => {
  const retry = { retries: 3 };
  const builder = new DSSEBundleBuilder({
    signer: new FulcioSigner({
      fulcioBaseURL: urls.fulcio,
      identityProvider: new CIContextProvider("sigstore"),
      retry,
    }),
    witnesses: [
      new RekorWitness({ rekorBaseURL: urls.rekor, entryType: "dsse", fetchOnConflict: true, retry }),
      new TSAWitness({ tsaBaseURL: urls.tsa, retry }),
    ],
  });
  const bundle = await builder.create({ data: Buffer.from(statement), type: "application/vnd.in-toto+json" });
  return Buffer.from(`${JSON.stringify(bundleToJSON(bundle))}\n`);
};
