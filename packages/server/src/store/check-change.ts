import { accountName } from "./account-name.ts";
import type { AgreementChange, BookTransaction, Change, TransferRow } from "./store.ts";

/**
 * Checks what every adapter may rely on in a change and no store could answer with a conflict.
 *
 * @throws TypeError when the change contradicts itself.
 */
export function checkChange({ agreement, transactions, transfers }: Change): void {
  if (agreement !== undefined) checkAgreement(agreement);
  for (const transaction of transactions ?? []) checkTransaction(transaction);
  for (const transfer of transfers ?? []) checkTransfer(transfer);
}

function checkAgreement({ id, expectedEvents, append, row, roles }: AgreementChange): void {
  const name = `agreement ${id}`;
  expect(row.id === id, `${name}: expected its own row, found that of ${row.id}`);
  expect(isCount(expectedEvents), `${name}: expected a number of events, found ${expectedEvents}`);
  expect(expectedEvents > 0 || append.length > 0, `${name}: expected a first event, found none`);
  expect(roles === undefined || expectedEvents === 0, `${name}: expected roles only when it is made`);
  const events = expectedEvents + append.length;
  expect(row.events === events, `${name}: expected a row of ${events} events, found ${row.events}`);
  for (const [index, { seq }] of append.entries()) {
    expect(seq === expectedEvents + index, `${name}: expected event ${expectedEvents + index}, found ${seq}`);
  }
  const last = append.at(-1);
  expect(last === undefined || row.head === last.digest, `${name}: expected the last event as head, found ${row.head}`);
}

function checkTransaction({ id, postings }: BookTransaction): void {
  const [first] = postings;
  expect(first !== undefined, `transaction ${id}: expected postings, found none`);
  let sum = 0n;
  for (const { account, value } of postings) {
    const { assetCode, assetScale } = account;
    expect(value !== 0n, `transaction ${id}: expected no posting of zero, found one to ${accountName(account)}`);
    expect(
      assetCode === first?.account.assetCode && assetScale === first.account.assetScale,
      `transaction ${id}: expected one asset, found also ${assetCode}/${assetScale}`,
    );
    sum += value;
  }
  expect(sum === 0n, `transaction ${id}: expected postings that add up to zero, found ${sum}`);
}

function checkTransfer({ id, value }: TransferRow): void {
  expect(value > 0n, `transfer ${id}: expected a value above zero, found ${value}`);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function expect(condition: boolean, message: string): void {
  if (!condition) throw new TypeError(message);
}
