import { isDigest, type JsonValue, PAYLOAD_TYPES, SettldError } from "@settld/protocol";

/** The sections of a bundle (BUNDLE-5). */
export type Section = "header" | "events" | "trust" | "evidence" | "receipt";

/** The sections behind the header in the order of the file. */
export const SECTIONS: readonly Section[] = ["events", "trust", "evidence", "receipt"];

/** An evidence line: with its bytes in base64, or withheld (BUNDLE-4). */
export type EvidenceValue = { readonly digest: string; readonly data?: string };

/**
 * Tells which section a line belongs to.
 *
 * @throws SettldError `DSSE_PAYLOAD_TYPE` or `BUNDLE_LINE` (BUNDLE-4).
 */
export function sectionOf(value: JsonValue): Section {
  if (typeof value === "object" && value !== null) {
    const members = value as { readonly [name: string]: JsonValue };
    if (Object.hasOwn(members, "payloadType")) {
      switch (members["payloadType"]) {
        case PAYLOAD_TYPES.event:
          return "events";
        case PAYLOAD_TYPES.trust:
          return "trust";
        case PAYLOAD_TYPES.receipt:
          return "receipt";
        default:
          throw new SettldError(
            "DSSE_PAYLOAD_TYPE",
            "/payloadType: expected the type of an event, trust document or receipt",
            {
              pointer: "/payloadType",
            },
          );
      }
    }
    const { digest, data, withheld } = members;
    const inline = typeof data === "string" && Object.keys(members).length === 2;
    const kept = withheld === true && Object.keys(members).length === 2;
    if (isDigest(digest) && (inline || kept)) return "evidence";
  }
  throw new SettldError("BUNDLE_LINE", "expected an envelope, or an evidence item with digest and data or withheld");
}
