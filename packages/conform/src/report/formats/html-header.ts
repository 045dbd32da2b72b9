import { escapeHtml } from "@settld/output";
import { ofProfile, type ProfileName, profileNames } from "../../requirements.ts";
import type { ConformanceReport, ProfileResult } from "../report.ts";
import { countingProfiles, type JudgedCase, type Standing } from "../standing.ts";
import { CONCLUSION_TEXT } from "../status-text.ts";
import { bar, code, counted, type Stretch, tag } from "./html-parts.ts";

type Conclusion = ConformanceReport["conclusion"];

const TITLES: Readonly<Record<Conclusion, string>> = {
  conforms: "Conforms",
  fails: "Does not conform",
  partial: "Partial",
  broken: "Adapter broken",
  inconclusive: "Inconclusive",
};

const KINDS: Readonly<Record<Conclusion, "good" | "bad" | "warn">> = {
  conforms: "good",
  fails: "bad",
  partial: "warn",
  broken: "bad",
  inconclusive: "warn",
};

const PROFILE_TEXT: Readonly<Record<ProfileName, string>> = {
  "verifier-core": "Verifies bundles. Codes count by their category.",
  "verifier-full": "Verifies everything, with the exact code and precedence.",
  kernel: "Computes logs, decisions and ledgers.",
  issuer: "Makes what others verify.",
  server: "Settles for many, and answers over HTTP.",
};

const LEGEND: readonly { readonly standing: Standing; readonly kind: Stretch["kind"]; readonly text: string }[] = [
  { standing: "passes", kind: "good", text: "pass" },
  { standing: "fails", kind: "bad", text: "fail" },
  { standing: "known", kind: "known", text: "known failures" },
  { standing: "uncounted", kind: "other", text: "differ, but do not count" },
  { standing: "left-out", kind: "none", text: "not run or not declared" },
];

/** The stretches of a bar over cases. */
export const stretchesOf = (cases: readonly JudgedCase[]): readonly (Stretch & { readonly text: string })[] =>
  LEGEND.map(({ standing, kind, text }) => ({
    kind,
    text,
    count: cases.filter((judged) => judged.standing === standing).length,
  }));

/** Who was tested, how it ended, and the profiles. */
export const headerSection = (report: ConformanceReport, cases: readonly JudgedCase[]): string => {
  const { adapter, conclusion, stopped, profiles } = report;
  const { implementation } = adapter.hello ?? {};
  const about =
    implementation === undefined ? [] : [implementation.version, implementation.language, implementation.url];
  const subtitle = about.filter((part) => part !== undefined && part !== "").map((part) => escapeHtml(part ?? ""));
  const stretches = stretchesOf(cases).filter(({ count }) => count > 0);
  return `<header>
<p class="kicker">Settld conformance report</p>
<h1>${escapeHtml(implementation?.name ?? "An adapter that never said hello")}</h1>
${subtitle.length === 0 ? "" : `<p class="about">${subtitle.join(" <span>·</span> ")}</p>\n`}<div class="verdict ${KINDS[conclusion]}">
<p class="word">${TITLES[conclusion]}</p>
<p>${CONCLUSION_TEXT[conclusion]}${failing(report)}</p>
</div>
${stopped === null ? "" : `<div class="stop"><h2>Why the run stopped</h2><p>${code(stopped.code)}</p><pre>${escapeHtml(stopped.message)}</pre></div>\n`}${stale(report)}${bar(stretches)}
<ul class="legend">${stretches.map(({ kind, count, text }) => `<li class="${kind}"><b>${count}</b> ${text}</li>`).join("")}</ul>
</header>
<section>
<h2>Profiles</h2>
<ul class="profiles">
${profileNames(profiles)
  .map((name) => profileCard(name, ofProfile(profiles, name)))
  .join("\n")}
</ul>
</section>`;
};

// Which profiles are to blame, so that nobody has to search the cards.
const failing = (report: ConformanceReport): string => {
  const names = countingProfiles(report).filter((name) => report.profiles[name]?.status === "fails");
  if (report.conclusion !== "fails" || names.length === 0) return "";
  const parts = names.map((name) => {
    const { scored, passed, missing } = ofProfile(report.profiles, name);
    const undeclared = missing.length === 0 ? "" : `, ${counted(missing.length, "op")} not declared`;
    return `<b>${name}</b> misses ${scored - passed} of ${scored}${undeclared}`;
  });
  return ` ${parts.join("; ")}.`;
};

const stale = ({ baseline }: ConformanceReport): string => {
  if (baseline === null || baseline.stale.length === 0) return "";
  const items = baseline.stale.map(({ id, why }) => `<li>${code(id)} ${escapeHtml(why)}</li>`);
  return `<div class="stop"><h2>The baseline is stale</h2><ul>${items.join("")}</ul></div>\n`;
};

const profileCard = (name: ProfileName, { claimed, status, scored, passed, missing }: ProfileResult): string => {
  const failed = scored - passed;
  // Where an adapter has nothing to do with a profile, the list of its ops tells nobody anything.
  const nothing = status === "not-applicable" && passed === 0;
  const tags: Readonly<Record<ProfileResult["status"], string>> = {
    conforms: tag("good", "conforms"),
    fails: tag(claimed ? "bad" : "warn", "fails"),
    partial: tag("warn", "partial"),
    "not-applicable": tag("plain", "not judged"),
  };
  const rest = status === "partial" || status === "not-applicable" ? "none" : claimed ? "bad" : "other";
  return `<li class="${status}">
<h3>${name}</h3>
<p>${tags[status]}</p>
<p class="what">${PROFILE_TEXT[name]}</p>
<div><p class="score"><b>${passed}</b> of ${scored}</p>
${bar([
  { kind: "good", count: passed },
  { kind: rest, count: failed },
])}</div>
<p class="note">${claimed ? "Claimed." : "Not claimed."}${nothing || missing.length === 0 ? "" : ` Not declared: ${missing.map(code).join(", ")}.`}</p>
</li>`;
};
