import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { nameOf, type Sbom } from "./settle-sbom.ts";

/**
 * Compares a bill of materials with the lockfile: every component is a locked version with the locked integrity, or a
 * tarball of this release.
 *
 * @param integrities - integrity by `NAME@VERSION`, from `pnpm-lock.yaml`.
 * @param released - the same of the tarballs of the release.
 * @returns a sentence for every component that is neither.
 */
export const checkLocked = (
  { metadata, components }: Sbom,
  integrities: ReadonlyMap<string, string>,
  released: ReadonlyMap<string, string>,
): string[] =>
  [metadata.component, ...components].flatMap((component, index) => {
    const id = `${nameOf(component)}@${component.version ?? ""}`;
    const expected = released.get(id) ?? (index === 0 ? undefined : integrities.get(id));
    if (expected === undefined) return [`${id} is neither in pnpm-lock.yaml nor in the release`];
    const found = component.hashes?.find(({ alg }) => alg === "SHA-512")?.content ?? "";
    const integrity = `sha512-${Buffer.from(found, "hex").toString("base64")}`;
    return integrity === expected ? [] : [`${id}: expected ${expected}, found ${integrity}`];
  });

/**
 * Judges a document by the JSON Schema of CycloneDX 1.6, strictly.
 *
 * @returns what is wrong with it.
 */
export const checkSchema = async (text: string): Promise<string[]> => {
  const errors = await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text);
  return errors === null ? [] : [JSON.stringify(errors)];
};
