//! Which accounts a movement touches. Pure. A debit is positive; the sides of an entry add up to nothing.

use std::collections::BTreeMap;

use crate::entity::enums::{Account, Bundle, PaymentMethod};
use crate::ids::UserId;
use crate::money::Cents;

/// One side of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    pub account: Account,
    /// Whose till, or which bundle.
    pub detail: Option<String>,
    pub amount: Cents,
}

pub type Sides = Vec<Side>;

fn side(account: Account, amount: Cents) -> Side {
    Side { account, detail: None, amount }
}

/// An order makes a debt of the candidate, and income by bundle.
pub fn order(lines: &[(Bundle, Cents)]) -> Sides {
    let total: Cents = lines.iter().map(|(_, cents)| *cents).sum();
    let mut sides = vec![side(Account::Receivable, total)];
    sides.extend(lines.iter().map(|(bundle, cents)| Side {
        account: Account::Revenue,
        detail: Some(bundle.as_str().to_owned()),
        amount: -*cents,
    }));
    settled(sides)
}

/// An order that lapses, or bundles that are taken back: the debt and the income go.
pub fn credit(lines: &[(Bundle, Cents)]) -> Sides {
    reversed(order(lines))
}

/// Where money of this kind lies. A card payment and a transfer that a clerk wrote down wait in clearing until the bank shows them.
pub fn held(method: PaymentMethod, clerk: UserId, amount: Cents) -> Side {
    match method {
        PaymentMethod::Cash => Side { account: Account::Cash, detail: Some(clerk.to_string()), amount },
        PaymentMethod::Terminal => side(Account::TerminalClearing, amount),
        PaymentMethod::Transfer => side(Account::TransferClearing, amount),
    }
}

/// A payment at the desk; taken back when the amount is negative.
pub fn payment(method: PaymentMethod, clerk: UserId, amount: Cents) -> Sides {
    settled(vec![held(method, clerk, amount), side(Account::Receivable, -amount)])
}

/// What a candidate paid and does not owe becomes a debt of the agency.
pub fn refund(amount: Cents) -> Sides {
    settled(vec![side(Account::Receivable, amount), side(Account::RefundsDue, -amount)])
}

/// A refund that is paid out of a drawer.
pub fn paid_out_in_cash(clerk: UserId, amount: Cents) -> Sides {
    settled(vec![side(Account::RefundsDue, amount), held(PaymentMethod::Cash, clerk, -amount)])
}

/// A refund by transfer that was ordered at the bank: it leaves the account when the statement shows it.
pub fn paid_out_by_transfer(amount: Cents) -> Sides {
    settled(vec![side(Account::RefundsDue, amount), side(Account::TransferClearing, -amount)])
}

/// More (positive) or less in the drawer than there should be.
pub fn till_difference(clerk: UserId, difference: Cents) -> Sides {
    settled(vec![held(PaymentMethod::Cash, clerk, difference), side(Account::TillDifferences, -difference)])
}

/// What a line of a statement turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BankSide {
    /// Pays an order.
    Order(Cents),
    /// Was written down by a clerk before, or is a refund that was ordered.
    Clearing(Cents),
    /// Nobody knows yet.
    Unallocated(Cents),
}

/// A line of a bank statement: money in is positive.
pub fn bank(sides: &[BankSide]) -> Sides {
    let mut all = Vec::new();
    let mut total = Cents::ZERO;
    for part in sides {
        let (account, amount) = match part {
            BankSide::Order(amount) => (Account::Receivable, *amount),
            BankSide::Clearing(amount) => (Account::TransferClearing, *amount),
            BankSide::Unallocated(amount) => (Account::Unallocated, *amount),
        };
        total = total + amount;
        all.push(side(account, -amount));
    }
    all.insert(0, side(Account::Bank, total));
    settled(all)
}

/// Money that belonged to nobody goes where somebody decided: to an order, back to the payer, or elsewhere in the books.
pub fn assign(to: Account, amount: Cents) -> Sides {
    settled(vec![side(Account::Unallocated, amount), side(to, -amount)])
}

pub fn reversed(sides: Sides) -> Sides {
    sides.into_iter().map(|side| Side { amount: -side.amount, ..side }).collect()
}

pub fn is_balanced(sides: &[Side]) -> bool {
    sides.iter().map(|side| side.amount).sum::<Cents>() == Cents::ZERO
}

/// Without the sides of nothing.
fn settled(sides: Sides) -> Sides {
    sides.into_iter().filter(|side| side.amount != Cents::ZERO).collect()
}

/// What each account stands at after these sides.
pub fn balances<'a>(sides: impl IntoIterator<Item = &'a Side>) -> BTreeMap<Account, Cents> {
    let mut balances: BTreeMap<Account, Cents> = BTreeMap::new();
    for side in sides {
        let balance = balances.entry(side.account).or_default();
        *balance = *balance + side.amount;
    }
    balances
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What can happen to money, in any order.
    #[derive(Clone, Debug)]
    enum Happening {
        Ordered(Vec<(Bundle, i64)>),
        Credited(Bundle, i64),
        Paid(PaymentMethod, i64),
        PaidBack(PaymentMethod, i64),
        Refunded(i64),
        PaidOut(bool, i64),
        Counted(i64),
        Statement { order: i64, clearing: i64, unknown: i64 },
        Assigned(Account, i64),
    }

    fn happening() -> impl Strategy<Value = Happening> {
        let cents = 1_i64..20_000;
        let signed = -20_000_i64..20_000;
        let bundle = || prop::sample::select(Bundle::ALL);
        let method = || prop::sample::select(PaymentMethod::ALL);
        prop_oneof![
            prop::collection::vec((bundle(), 0_i64..20_000), 1..4).prop_map(Happening::Ordered),
            (bundle(), cents.clone()).prop_map(|(bundle, cents)| Happening::Credited(bundle, cents)),
            (method(), cents.clone()).prop_map(|(method, cents)| Happening::Paid(method, cents)),
            (method(), cents.clone()).prop_map(|(method, cents)| Happening::PaidBack(method, cents)),
            cents.clone().prop_map(Happening::Refunded),
            (any::<bool>(), cents.clone()).prop_map(|(cash, cents)| Happening::PaidOut(cash, cents)),
            signed.clone().prop_map(Happening::Counted),
            (signed.clone(), signed.clone(), signed).prop_map(|(order, clearing, unknown)| Happening::Statement {
                order,
                clearing,
                unknown
            }),
            (prop::sample::select(vec![Account::Receivable, Account::RefundsDue, Account::Other]), cents)
                .prop_map(|(to, cents)| Happening::Assigned(to, cents)),
        ]
    }

    fn sides(happening: &Happening, clerk: UserId) -> Sides {
        let priced = |lines: &[(Bundle, i64)]| lines.iter().map(|(bundle, cents)| (*bundle, Cents(*cents))).collect::<Vec<_>>();
        match happening {
            Happening::Ordered(lines) => order(&priced(lines)),
            Happening::Credited(bundle, cents) => credit(&priced(&[(*bundle, *cents)])),
            Happening::Paid(method, cents) => payment(*method, clerk, Cents(*cents)),
            Happening::PaidBack(method, cents) => payment(*method, clerk, Cents(-cents)),
            Happening::Refunded(cents) => refund(Cents(*cents)),
            Happening::PaidOut(true, cents) => paid_out_in_cash(clerk, Cents(*cents)),
            Happening::PaidOut(false, cents) => paid_out_by_transfer(Cents(*cents)),
            Happening::Counted(cents) => till_difference(clerk, Cents(*cents)),
            Happening::Statement { order, clearing, unknown } => {
                bank(&[BankSide::Order(Cents(*order)), BankSide::Clearing(Cents(*clearing)), BankSide::Unallocated(Cents(*unknown))])
            }
            Happening::Assigned(to, cents) => assign(*to, Cents(*cents)),
        }
    }

    proptest! {
        #[test]
        fn whatever_happens_every_entry_and_the_whole_ledger_balance(history in prop::collection::vec(happening(), 0..60)) {
            let clerk = UserId::new();
            let entries: Vec<Sides> = history.iter().map(|one| sides(one, clerk)).collect();
            for entry in &entries {
                prop_assert!(is_balanced(entry), "{entry:?}");
                prop_assert!(entry.iter().all(|side| side.amount != Cents::ZERO));
            }
            let balances = balances(entries.iter().flatten());
            prop_assert_eq!(balances.values().copied().sum::<Cents>(), Cents::ZERO);
            // The drawer holds what came in less what went out, counted differences included.
            let drawer: i64 = history.iter().map(|one| match one {
                Happening::Paid(PaymentMethod::Cash, cents) | Happening::Counted(cents) => *cents,
                Happening::PaidBack(PaymentMethod::Cash, cents) | Happening::PaidOut(true, cents) => -cents,
                _ => 0,
            }).sum();
            prop_assert_eq!(balances.get(&Account::Cash).copied().unwrap_or_default(), Cents(drawer));
            // The bank account stands at what the statements say.
            let bank: i64 = history.iter().map(|one| match one {
                Happening::Statement { order, clearing, unknown } => order + clearing + unknown,
                _ => 0,
            }).sum();
            prop_assert_eq!(balances.get(&Account::Bank).copied().unwrap_or_default(), Cents(bank));
        }

        #[test]
        fn what_is_done_and_undone_leaves_nothing(lines in prop::collection::vec((prop::sample::select(Bundle::ALL), 1_i64..20_000), 1..4)) {
            let lines: Vec<_> = lines.into_iter().map(|(bundle, cents)| (bundle, Cents(cents))).collect();
            let both: Sides = order(&lines).into_iter().chain(credit(&lines)).collect();
            prop_assert!(balances(&both).values().all(|balance| *balance == Cents::ZERO));
        }
    }
}
