//! What a line of a statement pays. Pure.

use crate::entity::enums::BankRemark;
use crate::ids::PaymentId;
use crate::money::Cents;

/// The order that a communication names, as it stands before the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub due: Cents,
    pub cancelled: bool,
    /// Transfers that a clerk wrote down before the bank showed them.
    pub written_down: Vec<(PaymentId, Cents)>,
}

/// What becomes of the money of a line: `pays + clears + left` is the whole of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Pays the order now.
    pub pays: Cents,
    /// Was paid already, by what a clerk wrote down.
    pub clears: Cents,
    pub cleared: Option<PaymentId>,
    /// Belongs to no order.
    pub left: Cents,
    /// Why somebody must look at it.
    pub remark: Option<BankRemark>,
}

pub fn decide(amount: Cents, has_communication: bool, target: Option<&Target>) -> Decision {
    let look = |remark| Decision { left: amount, remark: Some(remark), ..Decision::default() };
    if amount < Cents::ZERO {
        return look(BankRemark::Outgoing);
    }
    let Some(target) = target else {
        return look(if has_communication { BankRemark::Unknown } else { BankRemark::NoCommunication });
    };
    if let Some((payment, _)) = target.written_down.iter().find(|(_, written)| *written == amount) {
        return Decision { clears: amount, cleared: Some(*payment), ..Decision::default() };
    }
    if target.cancelled {
        return look(BankRemark::Cancelled);
    }
    if target.due <= Cents::ZERO {
        return look(BankRemark::Duplicate);
    }
    let pays = amount.min(target.due);
    let remark = match amount.cmp(&target.due) {
        std::cmp::Ordering::Less => Some(BankRemark::Underpaid),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(BankRemark::Overpaid),
    };
    Decision { pays, left: amount - pays, remark, ..Decision::default() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(due: i64) -> Target {
        Target { due: Cents(due), cancelled: false, written_down: Vec::new() }
    }

    #[test]
    fn the_cases_that_a_statement_brings() {
        let paid = decide(Cents(9_000), true, Some(&target(9_000)));
        assert_eq!(paid, Decision { pays: Cents(9_000), ..Decision::default() });
        for (amount, communication, order, pays, left, remark) in [
            (8_000, true, Some(target(9_000)), 8_000, 0, BankRemark::Underpaid),
            (10_000, true, Some(target(9_000)), 9_000, 1_000, BankRemark::Overpaid),
            (9_000, true, Some(target(0)), 0, 9_000, BankRemark::Duplicate),
            (9_000, true, Some(Target { cancelled: true, ..target(0) }), 0, 9_000, BankRemark::Cancelled),
            (9_000, true, None, 0, 9_000, BankRemark::Unknown),
            (9_000, false, None, 0, 9_000, BankRemark::NoCommunication),
            (-500, false, None, 0, -500, BankRemark::Outgoing),
        ] {
            let decision = decide(Cents(amount), communication, order.as_ref());
            assert_eq!((decision.pays, decision.left, decision.remark), (Cents(pays), Cents(left), Some(remark)));
        }
    }

    #[test]
    fn what_a_clerk_wrote_down_is_not_paid_a_second_time() {
        let payment = PaymentId::new();
        let written = Target { written_down: vec![(payment, Cents(9_000))], ..target(0) };
        let decision = decide(Cents(9_000), true, Some(&written));
        assert_eq!((decision.pays, decision.clears, decision.cleared), (Cents(0), Cents(9_000), Some(payment)));
        assert_eq!(decide(Cents(9_001), true, Some(&written)).remark, Some(BankRemark::Duplicate));
    }

    proptest! {
        #[test]
        fn no_cent_is_lost_or_doubled_and_no_order_is_paid_beyond_what_is_due(
            amount in prop_oneof![-20_000_i64..0, 1_i64..20_000], due in -5_000_i64..20_000, cancelled: bool, written in prop::collection::vec(1_i64..20_000, 0..3), known: bool,
        ) {
            let written_down = written.into_iter().map(|cents| (PaymentId::new(), Cents(cents))).collect();
            let target = known.then_some(Target { due: Cents(due), cancelled, written_down });
            let decision = decide(Cents(amount), known, target.as_ref());
            prop_assert_eq!(decision.pays + decision.clears + decision.left, Cents(amount));
            prop_assert!(decision.pays.0 <= due.max(0));
            prop_assert!(decision.left == Cents(0) || decision.remark.is_some(), "money that belongs to nobody is looked at");
        }
    }
}
