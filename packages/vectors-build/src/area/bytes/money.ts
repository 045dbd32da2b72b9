import { type Case, file, type VectorFile } from "../../format.ts";

const MAX = `1${"0".repeat(30)}`;

const cases: readonly Case[] = [
  { id: "money-zero", clause: "MONEY-1", why: "Nothing is a value.", input: { text: "0" }, facts: { value: "0" } },
  { id: "money-one", clause: "MONEY-1", why: "One minor unit.", input: { text: "1" }, facts: { value: "1" } },
  {
    id: "money-beyond-double",
    clause: "MONEY-1",
    why: "2^53+1 is lost in a double.",
    kills: "read values as floating point",
    input: { text: "9007199254740993" },
    facts: { value: "9007199254740993" },
  },
  {
    id: "money-max",
    clause: "MONEY-1",
    why: "10^30 is the greatest value.",
    kills: "reject the limit itself",
    input: { text: MAX },
    facts: { value: MAX },
  },
  ...(
    [
      [
        "money-above-max",
        "one-above",
        `1${"0".repeat(29)}1`,
        "money-max",
        "One more than 10^30.",
        "check the number of digits only",
      ],
      ["money-32-digits", "32-digits", `${MAX}0`, "money-max", "A longer number.", "no upper limit"],
      ["money-empty", "empty", "", "money-zero", "No digits are no value.", "read empty text as 0"],
      [
        "money-negative",
        "minus",
        "-1",
        "money-one",
        "There are no negative values; a leg has a direction instead.",
        "accept a sign",
      ],
      ["money-plus", "plus", "+1", "money-one", "One value has one spelling.", "accept a sign"],
      ["money-leading-zero", "leading-zero", "01", "money-one", "One value has one spelling.", "accept leading zeros"],
      ["money-double-zero", "double-zero", "00", "money-zero", "Zero has one spelling.", "accept leading zeros"],
      ["money-decimal", "decimal-point", "1.0", "money-one", "Values are in minor units.", "accept a fraction"],
      [
        "money-exponent",
        "exponent",
        "1e3",
        "money-one",
        "Number constructors read exponents.",
        "read with a number constructor",
      ],
      [
        "money-hexadecimal",
        "hexadecimal",
        "0x10",
        "money-one",
        "BigInt constructors read hexadecimal.",
        "read with a BigInt constructor",
      ],
      ["money-space", "space", " 1", "money-one", "Number constructors skip spaces.", "trim"],
      [
        "money-line-feed",
        "trailing-line-feed",
        "1\n",
        "money-one",
        "In many languages $ matches before a final line feed.",
        "anchor with $ only",
      ],
      ["money-separator", "underscore", "1_000", "money-one", "Python's int() reads underscores.", "read with int()"],
      [
        "money-arabic-digits",
        "arabic-indic-digits",
        "\u0661",
        "money-one",
        "Python's int() and \\d know the digits of many scripts.",
        "match \\d in Unicode mode",
      ],
    ] as const
  ).map(
    ([id, fault, text, twin, why, kills]): Case => ({
      id,
      clause: "MONEY-1",
      code: "MONEY_VALUE",
      fault,
      twin,
      why,
      kills,
      input: { text },
    }),
  ),
];

/** The one spelling of a money value. */
export const money: VectorFile = file("money/value.json", "money.parse", "The one spelling of a money value.", cases);
