import { lstat, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isSystemError, makeFolder, reasonOf, writeFileAtomic } from "@settld/output";
import { REVISION, SettldError } from "@settld/protocol";
import { isBuilt, VERSION } from "../version.ts";

/** Languages that an adapter can be started in. */
export const LANGUAGES = ["node", "python", "go", "sh"] as const;

/** One of {@link LANGUAGES}. */
export type Language = (typeof LANGUAGES)[number];

/** A skeleton of an adapter. */
type Skeleton = {
  /** Files by name, below the folder of the language. */
  readonly files: readonly string[];
  /** The command that starts it. */
  readonly command: string;
};

const SKELETONS: Readonly<Record<Language, Skeleton>> = {
  node: { files: ["adapter.mjs"], command: "node adapter.mjs" },
  python: { files: ["adapter.py"], command: "python3 adapter.py" },
  go: { files: ["main.go", "go.mod"], command: "go run ." },
  sh: { files: ["adapter.sh"], command: "sh adapter.sh" },
};

/** Path of the CI workflow, below the folder of the project. */
const WORKFLOW = ".github/workflows/conform.yml";

// The build copies the templates beside itself (tsup.config.ts).
const BASE = fileURLToPath(new URL("./templates/", import.meta.url));

/** How the adapter of a language is reached, as for `--adapter`. */
export const adapterOf = (language: Language): string => `cmd:${SKELETONS[language].command}`;

/** The files of a skeleton by path, with the workflow that runs the kit over it. */
export const skeletonOf = async (language: Language): Promise<ReadonlyMap<string, string>> => {
  const names: Readonly<Record<string, string>> = {
    REVISION,
    // Sources have no version that could be installed.
    VERSION: isBuilt ? VERSION : "latest",
    ADAPTER: adapterOf(language),
  };
  const read = async (path: string): Promise<string> => {
    const text = await readFile(join(BASE, path), "utf8");
    return text.replaceAll(/\{\{([A-Z]+)\}\}/g, (whole, name: string) => names[name] ?? whole);
  };
  const files = new Map<string, string>();
  for (const name of SKELETONS[language].files) files.set(name, await read(`${language}/${name}`));
  files.set(WORKFLOW, await read("conform.yml"));
  return files;
};

/**
 * Writes the skeleton of a language into a folder, which is made when it is missing, and returns the paths.
 *
 * @throws SettldError `CLI_OUTPUT` when one of the files is there already, and then none is written, or when one
 * cannot be written.
 */
export const writeSkeleton = async (language: Language, folder: string): Promise<string[]> => {
  const files = [...(await skeletonOf(language))].map(([name, text]) => [join(folder, name), text] as const);
  for (const [path] of files) await assertAbsent(path);
  for (const [path, text] of files) {
    await guarded(path, async () => {
      await makeFolder(dirname(path));
      await writeFileAtomic(path, text, { overwrite: false, ...(text.startsWith("#!") ? { mode: 0o777 } : {}) });
    });
  }
  return files.map(([path]) => path);
};

const assertAbsent = (path: string): Promise<void> =>
  guarded(path, async () => {
    try {
      await lstat(path);
    } catch (error) {
      if (isSystemError(error) && error.code === "ENOENT") return;
      throw error;
    }
    throw new SettldError("CLI_OUTPUT", `expected no file yet, found one: ${path} (files are never overwritten)`);
  });

const guarded = async (path: string, write: () => Promise<void>): Promise<void> => {
  try {
    await write();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new SettldError("CLI_OUTPUT", `expected to write a file, found ${reasonOf(error)}: ${path}`, {
      cause: error,
    });
  }
};
