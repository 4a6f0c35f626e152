//! What the refusals at the desk say to the caller.

use serde_json::json;

use super::{Code, Problem};
use crate::fees::actions::FeeRefusal;
use crate::people::actions::PersonRefusal;
use crate::people::http::Duplicate;
use crate::people::insz::InszFault;
use crate::people::rules::Fault;
use crate::purposes::actions::EnrolRefusal;
use crate::purposes::rules::ChoiceFault;
use crate::sessions::actions::{BookRefusal, PlanRefusal};
use crate::sessions::rules::PlanFault;

impl From<InszFault> for Code {
    fn from(fault: InszFault) -> Self {
        match fault {
            InszFault::Form => Self::InszForm,
            InszFault::CheckDigits => Self::InszCheckDigits,
            InszFault::Date => Self::InszDate,
            InszFault::OtherBirthDate => Self::InszOtherBirthDate,
            InszFault::OtherSex => Self::InszOtherSex,
        }
    }
}

impl From<Fault> for Code {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing => Self::Required,
            Fault::TooLong => Self::TooLong,
            Fault::NotAName => Self::NotAName,
            Fault::Insz(fault) => fault.into(),
            Fault::ReasonBesideNumber => Self::ReasonBesideNumber,
            Fault::BirthDateOutOfRange => Self::BirthDateOutOfRange,
            Fault::NotALanguage => Self::NotALanguage,
            Fault::NotAnEmail => Self::NotAnEmail,
            Fault::NotAPhone => Self::NotAPhone,
        }
    }
}

impl From<PersonRefusal> for Problem {
    fn from(refusal: PersonRefusal) -> Self {
        match refusal {
            PersonRefusal::Faults(faults) => {
                Self::fields(faults.into_iter().map(|(field, fault)| (format!("/person/{field}"), fault.into())))
            }
            PersonRefusal::Reason(fault) => Self::field("/reason", fault.into()),
            PersonRefusal::SameInsz(person) => Self::new(Code::SameInsz).with_fact("duplicates", json!([Duplicate::from(&*person)])),
            PersonRefusal::LikelyDuplicates(people) => {
                let duplicates: Vec<Duplicate> = people.iter().map(Duplicate::from).collect();
                Self::new(Code::LikelyDuplicate).with_fact("duplicates", json!(duplicates))
            }
            PersonRefusal::NotFound => Self::not_found(),
            PersonRefusal::ChangedMeanwhile => Self::new(Code::ChangedMeanwhile),
            PersonRefusal::Database(error) => error.into(),
        }
    }
}

impl From<EnrolRefusal> for Problem {
    fn from(refusal: EnrolRefusal) -> Self {
        match refusal {
            EnrolRefusal::NoCandidate => Self::not_found(),
            EnrolRefusal::UnknownPurpose => Self::field("/purpose", Code::UnknownPurpose),
            EnrolRefusal::Choice(ChoiceFault::LevelNotOffered) => Self::field("/level", Code::LevelNotOffered),
            EnrolRefusal::Choice(ChoiceFault::NothingToChoose) => Self::field("/level", Code::NothingToChoose),
            EnrolRefusal::Choice(ChoiceFault::PartNotOffered) => Self::field("/parts", Code::PartNotOffered),
            EnrolRefusal::Choice(ChoiceFault::NoParts) => Self::field("/parts", Code::NoParts),
            EnrolRefusal::AlreadyEnrolled(id) => Self::new(Code::AlreadyEnrolled).with_fact("enrolment", id.to_string()),
            EnrolRefusal::Closed => Self::new(Code::EnrolmentClosed),
            EnrolRefusal::HasBookings => Self::new(Code::EnrolmentHasBookings),
            EnrolRefusal::Reason(fault) => Self::field("/reason", fault.into()),
            EnrolRefusal::Database(error) => error.into(),
        }
    }
}

impl From<PlanRefusal> for Problem {
    fn from(refusal: PlanRefusal) -> Self {
        match refusal {
            PlanRefusal::NoSite => Self::not_found(),
            PlanRefusal::Faults(faults) => Self::fields(faults.into_iter().map(|(field, fault)| {
                let code = match fault {
                    PlanFault::RoomMissing => Code::Required,
                    PlanFault::RoomTooLong => Code::TooLong,
                    PlanFault::BandMissing => Code::BandMissing,
                    PlanFault::BandNotUsed => Code::BandNotUsed,
                    PlanFault::EndsBeforeStart => Code::EndsBeforeStart,
                    PlanFault::TooLong => Code::SessionTooLong,
                    PlanFault::Past => Code::SessionInPast,
                    PlanFault::OutsideOpeningHours => Code::OutsideOpeningHours,
                    PlanFault::Capacity => Code::OutOfRange,
                };
                (format!("/{field}"), code)
            })),
            PlanRefusal::RoomTaken(session) => Self::new(Code::RoomTaken).with_fact("session", session.to_string()),
            PlanRefusal::NotPlanned => Self::new(Code::SessionNotPlanned),
            PlanRefusal::Reason(fault) => Self::field("/reason", fault.into()),
            PlanRefusal::Database(error) => error.into(),
        }
    }
}

impl From<BookRefusal> for Problem {
    fn from(refusal: BookRefusal) -> Self {
        match refusal {
            BookRefusal::NotFound => Self::not_found(),
            BookRefusal::EnrolmentClosed => Self::new(Code::EnrolmentClosed),
            BookRefusal::OtherAgency => Self::new(Code::OtherAgencySession),
            BookRefusal::NotBookable => Self::new(Code::SessionNotBookable),
            BookRefusal::Full { waiting } => Self::new(Code::SessionFull).with_fact("waiting", waiting),
            BookRefusal::NothingToSit => Self::new(Code::NothingToSit),
            BookRefusal::AlreadyInSession => Self::new(Code::AlreadyInSession),
            BookRefusal::PartAlreadyBooked { session } => Self::new(Code::PartAlreadyBooked).with_fact("session", session.to_string()),
            BookRefusal::Overlap { session } => Self::new(Code::OverlappingBooking).with_fact("session", session.to_string()),
            BookRefusal::SameDay => Self::new(Code::AnotherDay),
            BookRefusal::Gate(refusal) => refusal.into(),
            BookRefusal::NotCancellable => Self::new(Code::BookingNotCancellable),
            BookRefusal::Reason(fault) => Self::field("/reason", fault.into()),
            BookRefusal::Fee(refusal) => refusal.into(),
            BookRefusal::Database(error) => error.into(),
        }
    }
}

impl From<FeeRefusal> for Problem {
    fn from(refusal: FeeRefusal) -> Self {
        match refusal {
            FeeRefusal::NoRule(_) => Self::new(Code::NoFeeRule),
            FeeRefusal::NothingOwed => Self::new(Code::NothingOwed),
            FeeRefusal::NotFound => Self::not_found(),
            FeeRefusal::OrderCancelled => Self::new(Code::OrderCancelled),
            FeeRefusal::Amount => Self::field("/amount_cents", Code::OutOfRange),
            FeeRefusal::ReferenceMissing => Self::field("/reference", Code::Required),
            FeeRefusal::ReferenceTooLong => Self::field("/reference", Code::TooLong),
            FeeRefusal::KeyReused => Self::new(Code::KeyReused),
            FeeRefusal::AlreadyReversed => Self::new(Code::AlreadyReversed),
            FeeRefusal::RefundUnderWay => Self::new(Code::RefundUnderWay),
            FeeRefusal::OnStatement => Self::new(Code::OnStatement),
            FeeRefusal::Reason(fault) => Self::field("/reason", fault.into()),
            FeeRefusal::Database(error) => error.into(),
        }
    }
}
