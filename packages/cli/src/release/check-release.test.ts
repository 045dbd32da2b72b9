import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BUNDLE_FILE,
  type SampleOptions,
  type StandIn,
  type StandInOptions,
  SUMS_FILE,
  sampleRelease,
  startStandIn,
  sumsOf,
  tarballOf,
} from "@settld/release/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkRelease, type ReleaseReport, type ReleaseSettings } from "./check-release.ts";
import { loadSigstore, type Sigstore } from "./load-sigstore.ts";
import { readTrustedRoot } from "./signature.ts";

const WHO = {
  identity: "https://github.com/example/settld/.github/workflows/release.yml@refs/heads/main",
  issuer: "https://token.actions.githubusercontent.com",
};

const folders: string[] = [];
let sigstore: Sigstore;
let standIn: StandIn;
let good = "";

const keep = (folder: string): string => {
  folders.push(folder);
  return folder;
};

/** A copy of a release with its sums made anew, as somebody would who changes it on purpose. */
const copyOf = (folder: string, change: (copy: string) => void, sums = true): string => {
  const copy = keep(mkdtempSync(join(tmpdir(), "settld-release-")));
  cpSync(folder, copy, { recursive: true });
  change(copy);
  if (sums) writeFileSync(join(copy, SUMS_FILE), sumsOf(copy));
  return copy;
};

const trustIn = ({ trustedRoot }: StandIn): ReleaseSettings["trust"] =>
  readTrustedRoot(Buffer.from(trustedRoot), "trusted_root.json", sigstore);

const check = (folder: string, settings: Partial<ReleaseSettings> = {}): Promise<ReleaseReport> =>
  checkRelease(folder, { trust: trustIn(standIn), ...WHO, ...settings }, sigstore);

const codes = async (folder: string, settings: Partial<ReleaseSettings> = {}): Promise<string[]> =>
  (await check(folder, settings)).findings.map(({ code }) => code);

beforeAll(async () => {
  sigstore = await loadSigstore();
  standIn = await startStandIn(WHO);
  good = keep(await sampleRelease(standIn));
});

afterAll(async () => {
  await standIn.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test("a release as it was made is accepted, and tells who made it of what", async () => {
  const report = await check(good, { tag: "v1.2.3" });
  expect(report.findings).toEqual([]);
  expect(report.signed).toMatchObject(WHO);
  expect(report.statement?.sources[0]).toEqual({
    uri: "git+https://github.com/example/settld@refs/heads/main",
    digests: [`gitCommit:${"a".repeat(40)}`],
  });
  expect(report.packages.map(({ name, version }) => `${name} ${version}`)).toEqual([
    "settld 1.2.3",
    "@settld/protocol 1.2.3",
  ]);
});

describe("flipped bytes", () => {
  test("anywhere in any file are noticed", async () => {
    const files = readdirSync(good).map((name) => ({ name, bytes: readFileSync(join(good, name)) }));
    const copy = copyOf(good, () => {}, false);
    const places = fc.constantFrom(...files).chain((file) =>
      fc.record({
        file: fc.constant(file),
        at: fc.nat(file.bytes.length - 1),
        mask: fc.integer({ min: 1, max: 255 }),
      }),
    );
    const settings = { trust: trustIn(standIn), ...WHO };
    await fc.assert(
      fc.asyncProperty(places, async ({ file: { name, bytes }, at, mask }) => {
        const bent = Buffer.from(bytes);
        bent[at] = (bent[at] ?? 0) ^ mask;
        writeFileSync(join(copy, name), bent);
        try {
          const { findings } = await checkRelease(copy, settings, sigstore);
          expect(findings).not.toEqual([]);
          if (name === SUMS_FILE) expect(findings.map(({ code }) => code)).toEqual(["REL_SUMS"]);
          else if (name !== BUNDLE_FILE) expect(findings[0]).toMatchObject({ code: "REL_DIGEST", file: name });
        } finally {
          writeFileSync(join(copy, name), bytes);
        }
      }),
      { numRuns: process.env["SETTLD_FULL"] === "1" ? 20_000 : 400, seed: 2026 },
    );
  });

  test("in every part of the bundle are noticed without the sums, or carry no meaning", async () => {
    const bytes = readFileSync(join(good, BUNDLE_FILE));
    const silent: number[] = [];
    const copy = copyOf(good, () => {}, false);
    const settings = { trust: trustIn(standIn), ...WHO };
    const step = process.env["SETTLD_FULL"] === "1" ? 1 : 37;
    for (let at = 0; at < bytes.length; at += step) {
      const bent = Buffer.from(bytes);
      bent[at] = (bent[at] ?? 0) ^ 1;
      writeFileSync(join(copy, BUNDLE_FILE), bent);
      writeFileSync(join(copy, SUMS_FILE), sumsOf(copy));
      const { findings } = await checkRelease(copy, settings, sigstore);
      if (findings.length === 0) silent.push(at);
    }
    // Only the wrapping of the timestamp: status, version and names of algorithms that its signature does not cover.
    const from = bytes.indexOf('"signedTimestamp"');
    const to = bytes.indexOf('"', from + '"signedTimestamp":"'.length);
    expect(silent.filter((at) => at < from || at > to)).toEqual([]);
  });
});

describe("files", () => {
  const names = (): [string, string] => ["settld-1.2.3.tgz", "settld-protocol-1.2.3.tgz"];

  test.each<[string, string, (copy: string) => void]>([
    [
      "REL_SWAPPED,REL_SWAPPED",
      "two that changed places",
      (copy) => {
        const [a, b] = names();
        renameSync(join(copy, a), join(copy, "x"));
        renameSync(join(copy, b), join(copy, a));
        renameSync(join(copy, "x"), join(copy, b));
      },
    ],
    ["REL_MISSING", "one that is gone", (copy) => rmSync(join(copy, "settld-1.2.3.cdx.json"))],
    ["REL_UNLISTED", "one too many", (copy) => writeFileSync(join(copy, "install.js"), "0")],
    ["REL_FOLDER", "a folder among them", (copy) => mkdirSync(join(copy, "more"))],
    ["REL_FOLDER", "a link among them", (copy) => symlinkSync("/etc/passwd", join(copy, "more"))],
    ["REL_FOLDER", "no bundle", (copy) => rmSync(join(copy, BUNDLE_FILE))],
  ])("%s: %s", async (expected, _, change) => {
    const found = await codes(copyOf(good, change));
    expect([...new Set(found)].filter((code) => code !== "REL_SBOM" && code !== "REL_VERSION").join()).toBe(
      [...new Set(expected.split(","))].join(),
    );
  });

  test("REL_SUMS: sums that are gone, of less, or in another order", async () => {
    const change = async (edit: (text: string) => string | null): Promise<string[]> =>
      codes(
        copyOf(
          good,
          (copy) => {
            const text = edit(readFileSync(join(copy, SUMS_FILE), "utf8"));
            if (text === null) rmSync(join(copy, SUMS_FILE));
            else writeFileSync(join(copy, SUMS_FILE), text);
          },
          false,
        ),
      );
    expect(await change((text) => text)).toEqual([]);
    expect(await change(() => null)).toEqual(["REL_SUMS"]);
    expect(await change((text) => text.slice(text.indexOf("\n") + 1))).toEqual(["REL_SUMS"]);
    expect(await change((text) => text.trim().split("\n").toReversed().join("\n").concat("\n"))).toEqual(["REL_SUMS"]);
  });

  test("REL_RELEASE: the bundle of another release, whose signature holds", async () => {
    const other = keep(await sampleRelease(standIn, { version: "1.2.4" }));
    const copy = copyOf(good, (path) => cpSync(join(other, BUNDLE_FILE), join(path, BUNDLE_FILE)));
    expect(await codes(copy)).toEqual(["REL_RELEASE"]);
  });
});

describe("who signed", () => {
  test("REL_IDENTITY and REL_ISSUER compare every character", async () => {
    expect(await codes(good, { identity: `${WHO.identity}x` })).toEqual(["REL_IDENTITY"]);
    // A pattern, as the library would take it.
    expect(await codes(good, { identity: "https://github.com/.*" })).toEqual(["REL_IDENTITY"]);
    expect(await codes(good, { identity: WHO.identity.slice(0, -1) })).toEqual(["REL_IDENTITY"]);
    expect(await codes(good, { issuer: "https://accounts.example" })).toEqual(["REL_ISSUER"]);
  });

  test("REL_IDENTITY_OPEN: nobody said who it must be", async () => {
    const open = { trust: trustIn(standIn) };
    const found = async (settings: ReleaseSettings): Promise<string[]> =>
      (await checkRelease(good, settings, sigstore)).findings.map(({ code }) => code);
    expect(await found(open)).toEqual(["REL_IDENTITY_OPEN"]);
    expect(await found({ ...open, identity: WHO.identity })).toEqual(["REL_IDENTITY_OPEN"]);
    expect(await found({ ...open, issuer: "https://accounts.example" })).toEqual(["REL_ISSUER", "REL_IDENTITY_OPEN"]);
  });

  const signedBy = async (options: Partial<StandInOptions>, sample: SampleOptions = {}): Promise<string[]> => {
    const other = await startStandIn({ ...WHO, ...options });
    try {
      return await codes(keep(await sampleRelease(other, sample)), { trust: trustIn(other) });
    } finally {
      await other.close();
    }
  };

  test("REL_CERTIFICATE_TIME: signed before or after the certificate holds", async () => {
    const hour = 3_600_000;
    expect(await signedBy({ certifiedAt: new Date(Date.now() + hour) })).toEqual(["REL_CERTIFICATE_TIME"]);
    expect(await signedBy({ certifiedAt: new Date(Date.now() - hour) })).toEqual(["REL_CERTIFICATE_TIME"]);
  });

  test("REL_SCT: a certificate that no known log has seen", async () => {
    expect(await signedBy({ certificateLog: "unknown" })).toEqual(["REL_SCT"]);
    expect(await signedBy({ certificateLog: "none" })).toEqual(["REL_SCT"]);
    expect(await signedBy({})).toEqual([]);
  });

  test("REL_LOG: an entry that is about another certificate", async () => {
    expect(await signedBy({ logsAnother: true })).toEqual(["REL_LOG"]);
  });

  test("another trusted root, or parts of one, fail by what is foreign in them", async () => {
    const other = await startStandIn(WHO);
    await other.close();
    const [ours, theirs] = [standIn, other].map(({ trustedRoot }) => JSON.parse(trustedRoot)) as [object, object];
    const mixed = (part: string): Promise<string[]> => {
      const root = { ...ours, [part]: (theirs as Record<string, unknown>)[part] };
      return codes(good, { trust: readTrustedRoot(Buffer.from(JSON.stringify(root)), "mixed", sigstore) });
    };
    expect(await mixed("timestampAuthorities")).toEqual(["REL_TIMESTAMP"]);
    expect(await mixed("certificateAuthorities")).toEqual(["REL_CERTIFICATE"]);
    expect(await mixed("ctlogs")).toEqual(["REL_SCT"]);
    expect(await mixed("tlogs")).toEqual(["REL_LOG"]);
    expect(await codes(good, { trust: trustIn(other) })).toEqual(["REL_TIMESTAMP"]);
  });
});

type Json = { [name: string]: Json } & string;

describe("the bundle", () => {
  const bent = (change: (bundle: Json) => void): string =>
    copyOf(good, (copy) => {
      const bundle = JSON.parse(readFileSync(join(copy, BUNDLE_FILE), "utf8")) as Json;
      change(bundle);
      writeFileSync(join(copy, BUNDLE_FILE), `${JSON.stringify(bundle)}\n`);
    });
  const entry = (bundle: Json): Json => (bundle["verificationMaterial"]!["tlogEntries"] as unknown as Json[])[0]!;
  const flipBase64 = (text: string): string => `${text.slice(0, 20)}${text[20] === "A" ? "B" : "A"}${text.slice(21)}`;

  test.each<[string, string, (bundle: Json) => void]>([
    ["REL_BUNDLE", "an unknown member", (bundle) => void Object.assign(bundle, { more: 1 })],
    [
      "REL_BUNDLE",
      "an older form",
      (bundle) => void Object.assign(bundle, { mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.2" }),
    ],
    [
      "REL_BUNDLE",
      "no entry of a log",
      (bundle) => void Object.assign(bundle["verificationMaterial"]!, { tlogEntries: [] }),
    ],
    [
      "REL_SIGNATURE",
      "another payload",
      (bundle) =>
        void Object.assign(bundle["dsseEnvelope"]!, { payload: flipBase64(bundle["dsseEnvelope"]!["payload"]!) }),
    ],
    [
      "REL_SIGNATURE",
      "another payload type",
      (bundle) => void Object.assign(bundle["dsseEnvelope"]!, { payloadType: "text/plain" }),
    ],
    [
      "REL_LOG",
      "a promise that is not the log's",
      (bundle) =>
        void Object.assign(entry(bundle), { integratedTime: `${Number(entry(bundle)["integratedTime"]) + 1}` }),
    ],
    ["REL_BUNDLE", "no inclusion proof", (bundle) => void Reflect.deleteProperty(entry(bundle), "inclusionProof")],
    [
      "REL_LOG",
      "a proof with another root",
      (bundle) =>
        void Object.assign(entry(bundle)["inclusionProof"]!, {
          rootHash: flipBase64(entry(bundle)["inclusionProof"]!["rootHash"]!),
        }),
    ],
    [
      "REL_LOG",
      "a proof of a larger tree",
      (bundle) => void Object.assign(entry(bundle)["inclusionProof"]!, { treeSize: "2" }),
    ],
    [
      "REL_LOG",
      "a checkpoint that is not the log's",
      (bundle) => {
        const point = entry(bundle)["inclusionProof"]!["checkpoint"]!;
        Object.assign(point, { envelope: point["envelope"]!.replace("Timestamp: 1", "Timestamp: 2") });
      },
    ],
    [
      "REL_TIMESTAMP",
      "a promise of the log and no other time, taken away",
      (bundle) => {
        Reflect.deleteProperty(entry(bundle), "inclusionPromise");
        Object.assign(bundle["verificationMaterial"]!, { timestampVerificationData: {} });
      },
    ],
  ])("%s: %s", async (code, _, change) => {
    const { findings } = await check(bent(change));
    expect(findings).toMatchObject([{ code }]);
  });

  test("REL_LOG: an entry of somebody else's signature", async () => {
    const other = keep(await sampleRelease(standIn));
    const theirs = entry(JSON.parse(readFileSync(join(other, BUNDLE_FILE), "utf8")) as Json);
    const folder = bent((bundle) => {
      (bundle["verificationMaterial"]!["tlogEntries"] as unknown as Json[])[0] = theirs;
    });
    expect(await codes(folder)).toEqual(["REL_LOG"]);
  });

  test("REL_BUNDLE: other spellings of the same bundle", async () => {
    const spelled = (edit: (text: string) => string): Promise<string[]> =>
      codes(
        copyOf(good, (copy) =>
          writeFileSync(join(copy, BUNDLE_FILE), edit(readFileSync(join(copy, BUNDLE_FILE), "utf8"))),
        ),
      );
    expect(await spelled((text) => text)).toEqual([]);
    expect(await spelled((text) => text.trim())).toEqual(["REL_BUNDLE"]);
    expect(await spelled((text) => JSON.stringify(JSON.parse(text), null, 1))).toEqual(["REL_BUNDLE"]);
    expect(await spelled((text) => text.replace('"mediaType"', '"mediaType":"x","mediaType"'))).toEqual(["REL_BUNDLE"]);
    expect(await spelled(() => "no json")).toEqual(["REL_BUNDLE"]);
  });
});

describe("what was signed", () => {
  const made = async (options: SampleOptions, settings: Partial<ReleaseSettings> = {}): Promise<string[]> =>
    codes(keep(await sampleRelease(standIn, options)), settings);
  const edit = (from: string | RegExp, to: string): SampleOptions => ({ statement: (text) => text.replace(from, to) });

  test("REL_STATEMENT and REL_PREDICATE", async () => {
    expect(await made({ statement: () => "{" })).toEqual(["REL_STATEMENT"]);
    expect(await made(edit("in-toto.io/Statement/v1", "in-toto.io/Statement/v0"))).toEqual(["REL_STATEMENT"]);
    expect(await made(edit(/"sha512"/g, '"sha3"'))).toEqual(["REL_STATEMENT"]);
    expect(await made(edit("slsa.dev/provenance/v1", "slsa.dev/provenance/v2"))).toEqual(["REL_PREDICATE"]);
    expect(await made(edit("build/release/v1", "build/other/v1"))).toEqual(["REL_PREDICATE"]);
    expect(await made(edit(/"tag":"[^"]*"/, '"tag":1'))).toEqual(["REL_PREDICATE"]);
  });

  test("REL_VERSION and REL_TAG", async () => {
    expect(await made({ facts: { tag: "v9.9.9" } })).toEqual(["REL_VERSION"]);
    expect(await made({ facts: { packages: { settld: "1.2.3", "@settld/protocol": "1.2.2" } } })).toEqual([
      "REL_VERSION",
    ]);
    expect(await made({ facts: { packages: { settld: "1.2.3" } } })).toEqual(["REL_VERSION"]);
    expect(await codes(good, { tag: "v1.2.4" })).toEqual(["REL_TAG"]);
  });

  const manifest = (value: object): Buffer =>
    tarballOf([{ path: "package/package.json", content: JSON.stringify(value) }]);
  const tarball = (bytes: Buffer): SampleOptions => ({ files: () => ({ "settld-protocol-1.2.3.tgz": bytes }) });

  test("REL_VERSION: a package that would install another one's older version", async () => {
    const files = {
      "settld-1.2.3.tgz": manifest({ name: "settld", version: "1.2.3", dependencies: { "@settld/protocol": "1.2.2" } }),
    };
    expect(await made({ files: () => files })).toEqual(["REL_SBOM_MISMATCH", "REL_VERSION"]);
  });

  test.each<[string, Buffer]>([
    ["no gzip", Buffer.from("x")],
    ["a link", tarballOf([{ path: "package/package.json", content: "", type: "2" }])],
    ["a path outside", tarballOf([{ path: "package/../../etc/passwd", content: "" }])],
    ["no manifest", tarballOf([{ path: "package/index.js", content: "" }])],
    [
      "two manifests",
      tarballOf([
        { path: "package/package.json", content: "{}" },
        { path: "package/package.json", content: "{}" },
      ]),
    ],
    ["another name", manifest({ name: "@settld/other", version: "1.2.3" })],
    ["a bomb", tarballOf([{ path: "package/package.json", content: " ".repeat(70_000_000) }])],
  ])("REL_TARBALL: %s", async (_, bytes) => {
    expect((await made(tarball(bytes)))[0]).toBe("REL_TARBALL");
  });

  test("REL_SBOM and REL_SBOM_MISMATCH: bills that are gone, broken, or of another package", async () => {
    const [ours, theirs] = ["settld-1.2.3.cdx.json", "settld-protocol-1.2.3.cdx.json"];
    expect(await made({ files: () => ({ [ours]: null }) })).toEqual(["REL_SBOM"]);
    expect(await made({ files: () => ({ [ours]: "{}" }) })).toEqual(["REL_SBOM"]);
    expect(await made({ files: () => ({ "more-1.0.0.cdx.json": "{}" }) })).toEqual(["REL_SBOM"]);
    expect(await made({ files: (files) => ({ [ours]: files.get(theirs) ?? "" }) })).toEqual(["REL_SBOM_MISMATCH"]);
    const withOther = (text: string): string =>
      text.replace('"components":[]', '"components":[{"group":"@settld","name":"protocol","version":"1.2.2"}]');
    expect(await made({ files: (files) => ({ [ours]: withOther(`${files.get(ours)}`) }) })).toEqual([
      "REL_SBOM_MISMATCH",
    ]);
  });

  test("REL_REGISTRY: what npm installed is what was signed", async () => {
    const { packages } = await check(good);
    const lock = (change: (entry: { version: string; integrity: string }) => void): ReleaseSettings["lockfile"] => {
      const entries = packages.map(({ name, version, sha512 }) => {
        const entry = { version, integrity: `sha512-${Buffer.from(sha512, "hex").toString("base64")}` };
        if (name === "settld") change(entry);
        return [`node_modules/${name}`, entry] as const;
      });
      const bytes = Buffer.from(JSON.stringify({ lockfileVersion: 3, packages: Object.fromEntries(entries) }));
      return { path: "package-lock.json", bytes };
    };
    const found = async (lockfile: ReleaseSettings["lockfile"]): Promise<string[]> =>
      lockfile === undefined ? [] : codes(good, { lockfile });
    expect(await found(lock(() => {}))).toEqual([]);
    expect(await found(lock((entry) => void Object.assign(entry, { version: "1.2.2" })))).toEqual(["REL_REGISTRY"]);
    expect(await found(lock((entry) => void Object.assign(entry, { integrity: "sha512-AAAA" })))).toEqual([
      "REL_REGISTRY",
    ]);
    expect(await found({ path: "x", bytes: Buffer.from('{"packages":{}}') })).toEqual(["REL_REGISTRY"]);
  });
});
