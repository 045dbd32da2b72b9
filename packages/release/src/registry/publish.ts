import { run } from "../run.ts";
import type { Manifest } from "../workspace.ts";
import type { Registry } from "./registry.ts";

/** What a registry says about one version. */
export type Published = { readonly integrity: string; readonly tarball: string };

/**
 * Asks a registry for one version of a package.
 *
 * @param registry - its URL, with a slash at the end.
 * @returns undefined when it has none.
 * @throws Error when it answers with something else than a document or 404.
 */
export const readPublished = async (
  { name, version }: Pick<Manifest, "name" | "version">,
  registry: string,
): Promise<Published | undefined> => {
  const response = await fetch(`${registry}${name.replace("/", "%2f")}/${version}`, {
    headers: { accept: "application/json" },
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${name} ${version}: the registry answers ${response.status}`);
  const { dist } = (await response.json()) as { readonly dist?: Partial<Published> };
  if (dist?.integrity === undefined || dist.tarball === undefined)
    throw new Error(`${name} ${version}: no digest in the registry`);
  return { integrity: dist.integrity, tarball: dist.tarball };
};

/** Publishes a tarball as it is. Nothing is packed, and no script of a package runs. */
export const publish = async (tarball: string, env: Registry["env"], args: readonly string[]): Promise<void> => {
  await run(["npm", "publish", tarball, "--ignore-scripts", "--access", "public", ...args], { env });
};
