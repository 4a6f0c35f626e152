//! What was bought, what of it was used, and what is still owed. Pure.
//!
//! A bundle that was ordered is a right to sit each of its parts once, in whichever sitting, for whatever purpose and at whichever agency: whoever
//! changes purpose between the sittings, or moves, does not pay again for what is still unused. Two kinds of bundle stay where they
//! were given: one that a purpose made free serves that purpose only, and one from the time when tests cost nothing serves its own enrolment only.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::rules::bundle_of;
use crate::entity::enums::{Bundle, Part};
use crate::ids::{EnrolmentId, OrderLineId};

/// What a right serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tie {
    Enrolment,
    Purpose,
    Nothing,
}

/// A line of an order that did not lapse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Right {
    pub line: OrderLineId,
    pub bundle: Bundle,
    pub bought_at: DateTime<Utc>,
    pub enrolment: EnrolmentId,
    pub purpose: String,
    pub tie: Tie,
    /// When it was taken back: it still stands for what was used before.
    pub credited_at: Option<DateTime<Utc>>,
}

/// A part that was sat or has a seat. Cancelled seats and annulled tests are no use; who stays away has used the part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub part: Part,
    pub at: DateTime<Utc>,
    pub enrolment: EnrolmentId,
    pub purpose: String,
}

/// Which parts of each right are used.
pub type Used = BTreeMap<OrderLineId, BTreeSet<Part>>;

fn serves(right: &Right, part: Part, enrolment: EnrolmentId, purpose: &str) -> bool {
    bundle_of(part) == right.bundle
        && match right.tie {
            Tie::Enrolment => right.enrolment == enrolment,
            Tie::Purpose => right.purpose == purpose,
            Tie::Nothing => true,
        }
}

/// Gives each use a right, the earliest use first. It takes the right that serves the least else: this leaves most for the others.
pub fn allocate(rights: &[Right], uses: &[Use]) -> Used {
    let mut used: Used = rights.iter().map(|right| (right.line, BTreeSet::new())).collect();
    let mut in_order: Vec<&Use> = uses.iter().collect();
    in_order.sort_by_key(|one| (one.at, one.part));
    for one in in_order {
        let mut fitting: Vec<&Right> = rights
            .iter()
            .filter(|right| serves(right, one.part, one.enrolment, &one.purpose))
            .filter(|right| right.credited_at.is_none_or(|credited| one.at < credited))
            .filter(|right| used.get(&right.line).is_some_and(|parts| !parts.contains(&one.part)))
            .collect();
        fitting.sort_by_key(|right| (right.tie, right.enrolment != one.enrolment, right.bought_at, right.line));
        if let Some(parts) = fitting.first().and_then(|right| used.get_mut(&right.line)) {
            parts.insert(one.part);
        }
    }
    used
}

/// The bundles that must still be ordered to sit `wanted` as well.
pub fn owed(rights: &[Right], uses: &[Use], enrolment: Option<EnrolmentId>, purpose: &str, wanted: &[Part]) -> Vec<Bundle> {
    let used = allocate(rights, uses);
    // Whoever is not enrolled yet gets an enrolment that no right is tied to.
    let enrolment = enrolment.unwrap_or(EnrolmentId(uuid::Uuid::nil()));
    let is_free = |part: Part| {
        rights.iter().any(|right| {
            right.credited_at.is_none()
                && serves(right, part, enrolment, purpose)
                && used.get(&right.line).is_some_and(|parts| !parts.contains(&part))
        })
    };
    let missing = wanted.iter().filter(|part| **part != Part::Prescreening && !is_free(**part)).map(|part| bundle_of(*part));
    missing.collect::<BTreeSet<Bundle>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000 + minute * 60, 0).unwrap()
    }

    /// A candidate who books, cancels, changes purpose and takes back, by the rules.
    #[derive(Default)]
    struct Account {
        minute: i64,
        rights: Vec<Right>,
        uses: Vec<Use>,
        enrolments: Vec<(EnrolmentId, String)>,
    }

    impl Account {
        fn enrol(&mut self, purpose: &str) -> usize {
            self.enrolments.push((EnrolmentId::new(), purpose.to_owned()));
            self.enrolments.len() - 1
        }

        /// Books the parts and answers what had to be ordered for it.
        fn book(&mut self, enrolment: usize, parts: &[Part], tie: Tie) -> Vec<Bundle> {
            self.minute += 1;
            let (id, purpose) = self.enrolments[enrolment].clone();
            let bundles = owed(&self.rights, &self.uses, Some(id), &purpose, parts);
            for bundle in &bundles {
                let right = Right {
                    line: OrderLineId::new(),
                    bundle: *bundle,
                    bought_at: at(self.minute),
                    enrolment: id,
                    purpose: purpose.clone(),
                    tie,
                    credited_at: None,
                };
                self.rights.push(right);
            }
            self.uses.extend(parts.iter().map(|part| Use { part: *part, at: at(self.minute), enrolment: id, purpose: purpose.clone() }));
            bundles
        }

        fn used(&self, bundle: Bundle) -> usize {
            let used = allocate(&self.rights, &self.uses);
            self.rights.iter().filter(|right| right.bundle == bundle).map(|right| used[&right.line].len()).sum()
        }
    }

    const FIRST: [Part; 2] = [Part::Reading, Part::Listening];
    const SECOND: [Part; 2] = [Part::Writing, Part::Speaking];

    #[test]
    fn the_paths_of_a_candidate() {
        // (what happens, in bookings of (purpose, parts), and what each booking must order)
        type Booking = (usize, &'static [Part], &'static [Bundle]);
        let both: &[Bundle] = &[Bundle::Oral, Bundle::Written];
        let paths: &[(&str, &[Booking])] = &[
            ("both sittings: the first order pays for the second", &[(0, &FIRST, both), (0, &SECOND, &[])]),
            ("one part only: one bundle", &[(0, &[Part::Speaking], &[Bundle::Oral])]),
            (
                "the other part of a bundle that was bought for one",
                &[(0, &[Part::Speaking], &[Bundle::Oral]), (0, &[Part::Listening], &[])],
            ),
            ("a failed first sitting is sat again: both bundles anew", &[(0, &FIRST, both), (0, &FIRST, both), (0, &SECOND, &[])]),
            ("a retake of listening alone", &[(0, &FIRST, both), (0, &[Part::Listening], &[Bundle::Oral]), (0, &SECOND, &[])]),
            ("another purpose between the sittings pays nothing twice", &[(0, &FIRST, both), (1, &SECOND, &[])]),
            ("another purpose after both sittings pays again", &[(0, &FIRST, both), (0, &SECOND, &[]), (1, &FIRST, both)]),
            ("the test on living in Belgium is apart", &[(0, &FIRST, both), (1, &[Part::MoFinal], &[Bundle::Mo])]),
            ("the pre-screening costs nothing", &[(0, &[Part::Prescreening], &[])]),
        ];
        for (path, bookings) in paths {
            let mut account = Account::default();
            account.enrol("nationality");
            account.enrol("employer");
            for (enrolment, parts, ordered) in *bookings {
                assert_eq!(account.book(*enrolment, parts, Tie::Nothing), *ordered, "{path}");
            }
        }
    }

    #[test]
    fn what_a_purpose_made_free_serves_that_purpose_only() {
        let mut account = Account::default();
        let exemption = account.enrol("nt2_exemption");
        let nationality = account.enrol("nationality");
        assert_eq!(account.book(exemption, &FIRST, Tie::Purpose), [Bundle::Oral, Bundle::Written]);
        assert_eq!(account.book(nationality, &SECOND, Tie::Nothing), [Bundle::Oral, Bundle::Written]);
        assert_eq!(account.book(exemption, &SECOND, Tie::Purpose), []);
    }

    #[test]
    fn a_cancelled_seat_and_an_annulled_test_give_the_part_back() {
        let mut account = Account::default();
        let enrolment = account.enrol("nationality");
        account.book(enrolment, &FIRST, Tie::Nothing);
        account.uses.clear();
        assert_eq!(account.book(enrolment, &FIRST, Tie::Nothing), []);
    }

    #[test]
    fn a_bundle_that_was_taken_back_serves_nothing_more_and_still_stands_for_what_was_sat() {
        let mut account = Account::default();
        let enrolment = account.enrol("nationality");
        account.book(enrolment, &[Part::Listening], Tie::Nothing);
        account.minute += 1;
        account.rights[0].credited_at = Some(at(account.minute));
        assert_eq!(account.used(Bundle::Oral), 1);
        assert_eq!(account.book(enrolment, &[Part::Speaking], Tie::Nothing), [Bundle::Oral]);
        assert_eq!(account.book(enrolment, &[Part::Listening], Tie::Nothing), []);
    }

    proptest! {
        #[test]
        fn nobody_is_ever_charged_for_what_is_still_unused(
            steps in prop::collection::vec((0_usize..3, prop::collection::btree_set(prop::sample::select(Part::ALL), 1..4), 0_u8..10), 1..30),
        ) {
            let mut account = Account::default();
            for purpose in ["nationality", "employer", "mo_final"] {
                account.enrol(purpose);
            }
            for (enrolment, parts, dice) in steps {
                let parts: Vec<Part> = parts.into_iter().filter(|part| *part != Part::Prescreening).collect();
                let before = allocate(&account.rights, &account.uses);
                let unused = |rights: &[Right], part: Part| rights.iter().any(|right| {
                    right.credited_at.is_none() && right.bundle == bundle_of(part) && !before[&right.line].contains(&part)
                });
                let had: Vec<Part> = parts.iter().copied().filter(|part| unused(&account.rights, *part)).collect();
                match dice {
                    // The seat is cancelled: the right is there again.
                    0 => { account.uses.pop(); }
                    // A right without any use is taken back.
                    1 => if let Some(right) = account.rights.iter_mut().find(|right| right.credited_at.is_none() && before[&right.line].is_empty()) {
                        account.minute += 1;
                        right.credited_at = Some(at(account.minute));
                    },
                    _ => {
                        let ordered = account.book(enrolment, &parts, Tie::Nothing);
                        for bundle in &ordered {
                            prop_assert!(parts.iter().any(|part| bundle_of(*part) == *bundle && !had.contains(part)), "a bundle without a part that lacked it");
                        }
                        let (id, purpose) = account.enrolments[enrolment].clone();
                        prop_assert!(ordered.is_empty() || owed(&account.rights, &[], Some(id), &purpose, &parts).is_empty());
                    }
                }
                let used = allocate(&account.rights, &account.uses);
                // Every use has a right, each right serves each of its parts once, and only its own parts.
                prop_assert_eq!(used.values().map(BTreeSet::len).sum::<usize>(), account.uses.len());
                for right in &account.rights {
                    prop_assert!(used[&right.line].iter().all(|part| bundle_of(*part) == right.bundle));
                }
            }
            // Nobody bought more of a bundle than the uses and what was taken back or cancelled explain.
            for bundle in [Bundle::Oral, Bundle::Written, Bundle::Mo] {
                let bought = account.rights.iter().filter(|right| right.bundle == bundle && right.credited_at.is_none()).count();
                let free_again = allocate(&account.rights, &account.uses);
                let idle = account.rights.iter().filter(|right| right.bundle == bundle && right.credited_at.is_none() && free_again[&right.line].is_empty()).count();
                prop_assert!(bought - idle <= account.uses.iter().filter(|one| bundle_of(one.part) == bundle).count());
            }
        }
    }
}
