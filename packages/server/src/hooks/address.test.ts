import { expect, test } from "vitest";
import { addressPolicy } from "./address.ts";
import { readEndpointUrl } from "./endpoint-url.ts";

const policy = addressPolicy(["198.41.0.0/24", "2a00:1450::/32"]);

test.each([
  ["0.0.0.0", "0.255.255.255", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255"],
  ["169.254.169.254", "168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1"],
  ["192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "255.255.255.255"],
  ["::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1"],
  ["fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "2001::1", "2001:10::1", "2001:db8::1"],
  ["2002:7f00:1::", "3fff::1", "5f00::1", "4000::1", "198.41.0.4", "2a00:1450:4001::1", "", "localhost", "1", "::1]"],
])("%s and the like are not called", (...addresses) => {
  expect(addresses.filter((address) => policy.isPublic(address))).toEqual([]);
});

test("public addresses are", () => {
  const addresses = [
    "8.8.8.8",
    "1.1.1.1",
    "172.15.255.255",
    "172.32.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "168.63.129.15",
  ];
  const more = ["198.41.1.4", "2606:4700::1111", "2a01::1", "2001:200::1", "2400:cb00::1"];
  expect([...addresses, ...more].filter((address) => !policy.isPublic(address))).toEqual([]);
  expect(addressPolicy().isPublic("198.41.0.4")).toBe(true);
  expect(() => addressPolicy(["nonsense"])).toThrow(TypeError);
});

const codeOf = (url: string, allowLoopback = false): string => {
  try {
    readEndpointUrl(url, policy, allowLoopback);
    return "fine";
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

test("a URL is https to a public place", () => {
  for (const url of [
    "https://hooks.example/a?b=c",
    "https://hooks.example:8443/",
    "https://hooks.example:1024/",
    "https://8.8.8.8/",
    "https://[2606:4700::1111]/",
    // Names are judged when they are called.
    "https://localhost/",
  ]) {
    expect([url, codeOf(url)]).toEqual([url, "fine"]);
  }
  for (const url of [
    "http://hooks.example/",
    "ftp://hooks.example/",
    "https://user@hooks.example/",
    "https://:secret@hooks.example/",
    "https://hooks.example/#x",
    "https://hooks.example/#",
    "https://hooks.example:22/",
    "https://hooks.example:80/",
    "https://hooks.example:1023/",
    "https://hooks.example:99999/",
    "https://",
    "hooks.example",
    `https://hooks.example/${"a".repeat(2_048)}`,
  ]) {
    expect([url, codeOf(url)]).toEqual([url, "HOOK_URL"]);
  }
  // Every spelling of an address is one address.
  for (const host of [
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "[::1]",
    "[::ffff:7f00:1]",
    "169.254.169.254",
    "0",
  ]) {
    expect([host, codeOf(`https://${host}/`)]).toEqual([host, "HOOK_ADDRESS"]);
  }
  expect(codeOf("https://ⓗooks.example:443/")).toBe("fine");
});

test("for development also this machine, and nothing else inside", () => {
  for (const url of ["http://127.0.0.1:8080/", "http://localhost:3000/x", "http://[::1]:99/", "https://127.0.0.1/"]) {
    expect([url, codeOf(url, true)]).toEqual([url, "fine"]);
  }
  for (const [url, code] of [
    ["http://10.0.0.1/", "HOOK_URL"],
    ["https://10.0.0.1/", "HOOK_ADDRESS"],
    ["http://hooks.example/", "HOOK_URL"],
    ["https://0.0.0.0/", "HOOK_ADDRESS"],
  ] as const) {
    expect([url, codeOf(url, true)]).toEqual([url, code]);
  }
});
