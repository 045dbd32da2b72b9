import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as monitoring from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { Ajv } from "ajv";
import * as apps from "kubernetes-models/apps/v1";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";
import { describe, expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { readJson, root } from "../workspace.ts";
import { renderChart } from "./render.ts";

const chart = join(root, "deploy/helm/settld");
const read = (path: string): string => readFileSync(join(chart, path), "utf8");
const templates = Object.fromEntries(
  readdirSync(join(chart, "templates")).map((name) => [`templates/${name}`, read(`templates/${name}`)]),
);
const { name, version, appVersion } = parse(read("Chart.yaml")) as Record<string, string>;
const defaults = parse(read("values.yaml")) as Values;
const schema = readJson<object>(join(chart, "values.schema.json"));

type Values = { readonly [name: string]: unknown };
type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  // biome-ignore lint/suspicious/noExplicitAny: manifests of every kind; Kubernetes' own schemas say what they are.
  readonly spec?: any;
};

function merge(base: unknown, change: unknown): unknown {
  if (typeof base !== "object" || typeof change !== "object" || base === null || change === null) return change;
  if (Array.isArray(base) || Array.isArray(change)) return change;
  const found: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(change)) found[key] = key in found ? merge(found[key], value) : value;
  return found;
}

const dataOf = (change: Values): Record<string, unknown> => ({
  Values: merge(defaults, change),
  Release: { Name: "pay", Namespace: "money", Service: "Helm" },
  Chart: { Name: name, Version: version, AppVersion: appVersion },
});

const render = (change: Values): Record<string, string> => renderChart(templates, dataOf(change));

function manifestsOf(rendered: Readonly<Record<string, string>>): Manifest[] {
  return Object.entries(rendered)
    .filter(([path]) => path.endsWith(".yaml"))
    .flatMap(([, text]) => parseAllDocuments(text, { uniqueKeys: true }))
    .flatMap((document) => {
      expect(document.errors).toEqual([]);
      const value = document.toJS() as Manifest | null;
      return value === null ? [] : [value];
    });
}

const SETS: readonly (readonly [string, Values])[] = [
  ["what it says by itself", {}],
  ["SQLite", { store: { kind: "sqlite", sqlite: { size: "5Gi", storageClassName: "fast" } }, replicas: 1 }],
  [
    "everything",
    {
      image: { repository: "registry.example/settld", digest: `sha256:${"a".repeat(64)}`, pullPolicy: "Always" },
      imagePullSecrets: [{ name: "pull" }],
      replicas: 5,
      keys: { registryRoot: "A".repeat(43), settlerSigner: "https://signer.example/sign" },
      extraArgs: ["--quiet", 'a "word"'],
      extraEnv: [{ name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://otel:4318" }],
      networkPolicy: {
        apiFrom: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress" } } }],
        metricsFrom: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
      },
      serviceMonitor: { enabled: true, labels: { release: "prometheus" } },
      nodeSelector: { "kubernetes.io/os": "linux" },
      tolerations: [{ key: "money", operator: "Exists", effect: "NoSchedule" }],
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, podAffinityTerm: { topologyKey: "topology.kubernetes.io/zone", labelSelector: {} } },
          ],
        },
      },
      podAnnotations: { "example.com/owner": "payments" },
    },
  ],
  ["no policies", { networkPolicy: { enabled: false }, podDisruptionBudget: { enabled: false }, replicas: 1 }],
];

describe.each(SETS)("the chart with %s", (_, change) => {
  const manifests = manifestsOf(render(change));
  const only = (kind: string): Manifest => {
    const [one, ...more] = manifests.filter((manifest) => manifest.kind === kind);
    if (one === undefined || more.length > 0) throw new Error(`expected one ${kind}`);
    return one;
  };

  test("gives manifests that Kubernetes' own schemas allow", () => {
    for (const manifest of manifests) checkManifest(manifest);
    // They are no schemas that allow everything.
    expect(() => checkManifest({ ...only("Deployment"), spec: { replicas: "two" } })).toThrow();
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test("runs as nobody in particular, and writes to volumes alone", () => {
    const { template } = only("Deployment").spec;
    expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(template.spec.automountServiceAccountToken).toBe(false);
    const [container] = template.spec.containers;
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(container.image).not.toMatch(/:latest$|:$/);
    expect(template.spec.volumes.map((volume: { name: string }) => volume.name)).toEqual(["tmp", "data"]);
  });

  test("has secrets by reference alone, and none twice", () => {
    const [container] = only("Deployment").spec.template.spec.containers;
    for (const { name, value } of container.env as { name: string; value?: string }[]) {
      if (/KEY|URL$/.test(name) && name.startsWith("SETTLD_")) expect(value).toBeUndefined();
    }
    expect(JSON.stringify(container.args)).not.toMatch(/postgres:\/\/|"d"/);
  });

  test("selects its own pods, and gives them time to end", () => {
    const deployment = only("Deployment").spec;
    const { labels } = deployment.template.metadata;
    for (const service of manifests.filter(({ kind }) => kind === "Service")) {
      expect(labels).toMatchObject(service.spec.selector);
    }
    expect(labels).toMatchObject(deployment.selector.matchLabels);
    for (const { spec } of manifests.filter(({ kind }) => kind === "NetworkPolicy")) {
      expect(labels).toMatchObject(spec.podSelector.matchLabels);
    }
    const { args } = deployment.template.spec.containers[0];
    const seconds = (option: string): number => Number(args[args.indexOf(option) + 1]);
    expect(deployment.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(
      seconds("--drain") + seconds("--grace") + 20,
    );
  });
});

test("one process on a volume, or several on a database, and never several on a volume", () => {
  const sqlite = manifestsOf(render({ store: { kind: "sqlite" }, replicas: 1 }));
  const kinds = (manifests: readonly Manifest[]): string[] => manifests.map(({ kind }) => kind).sort();
  expect(kinds(sqlite)).toContain("PersistentVolumeClaim");
  expect(kinds(sqlite)).not.toContain("PodDisruptionBudget");
  const deployment = (manifests: readonly Manifest[]): Manifest["spec"] =>
    manifests.find(({ kind }) => kind === "Deployment")?.spec;
  expect(deployment(sqlite).strategy).toEqual({ type: "Recreate" });
  const postgres = manifestsOf(render({}));
  expect(kinds(postgres)).not.toContain("PersistentVolumeClaim");
  expect(deployment(postgres).strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
});

describe("values.schema.json", () => {
  const check = new Ajv({ strict: false, allErrors: true }).compile(schema);

  test.each(SETS)("takes %s", (_, change) => {
    check(merge(defaults, change));
    expect(check.errors ?? []).toEqual([]);
  });

  test.each<readonly [string, Values]>([
    ["several processes on a volume", { store: { kind: "sqlite" }, replicas: 2 }],
    ["no process", { replicas: 0 }],
    ["a store that there is not", { store: { kind: "mysql" } }],
    ["a tag that moves", { image: { tag: "latest" } }],
    ["a digest that is none", { image: { digest: "sha256:abc" } }],
    ["a signer without TLS", { keys: { settlerSigner: "http://signer.example" } }],
    ["a key that is none", { keys: { registryRoot: "abc" } }],
    ["a word that is spelt wrong", { replica: 2 }],
    ["a secret with a name that none has", { keys: { secret: { name: "My Secret" } } }],
    ["a size that is none", { store: { kind: "sqlite", sqlite: { size: "10 GB" } }, replicas: 1 }],
  ])("refuses %s", (_, change) => {
    expect(check(merge(defaults, change))).toBe(false);
  });
});

test.each([
  ["{{ .Values.nothing }}", /no nothing/],
  ["{{ lookup .Values }}", /found lookup/],
  ["{{ if .Values.replicas }}", /expected else or end/],
  ["{{ .Values.store }}", /toYaml makes text/],
  ["{{ eq .Values.replicas (int 2 }}", /expected \)/],
])("what the reader does not know is thrown: %s", (text, message) => {
  expect(() => renderChart({ "templates/a.yaml": text }, dataOf({}))).toThrow(message);
});

// The engine that Helm itself has, with the functions of the library that it takes them from; both from Debian.
const hasGo =
  spawnSync("go", ["version"]).status === 0 && existsSync("/usr/share/gocode/src/github.com/Masterminds/sprig");

test.skipIf(!hasGo)("Go's template engine gives the same text", { timeout: 300_000 }, () => {
  const engine = fileURLToPath(new URL("engine.go", import.meta.url));
  for (const [, change] of SETS) {
    const run = spawnSync("go", ["run", engine], {
      input: JSON.stringify({ templates, data: dataOf(change) }),
      encoding: "utf8",
      env: { ...process.env, GO111MODULE: "off", GOPATH: "/usr/share/gocode", GOFLAGS: "" },
    });
    expect(run.stderr).toBe("");
    expect(JSON.parse(run.stdout)).toEqual(render(change));
  }
});

type Model = new (manifest: never) => { readonly validate: () => void };

// The schemas of Kubernetes, by the versions of its API that the chart uses.
const MODELS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  v1: core,
  "apps/v1": apps,
  "policy/v1": policy,
  "networking.k8s.io/v1": networking,
  "monitoring.coreos.com/v1": monitoring,
};

function checkManifest(manifest: Manifest): void {
  const Model = MODELS[manifest.apiVersion]?.[manifest.kind] as Model | undefined;
  if (Model === undefined) throw new Error(`no schema for ${manifest.apiVersion} ${manifest.kind}`);
  new Model(manifest as never).validate();
}
