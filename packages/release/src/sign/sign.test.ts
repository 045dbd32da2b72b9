import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { publicTrustedRoot } from "../steps-ci.ts";
import { provenanceOf, sumsOf } from "./provenance.ts";
import { signStatement, sigstoreUrls } from "./sign.ts";
import { startStandIn } from "./stand-in.ts";

const WHO = {
  identity: "https://github.com/example/settld/.github/workflows/release.yml@refs/heads/main",
  issuer: "https://token.actions.githubusercontent.com",
};

afterEach(() => vi.unstubAllEnvs());

describe("signing", () => {
  test("goes to the public Sigstore, or where the environment says", () => {
    expect(sigstoreUrls({})).toEqual({
      fulcio: "https://fulcio.sigstore.dev",
      rekor: "https://rekor.sigstore.dev",
      tsa: "https://timestamp.sigstore.dev",
    });
    expect(
      sigstoreUrls({ SETTLD_FULCIO_URL: "http://a", SETTLD_REKOR_URL: "http://b", SETTLD_TSA_URL: "http://c" }),
    ).toEqual({
      fulcio: "http://a",
      rekor: "http://b",
      tsa: "http://c",
    });
  });

  test("needs the identity of a job: without one, or with another's, nothing is signed", async () => {
    const standIn = await startStandIn(WHO);
    try {
      const urls = { fulcio: standIn.url, rekor: standIn.url, tsa: standIn.url };
      for (const name of ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "SIGSTORE_ID_TOKEN"])
        vi.stubEnv(name, undefined);
      await expect(signStatement(Buffer.from("{}"), urls)).rejects.toThrow("identity token");
      vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_URL", standIn.env["ACTIONS_ID_TOKEN_REQUEST_URL"]);
      vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "another");
      await expect(signStatement(Buffer.from("{}"), urls)).rejects.toThrow();
      vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", standIn.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]);
      const bundle = JSON.parse(Buffer.from(await signStatement(Buffer.from("{}"), urls)).toString()) as {
        mediaType: string;
      };
      expect(bundle.mediaType).toBe("application/vnd.dev.sigstore.bundle.v0.3+json");
    } finally {
      await standIn.close();
    }
  });

  test("the stand-in gives no certificate to whoever does not have the key", async () => {
    const standIn = await startStandIn(WHO);
    try {
      const token = await fetch(`${standIn.env["ACTIONS_ID_TOKEN_REQUEST_URL"]}&audience=sigstore`, {
        headers: { authorization: `Bearer ${standIn.env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]}` },
      });
      const { value } = (await token.json()) as { value: string };
      const pem =
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEkjZh2mGlsxQRpXxZkWBzEXS1fAtd\nBPCUxMrKJCpV0yCTOsXzpCFhYUlnVlnSVKSVq10p+Y5b5CTrfbTRgUjxUw==\n-----END PUBLIC KEY-----\n";
      const body = {
        credentials: { oidcIdentityToken: value },
        publicKeyRequest: { publicKey: { content: pem }, proofOfPossession: "AAAA" },
      };
      const response = await fetch(`${standIn.url}/api/v2/signingCert`, { method: "POST", body: JSON.stringify(body) });
      expect(response.ok).toBe(false);
    } finally {
      await standIn.close();
    }
  });
});

test("the provenance names every file with its digests, and what it was made of", () => {
  const folder = mkdtempSync(join(tmpdir(), "settld-provenance-"));
  try {
    writeFileSync(join(folder, "b.tgz"), "b");
    writeFileSync(join(folder, "a.cdx.json"), "a");
    writeFileSync(join(folder, "release.sigstore.json"), "not signed");
    const facts = {
      tag: "v1.0.0",
      packages: { settld: "1.0.0" },
      source: { uri: "git+https://github.com/example/settld@refs/heads/main", commit: "c".repeat(40) },
      lockfileSha256: "d".repeat(64),
      node: "24.0.0",
      pnpm: "12.0.0",
      epoch: 1,
      builder: "https://github.com/example/settld/.github/workflows/release.yml@refs/heads/main",
      invocation: "https://github.com/example/settld/actions/runs/1",
    };
    const bytes = provenanceOf(folder, facts);
    const statement = JSON.parse(Buffer.from(bytes).toString()) as {
      subject: { name: string; digest: Record<string, string> }[];
      predicate: { buildDefinition: { resolvedDependencies: { uri: string }[] } };
    };
    expect(statement.subject.map(({ name }) => name)).toEqual(["a.cdx.json", "b.tgz"]);
    expect(statement.subject[1]?.digest).toEqual({
      sha256: createHash("sha256").update("b").digest("hex"),
      sha512: createHash("sha512").update("b").digest("hex"),
    });
    expect(statement.predicate.buildDefinition.resolvedDependencies.map(({ uri }) => uri)).toEqual([
      facts.source.uri,
      "pnpm-lock.yaml",
      "pkg:generic/node@24.0.0",
      "pkg:npm/pnpm@12.0.0",
    ]);
    expect(Buffer.compare(provenanceOf(folder, facts), bytes)).toBe(0);
    expect(sumsOf(folder).split("\n")).toHaveLength(4);
    expect(readFileSync(join(folder, "b.tgz"), "utf8")).toBe("b");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the public trusted root comes with the lockfile", () => {
  const root = JSON.parse(publicTrustedRoot().toString()) as Record<string, { readonly baseUrl?: string }[]>;
  expect(root["tlogs"]?.map(({ baseUrl }) => baseUrl)).toContain("https://rekor.sigstore.dev");
  for (const part of ["certificateAuthorities", "ctlogs", "timestampAuthorities"]) expect(root[part]).not.toEqual([]);
});
