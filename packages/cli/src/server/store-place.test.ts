import { expect, test } from "vitest";
import { storePlace } from "./store-place.ts";

const usage = expect.objectContaining({ code: "CLI_USAGE" });
const database = { dir: ".settld", database: true } as const;

test("a folder, or the database that the environment names", () => {
  expect(storePlace({ dir: "x" }, { DATABASE_URL: "postgres://u@h/d" })).toEqual({ in: "folder", dir: "x", name: "x" });
  const url = "postgres://user:s3cret@db.example:6432/settld?sslmode=verify-full";
  expect(storePlace(database, { DATABASE_URL: url })).toEqual({
    in: "database",
    url,
    name: "db.example:6432/settld",
  });
  expect(storePlace(database, { DATABASE_URL: url, SETTLD_DATABASE_URL: "postgresql://h/e" }).name).toBe("h/e");
});

test("two places, none, or no URL of PostgreSQL are refused, without its text", () => {
  expect(() => storePlace({ dir: "x", database: true }, { DATABASE_URL: "postgres://h/d" })).toThrow(usage);
  expect(() => storePlace(database, { DATABASE_URL: "" })).toThrow(usage);
  for (const text of ["mysql://u:s3cret@h/d", "host=h password=s3cret"]) {
    expect(() => storePlace(database, { DATABASE_URL: text })).toThrow(usage);
    expect(() => storePlace(database, { DATABASE_URL: text })).not.toThrow(/s3cret/);
  }
});
