//! What the refusals around measurement say to the caller.

use super::{Code, Problem};
use crate::psychometrics::runs::actions::RunRefusal;
use crate::psychometrics::runs::rules::DecisionRefusal;
use crate::psychometrics::standards::actions::StandardRefusal;
use crate::psychometrics::standards::rules::JudgementFault;

impl From<RunRefusal> for Problem {
    fn from(refusal: RunRefusal) -> Self {
        match refusal {
            RunRefusal::NotFound => Self::not_found(),
            RunRefusal::NoForm => Self::field("/form", Code::FormNotMeasured),
            RunRefusal::Forms => Self::field("/forms", Code::Required),
            RunRefusal::Period => Self::field("/until", Code::WrongOrder),
            RunRefusal::Ended => Self::new(Code::MeasurementEnded),
            RunRefusal::Decision(DecisionRefusal::NothingToDecide) => Self::new(Code::NothingToDecide),
            RunRefusal::Decision(DecisionRefusal::OwnCalibration) => Self::new(Code::OwnCalibration),
            RunRefusal::Decision(DecisionRefusal::ReasonNeeded) => Self::field("/reason", Code::Required),
            RunRefusal::Conflict => Self::new(Code::Conflict),
            RunRefusal::Database(error) => error.into(),
        }
    }
}

impl From<StandardRefusal> for Problem {
    fn from(refusal: StandardRefusal) -> Self {
        match refusal {
            StandardRefusal::NotFound => Self::not_found(),
            StandardRefusal::NoForm => Self::field("/form", Code::FormNotMeasured),
            StandardRefusal::NotByQuestions => Self::new(Code::CutNotByQuestions),
            StandardRefusal::NoParameters => Self::field("/method", Code::NoParameters),
            StandardRefusal::NameTaken => Self::field("/name", Code::NameTaken),
            StandardRefusal::Full => Self::new(Code::PanelFull),
            StandardRefusal::Closed => Self::new(Code::StandardClosed),
            StandardRefusal::StillOpen => Self::new(Code::StandardOpen),
            StandardRefusal::OtherRound => Self::new(Code::OtherRound),
            StandardRefusal::NoLevel => Self::field("/level", Code::OutOfRange),
            StandardRefusal::Judgement(JudgementFault::Count) => Self::field("/marks", Code::JudgementIncomplete),
            StandardRefusal::Judgement(JudgementFault::Range(place)) => Self::field(format!("/marks/{place}"), Code::OutOfRange),
            StandardRefusal::Incomplete(missing) => Self::new(Code::RoundIncomplete).with_fact("missing", missing),
            StandardRefusal::Cuts(_) => Self::new(Code::CutsNotRising),
            StandardRefusal::AlreadyProposed => Self::new(Code::AlreadyProposed),
            StandardRefusal::Past => Self::field("/valid_from", Code::DateInPast),
            StandardRefusal::OwnProposal => Self::new(Code::OwnProposal),
            StandardRefusal::Decided => Self::new(Code::NothingToDecide),
            StandardRefusal::Policy(refusal) => refusal.into(),
            StandardRefusal::Database(error) => error.into(),
        }
    }
}
