import { BlockList, isIPv4, isIPv6 } from "node:net";

// What the IANA registries of special purposes list for IPv4, multicast and reserved space, and the one address of a
// cloud's inside that lies in public space. The registries change every few years.
const IPV4: readonly string[] = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "168.63.129.16/32",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

// Of IPv6 only global unicast is public at all: mapped addresses, NAT64, loopback, link-local and private ones lie
// elsewhere. Within it, what is special or carries an address of IPv4.
const IPV6_PUBLIC = "2000::/3";
const IPV6: readonly string[] = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

/** Judges addresses: whether a server may connect to one (HOOK-6). */
export type AddressPolicy = {
  readonly isPublic: (address: string) => boolean;
  readonly isLoopback: (address: string) => boolean;
};

/**
 * Makes a policy.
 *
 * @param refuse - networks of the operator in public space, such as `203.0.114.0/24`.
 * @throws TypeError for one that is no network.
 */
export function addressPolicy(refuse: readonly string[] = []): AddressPolicy {
  const special = listOf([...IPV4, ...IPV6, ...refuse]);
  const global = listOf([IPV6_PUBLIC]);
  const loopback = listOf(["127.0.0.0/8", "::1/128"]);
  return {
    isPublic: (address) =>
      isIPv4(address)
        ? !special.check(address, "ipv4")
        : isIPv6(address) && global.check(address, "ipv6") && !special.check(address, "ipv6"),
    isLoopback: (address) => (isIPv4(address) || isIPv6(address)) && loopback.check(address, familyOf(address)),
  };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix = ""] = network.split("/");
    if (!isIPv4(address) && !isIPv6(address))
      throw new TypeError(`expected a network such as 10.0.0.0/8, found ${network}`);
    list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
