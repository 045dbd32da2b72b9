import { createHash } from "node:crypto";
import { canonicalize, type JsonValue } from "@settld/protocol";

type Hash = { readonly alg: string; readonly content: string };

/** A component, as far as it is looked at; other members stay as they are. */
export type Component = {
  readonly "bom-ref": string;
  readonly name: string;
  readonly group?: string;
  readonly version?: string;
  readonly purl?: string;
  readonly hashes?: readonly Hash[];
  readonly externalReferences?: readonly {
    readonly type: string;
    readonly url: string;
    readonly hashes?: readonly Hash[];
    readonly comment?: string;
  }[];
};

/** A CycloneDX document, as far as it is looked at. */
export type Sbom = {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly serialNumber?: string;
  readonly metadata: { readonly timestamp?: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
};

const PUBLIC_REGISTRY = "https://registry.npmjs.org/";

/** Name of a component with its scope, as npm writes it. */
export const nameOf = ({ group, name }: Pick<Component, "group" | "name">): string =>
  group === undefined ? name : `${group}/${name}`;

/**
 * Makes a list of an installation one of the package that was installed: the package becomes the main component, hashes
 * stand where readers look for them, the registry is the public one, and serial number and time follow from content.
 *
 * @throws Error when the package is not in the list.
 */
export const settle = (
  raw: Sbom,
  { name, version }: { readonly name: string; readonly version: string },
  registry: string,
  epoch: number,
): Sbom => {
  const root = raw.metadata.component["bom-ref"];
  // References begin with the folder that was installed into.
  const short = (ref: string): string => (ref.startsWith(`${root}|`) ? ref.slice(root.length + 1) : ref);
  const components = raw.components.map((component) => {
    const references = component.externalReferences?.map((reference) =>
      reference.type === "distribution"
        ? { type: reference.type, url: reference.url.replace(registry, PUBLIC_REGISTRY) }
        : reference,
    );
    const hashes = component.externalReferences?.flatMap((one) =>
      one.type === "distribution" ? (one.hashes ?? []) : [],
    );
    return {
      ...component,
      "bom-ref": short(component["bom-ref"]),
      ...(hashes === undefined || hashes.length === 0 ? {} : { hashes }),
      ...(references === undefined ? {} : { externalReferences: references }),
    };
  });
  const main = components.find((component) => nameOf(component) === name && component.version === version);
  if (main === undefined) throw new Error(`the installation has no ${name} ${version}`);
  const settled: Sbom = {
    ...raw,
    metadata: {
      ...raw.metadata,
      timestamp: new Date(epoch * 1000).toISOString(),
      component: { ...main, "bom-ref": `${name}@${version}` },
    },
    components: components.filter((component) => component !== main),
    dependencies: raw.dependencies
      .filter(({ ref }) => ref !== root)
      .map(({ ref, dependsOn }) => ({
        ref: short(ref),
        ...(dependsOn === undefined ? {} : { dependsOn: dependsOn.map(short) }),
      })),
  };
  return { ...settled, serialNumber: serialOf(settled) };
};

/** A UUID of version 8 (RFC 9562), whose bits are a digest of the document. */
const serialOf = (sbom: Sbom): string => {
  const hex = createHash("sha256")
    .update(canonicalize(sbom as unknown as JsonValue))
    .digest("hex");
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};
