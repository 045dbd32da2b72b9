import { inputError } from "../exit.ts";

/** What checks Sigstore bundles. Optional, so that whoever verifies settlements installs none of it. */
export type Sigstore = Pick<typeof import("@sigstore/bundle"), "bundleFromJSON" | "bundleToJSON"> &
  Pick<typeof import("@sigstore/verify"), "Verifier" | "toSignedEntity" | "toTrustMaterial"> &
  Pick<typeof import("@sigstore/protobuf-specs"), "TrustedRoot">;

/**
 * Loads the packages of Sigstore when a release is verified.
 *
 * @throws SettldError `CLI_UNSUPPORTED`.
 */
export async function loadSigstore(): Promise<Sigstore> {
  try {
    const [bundle, verify, specs] = await Promise.all([
      import("@sigstore/bundle"),
      import("@sigstore/verify"),
      import("@sigstore/protobuf-specs"),
    ]);
    return {
      bundleFromJSON: bundle.bundleFromJSON,
      bundleToJSON: bundle.bundleToJSON,
      Verifier: verify.Verifier,
      toSignedEntity: verify.toSignedEntity,
      toTrustMaterial: verify.toTrustMaterial,
      TrustedRoot: specs.TrustedRoot,
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw inputError(
      "CLI_UNSUPPORTED",
      "expected the package @sigstore/verify beside this one, found none; install settld with its optional dependencies",
      error,
    );
  }
}
