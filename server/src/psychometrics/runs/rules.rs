//! What can be asked, and who decides on what comes of it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::entity::enums::{MeasurementDecision, MeasurementKind, MeasurementStatus};
use crate::ids::{FormId, UserId};
use crate::psychometrics::calibration::report::{Anchoring, CalibrationModel};
use crate::psychometrics::dif::report::GroupCriterion;
use crate::psychometrics::store::Period;

/// More forms than a pool has.
pub const MAX_FORMS: usize = 200;

/// What is to be computed, over the attempts that ended from the one day to the other, both included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Asked {
    Analysis {
        form: Uuid,
        from: NaiveDate,
        until: NaiveDate,
    },
    Calibration {
        forms: Vec<Uuid>,
        from: NaiveDate,
        until: NaiveDate,
        model: CalibrationModel,
        anchoring: Anchoring,
    },
    Dif {
        form: Uuid,
        from: NaiveDate,
        until: NaiveDate,
        by: GroupCriterion,
        /// The group that the others are compared with; the largest when none is named.
        #[serde(default)]
        reference: Option<String>,
        /// Take items that show a difference out of the matching score, and start over.
        purify: bool,
    },
}

impl Asked {
    pub const fn kind(&self) -> MeasurementKind {
        match self {
            Self::Analysis { .. } => MeasurementKind::Analysis,
            Self::Calibration { .. } => MeasurementKind::Calibration,
            Self::Dif { .. } => MeasurementKind::Dif,
        }
    }

    pub fn forms(&self) -> Vec<FormId> {
        match self {
            Self::Analysis { form, .. } | Self::Dif { form, .. } => vec![FormId(*form)],
            Self::Calibration { forms, .. } => forms.iter().map(|form| FormId(*form)).collect(),
        }
    }

    pub const fn period(&self) -> Period {
        match self {
            Self::Analysis { from, until, .. } | Self::Calibration { from, until, .. } | Self::Dif { from, until, .. } => {
                Period { from: *from, until: *until }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecisionRefusal {
    /// Only what a finished calibration proposes can be decided on, and once.
    NothingToDecide,
    /// Four eyes: who asked for a calibration does not approve it.
    OwnCalibration,
    ReasonNeeded,
}

/// May this person approve or reject what a calibration proposes?
pub fn may_decide(
    run: (MeasurementKind, MeasurementStatus, Option<MeasurementDecision>),
    asked_by: Option<UserId>,
    actor: UserId,
    decision: MeasurementDecision,
    reason: &str,
) -> Result<(), DecisionRefusal> {
    if run != (MeasurementKind::Calibration, MeasurementStatus::Done, None) {
        Err(DecisionRefusal::NothingToDecide)
    } else if decision == MeasurementDecision::Approved && asked_by == Some(actor) {
        Err(DecisionRefusal::OwnCalibration)
    } else if decision == MeasurementDecision::Rejected && reason.trim().is_empty() {
        Err(DecisionRefusal::ReasonNeeded)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use MeasurementDecision::{Approved, Rejected};
    use MeasurementKind::{Analysis, Calibration};
    use MeasurementStatus::{Done, Running};

    #[test]
    fn a_calibration_is_approved_by_somebody_else_and_rejected_with_a_reason() {
        let (ann, bo) = (UserId::new(), UserId::new());
        let done = (Calibration, Done, None);
        assert_eq!(may_decide(done, Some(ann), ann, Approved, ""), Err(DecisionRefusal::OwnCalibration));
        assert_eq!(may_decide(done, Some(ann), bo, Approved, ""), Ok(()));
        assert_eq!(may_decide(done, Some(ann), ann, Rejected, " "), Err(DecisionRefusal::ReasonNeeded));
        assert_eq!(may_decide(done, Some(ann), ann, Rejected, "too few answers"), Ok(()));
        for other in [(Calibration, Running, None), (Analysis, Done, None), (Calibration, Done, Some(Rejected))] {
            assert_eq!(may_decide(other, Some(ann), bo, Approved, ""), Err(DecisionRefusal::NothingToDecide));
        }
    }

    #[test]
    fn the_period_before_is_as_long_and_ends_where_this_one_begins() {
        let day = |text: &str| text.parse().unwrap();
        let period = Period { from: day("2026-03-01"), until: day("2026-03-31") };
        let before = period.before().unwrap();
        assert_eq!((before.from, before.until), (day("2026-01-29"), day("2026-02-28")));
        assert!(period.holds(day("2026-03-31")) && !period.holds(day("2026-04-01")));
    }
}
