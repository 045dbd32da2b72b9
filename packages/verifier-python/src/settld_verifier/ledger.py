"""The agreement ledger (area LEDGER): postings that every event of a log gives."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Optional, Set, Tuple

from .errors import SettldError

Asset = Tuple[str, int]  # assetCode, assetScale
KINDS = ("buyer", "seller", "escrow", "holdback", "fee")


@dataclass(frozen=True)
class Account:
    kind: str  # of KINDS
    asset: Asset
    owner: Optional[str] = None
    agreement: Optional[str] = None


@dataclass(frozen=True)
class Posting:
    account: Account
    amount: int


@dataclass(frozen=True)
class Transaction:
    id: str  # digest of the event
    postings: Tuple[Posting, ...]


@dataclass
class Ledger:
    """Applies transactions in order and checks LEDGER-1 to LEDGER-3 over them.

    Without an asset, that of the first posting is the agreement's.
    """

    asset: Optional[Asset] = None
    balances: Dict[Account, int] = field(default_factory=dict)
    transactions: List[Transaction] = field(default_factory=list)
    _ids: Set[str] = field(default_factory=set)

    def apply(self, transaction: Transaction) -> None:
        if transaction.id in self._ids:
            raise SettldError("LEDGER_DUPLICATE", transaction.id)
        for posting in transaction.postings:
            self.asset = self.asset or posting.account.asset
            if posting.account.asset != self.asset:
                raise SettldError("LEDGER_ASSET_MIXED", posting.account.kind)
        if sum(posting.amount for posting in transaction.postings) != 0:
            raise SettldError("LEDGER_UNBALANCED", transaction.id)
        after = dict(self.balances)
        for posting in transaction.postings:
            after[posting.account] = after.get(posting.account, 0) + posting.amount
        for account, balance in after.items():
            if account.kind in ("escrow", "holdback") and balance < 0:
                raise SettldError("LEDGER_OVERDRAWN", account.kind)
        self.balances = after
        self._ids.add(transaction.id)
        self.transactions.append(transaction)

    def close(self) -> None:
        for account, balance in self.balances.items():
            if account.kind in ("escrow", "holdback") and balance != 0:
                raise SettldError("LEDGER_NOT_ZERO", account.kind)

    def balance(self, kind: str) -> int:
        return sum(amount for account, amount in self.balances.items() if account.kind == kind)

    def balances_json(self) -> Dict[str, str]:
        return {kind: str(self.balance(kind)) for kind in KINDS}


@dataclass(frozen=True)
class Book:
    """Makes the transactions of one agreement."""

    agreement: str
    asset: Asset
    buyer: str
    seller: str
    settler: str

    def _account(self, kind: str) -> Account:
        if kind in ("escrow", "holdback"):
            return Account(kind, self.asset, agreement=self.agreement)
        owner = {"buyer": self.buyer, "seller": self.seller, "fee": self.settler}[kind]
        return Account(kind, self.asset, owner=owner)

    def _transaction(self, event: str, entries: Iterable[Tuple[str, int]]) -> Transaction:
        postings = tuple(Posting(self._account(kind), amount) for kind, amount in entries if amount)
        return Transaction(event, postings)

    def funding(self, event: str, amount: int) -> Transaction:
        return self._transaction(event, (("buyer", -amount), ("escrow", amount)))

    def settlement(self, event: str, to_seller: int, fee: int, to_buyer: int, held: int) -> Transaction:
        return self._transaction(
            event,
            (
                ("escrow", -(to_seller + fee + to_buyer + held)),
                ("seller", to_seller),
                ("fee", fee),
                ("buyer", to_buyer),
                ("holdback", held),
            ),
        )

    def release(self, event: str, to_seller: int, fee: int, to_buyer: int) -> Transaction:
        return self._transaction(
            event,
            (
                ("holdback", -(to_seller + fee + to_buyer)),
                ("seller", to_seller),
                ("fee", fee),
                ("buyer", to_buyer),
            ),
        )
