import type { Colors } from "@settld/output";
import { verifyBundle } from "@settld/verifier";
import pc from "picocolors";
import { STORY_START } from "./acts.ts";
import { ownProgram, runApartWith } from "./apart.ts";
import { CAST, demoSigner } from "./cast.ts";
import { ledgerCsv } from "./ledger-csv.ts";
import { memorySettler } from "./memory-settler.ts";
import { assertReplaceable, replaceFolder } from "./out-folder.ts";
import { readRegister } from "./register.ts";
import { reportPage } from "./report-page.ts";
import { playStory, type StoryOptions } from "./story.ts";
import type { Story } from "./story-model.ts";
import { epilogue, prologue, tellAct } from "./transcript.ts";
import { CLEANING_STEPS } from "./work/clean.ts";

/** How {@link runDemo} runs. */
export type DemoOptions = {
  /** Folder for the files; replaced when an earlier run wrote it. */
  readonly out: string;
  /** Takes the lines of the story as it goes on. */
  readonly print: (lines: readonly string[]) => Promise<void>;
  readonly colors: Colors;
  /** Parts of the story that are played by others than usual. */
  readonly play?: Partial<StoryOptions>;
};

// Files are the same bytes wherever they are written, so the terminal of the day has no say.
const NO_COLORS: Colors = pc.createColors(false);

/** Plays the story with a settler in memory, tells it, and writes its files. */
export async function runDemo({ out, print, colors, play = {} }: DemoOptions): Promise<Story> {
  await assertReplaceable(out);
  const register = await readRegister();
  await print(prologue(colors));
  const story = await playStory({
    register,
    correction: CLEANING_STEPS,
    settler: async (trust) =>
      memorySettler({ id: CAST.settler.id, signer: await demoSigner("settler"), trust, now: STORY_START }),
    verifyHere: verifyBundle,
    runApart: runApartWith(ownProgram()),
    onAct: (act) => print(tellAct(act, colors)),
    ...play,
  });
  await print(epilogue(story, colors));
  const told = [
    ...prologue(NO_COLORS),
    ...story.acts.flatMap((act) => tellAct(act, NO_COLORS)),
    ...epilogue(story, NO_COLORS),
  ];
  const files = new Map<string, Uint8Array | string>(story.files);
  files.set("story.txt", `${told.join("\n")}\n`);
  files.set("ledger.csv", ledgerCsv(story));
  files.set("report.html", reportPage(story));
  await replaceFolder(out, files);
  return story;
}
