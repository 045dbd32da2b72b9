import { describe, expect, test } from "vitest";
import { checkLinks, checkRepository } from "./links.ts";

const faultsOf = (files: Readonly<Record<string, string>>): readonly string[] =>
  checkLinks(Object.keys(files), (path) => files[path] ?? "").faults;

describe("links", () => {
  test("lead to files, folders and anchors that are there", () => {
    const files = {
      "README.md": `# A
[file](docs/a.md), [folder](docs), [own](#a), [other](docs/a.md#two-words-and-code), [again](docs/a.md#b-1),
<a href="docs/a.md#by-hand">x</a>, ![picture](docs/p.svg), [root](/docs/a.md), [mark](docs/a.md#été)
\`[no link](nowhere.md)\`

\`\`\`md
[no link](nowhere.md)
\`\`\`

[ref]

[ref]: docs/a.md`,
      "docs/a.md": '# Two words, and `code`!\n## B\n## B\n## Été\n<a id="by-hand"></a>\n[up](../README.md)\n',
      "docs/p.svg": "",
    };
    expect(faultsOf(files)).toEqual([]);
  });

  test.each([
    ["[x](nowhere.md)", "a clone does not have"],
    ["[x](#nowhere)", "does not have"],
    ["[x](docs/a.md#nowhere)", "names an anchor"],
    ["[x](../outside.md)", "out of the repository"],
    ["![x](docs/none.svg)", "a clone does not have"],
    ['<img src="docs/none.svg">', "a clone does not have"],
    ["[x][r]\n\n[r]: nowhere.md", "a clone does not have"],
    ["[x](out/demo/report.html)", "a clone does not have"],
  ])("red: %s", (text, fault) => {
    expect(faultsOf({ "README.md": text, "docs/a.md": "# A" })).toEqual([expect.stringContaining(fault)]);
  });

  test("that lead outside are listed, not judged", () => {
    const { external, faults } = checkLinks(["a.md"], () => "[x](https://example.com/a) <mailto:a@example.com>");
    expect([[...external.keys()], faults]).toEqual([["https://example.com/a", "mailto:a@example.com"], []]);
  });

  test("of the whole repository lead somewhere", async () => {
    const { faults, checked } = await checkRepository();
    expect(faults).toEqual([]);
    expect(checked).toBeGreaterThan(50);
  });
});
