import { outcomes } from "../../story.ts";
import { at } from "../../time.ts";

/** The decision at hour 27, when the check was not attested. */
export const decidedLate: Readonly<Record<string, unknown>> = {
  due: at(27),
  requirements: outcomes("POLICY_MET", "POLICY_CHECK_UNATTESTED"),
  gross: "0",
  outcome: "none",
  final: false,
};
