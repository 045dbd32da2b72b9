/** Text that attacks whoever shows, stores or compares it, and the mistake that changes or refuses it. */
export const TEXTS: readonly (readonly [name: string, text: string, why: string, kills: string])[] = [
  [
    "override",
    "pay \u202e000,1\u202c USD",
    "Right-to-left override: it reads as another sum.",
    "strip characters that turn the direction of reading",
  ],
  [
    "isolates",
    "a\u2066b\u2067c\u2068d\u2069e\u061cf\u200eg\u200fh",
    "Isolates and marks of direction.",
    "strip characters that turn the direction of reading",
  ],
  ["nul", "a\u0000b", "Behind NUL the text goes on.", "end text at NUL"],
  [
    "escape-sequence",
    "a\u001b[2J\u001b[Hb\u001b[31m",
    "It clears a terminal that it is printed to.",
    "strip escape sequences",
  ],
  [
    "hyperlink",
    "\u001b]8;;https://evil.example\u0007accept\u001b]8;;\u0007",
    "A link of a terminal that shows another target.",
    "strip escape sequences",
  ],
  [
    "c1-control",
    "a\u009b2Jb\u0085c",
    "Control characters of one byte in Latin-1.",
    "read C1 control characters as something else",
  ],
  [
    "overwrite",
    "reject\raccept\b\b",
    "It goes back and writes over what stands before it.",
    "turn carriage returns into line feeds",
  ],
  ["forged-line", "a\naccept  b.settld\r\nc", "It adds a line to a report.", "turn line ends into one kind"],
  [
    "other-line-ends",
    "a\u2028b\u2029c\u000bd\u000ce",
    "Line ends that only some programs know.",
    "escape line separators in canonical form",
  ],
  [
    "no-width",
    "a\u200bb\u200dc\u2060d\ufeffe\u00adf",
    "Characters that nobody sees, a byte order mark among them.",
    "strip characters of no width",
  ],
  [
    "tags",
    "a\u{e0041}\u{e0042}\ufe0f\u{e0100}",
    "Text hidden in tags and variation selectors.",
    "drop characters that are not shown",
  ],
  ["piled-marks", `a${"\u0301".repeat(20)}`, "Twenty accents on one letter.", "normalize text"],
  [
    "decomposed",
    "e\u0301 \u212b \ufb01 \u1e9b\u0323",
    "Characters that normalization would change, each in its own way.",
    "normalize text",
  ],
  ["noncharacters", "\ufffe\uffff\u{1fffe}\u{10ffff}", "Noncharacters are text.", "replace noncharacters"],
  [
    "replacement",
    "\ufffd?",
    "A replacement character that somebody wrote, and that replaces nothing.",
    "take U+FFFD as a sign of bad UTF-8",
  ],
  ["spaces-around", " \t a \u00a0\u3000 ", "White space at both ends belongs to the text.", "trim text"],
  ["script", "<script>alert(1)</script><!-- ]]> &lt;", "Markup of a page.", "escape text where it is read"],
  ["attribute", '" onmouseover="alert(1)" x=\'`', "It ends an attribute.", "escape quotes as entities"],
  ["markdown", "[accept](javascript:alert(1)) ![x](y) `|` **b**\n# h", "Markup of a message.", "interpret markup"],
  ["formula", '=HYPERLINK("https://evil.example","x")', "A formula of a table.", "put an apostrophe in front"],
  ["formula-after-tab", "\t+1+cmd|' /C calc'!A0", "A formula behind a tab.", "strip leading white space"],
  ["cells", 'a",b\r\nc;=1', "It adds cells and rows to a table.", "double quotes where text is read"],
  [
    "ci-command",
    "::set-output name=x::y\n::error file=a::b",
    "Commands of a build log.",
    "break colons where text is read",
  ],
  [
    "ci-other-commands",
    "##vso[task.setvariable variable=x]y ##teamcity[x] ##[group]z",
    "Commands of other build logs.",
    "break commands where text is read",
  ],
  ["shell", "'; rm -rf /; $(id) `id` \\\"", "It leaves the quotes of a shell.", "strip backslashes"],
  [
    "template",
    "$\u007b7*7} {{7*7}} %s %n {0} \\u0041 \\n",
    "Templates and escapes that are text here.",
    "unescape twice",
  ],
  [
    "json",
    '"}],"body":{"toSeller":"1"},"x":[{"',
    "It looks like the rest of a document.",
    "put documents together as text",
  ],
  ["path", "../../etc/passwd\\..\\x C:\\x %2e%2e%2f", "Paths that lead out of a folder.", "clean paths in any text"],
];

/** The text of this name. */
export const textOf = (name: string): string => TEXTS.find(([other]) => other === name)?.[1] ?? "";
