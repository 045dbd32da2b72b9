import { Settld } from "@settld/sdk";
import { startTestServer } from "@settld/server/testing";

// A server in memory with two parties, one of whom has money. Yours is `settld serve`.
const server = await startTestServer();
const [buyer, seller] = [await server.party("buyer", "buyer"), await server.party("seller", "seller")];
await server.deposit(buyer.id, { value: "100000", assetCode: "USD", assetScale: 2 });
const { url: baseUrl, registryKey } = server;
const buying = new Settld({ baseUrl, registryKey, apiKey: buyer.apiKey, signer: buyer.signer });
const selling = new Settld({ baseUrl, registryKey, apiKey: seller.apiKey, signer: seller.signer });

const { id } = await buying.agreements.create({
  seller: seller.id,
  amount: "480.00 USD",
  policy: { requirements: [{ id: "looks-good", kind: "approval", onTimeout: "pass" }] },
});
await selling.agreements.accept(id);
await buying.agreements.fund(id);
await selling.agreements.submit(id, { files: { "visits.csv": "city,visits\nOslo,12\n" } });
// The buyer looks at the work, and approves what it has looked at.
const { submission } = await buying.agreements.retrieve(id);
const { status, reason } = await buying.agreements.approve(id, { submission: submission.digest });

const { report } = await selling.agreements.bundle(id);
console.log(status, reason, report.verdict, report.facts.totals.toSeller);
await server.close();
