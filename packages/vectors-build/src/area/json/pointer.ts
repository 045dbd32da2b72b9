import { type Case, field, file, type VectorFile } from "../../format.ts";

const pointerDoc = '{"a":[10,{"b/c":true,"m~n":"x","":"empty"}],"01":"text","constructor":7}';

const pointerInput = (pointer: string) => ({ document: field(pointerDoc), pointer });

const cases: readonly Case[] = [
  {
    id: "pointer-member",
    clause: "JSON-10",
    why: "A token names a member.",
    input: pointerInput("/constructor"),
    facts: { found: true, value: 7 },
  },
  {
    id: "pointer-escapes",
    clause: "JSON-10",
    why: "~1 stands for / and ~0 for ~.",
    kills: "no unescaping",
    input: pointerInput("/a/1/b~1c"),
    facts: { found: true, value: true },
  },
  {
    id: "pointer-tilde",
    clause: "JSON-10",
    why: "~0 must be unescaped last, or ~01 would become /.",
    kills: "unescape ~0 before ~1",
    input: { document: field('{"~1":1,"/":2}'), pointer: "/~01" },
    facts: { found: true, value: 1 },
  },
  {
    id: "pointer-empty-token",
    clause: "JSON-10",
    why: "A trailing slash names the member with the empty name.",
    kills: "drop empty tokens",
    input: pointerInput("/a/1/"),
    facts: { found: true, value: "empty" },
  },
  {
    id: "pointer-array-index",
    clause: "JSON-10",
    why: "Digits name an entry of an array.",
    input: pointerInput("/a/0"),
    facts: { found: true, value: 10 },
  },
  {
    id: "pointer-digits-in-object",
    clause: "JSON-10",
    why: "In an object digits are a name like any other, with leading zero and all.",
    kills: "read digits as an index everywhere",
    input: pointerInput("/01"),
    facts: { found: true, value: "text" },
  },
  {
    id: "pointer-leading-zero",
    clause: "JSON-10",
    why: "An index with a leading zero finds nothing, or one entry would have many names.",
    kills: "parse 00 as 0",
    input: pointerInput("/a/00"),
    facts: { found: false },
  },
  {
    id: "pointer-dash",
    clause: "JSON-10",
    why: "The place behind the last entry holds nothing.",
    kills: "read - as the last entry",
    input: pointerInput("/a/-"),
    facts: { found: false },
  },
  {
    id: "pointer-length",
    clause: "JSON-10",
    why: "length is a property of arrays in JavaScript and nothing in JSON.",
    kills: "resolve by property access",
    input: pointerInput("/a/length"),
    facts: { found: false },
  },
  {
    id: "pointer-inherited",
    clause: "JSON-10",
    why: "Inherited members are not in the document.",
    kills: "resolve by property access",
    input: pointerInput("/toString"),
    facts: { found: false },
  },
  {
    id: "pointer-into-string",
    clause: "JSON-10",
    why: "A string has no members.",
    kills: "index into strings",
    input: pointerInput("/01/0"),
    facts: { found: false },
  },
  {
    id: "pointer-without-slash",
    clause: "JSON-10",
    code: "JSON_POINTER",
    fault: "no-slash",
    twin: "pointer-member",
    why: "Only the empty pointer starts without a slash.",
    kills: "prepend a slash",
    input: pointerInput("constructor"),
  },
  {
    id: "pointer-bad-escape",
    clause: "JSON-10",
    code: "JSON_POINTER",
    fault: "tilde-2",
    twin: "pointer-escapes",
    why: "~ stands only before 0 or 1.",
    kills: "leave unknown escapes alone",
    input: pointerInput("/a/1/m~2n"),
  },
  {
    id: "pointer-trailing-tilde",
    clause: "JSON-10",
    code: "JSON_POINTER",
    fault: "trailing-tilde",
    twin: "pointer-escapes",
    why: "~ stands only before 0 or 1, not at the end.",
    kills: "leave a trailing tilde alone",
    input: pointerInput("/a~"),
  },
];

/** JSON Pointers over own members. */
export const pointer: VectorFile = file(
  "json/pointer.json",
  "pointer.resolve",
  "JSON Pointers over own members.",
  cases,
);
