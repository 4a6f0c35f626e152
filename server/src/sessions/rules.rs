//! When a session may be planned, and who may have a seat.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::agencies::rules::OpeningHours;
use crate::clock::belgian_date;
use crate::entity::enums::{Band, SessionKind, SessionStatus};
use crate::ids::SiteId;

pub const MAX_CAPACITY: i64 = 200;
const MAX_ROOM: usize = 60;
const LONGEST: Duration = Duration::hours(8);

/// A session as somebody plans it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSession {
    pub site_id: SiteId,
    pub room: String,
    pub kind: SessionKind,
    /// Needed for sittings of the civic test; the other tests have none.
    #[serde(default)]
    pub band: Option<Band>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanFault {
    RoomMissing,
    RoomTooLong,
    BandMissing,
    BandNotUsed,
    EndsBeforeStart,
    TooLong,
    Past,
    OutsideOpeningHours,
    Capacity,
}

pub fn check_plan(plan: &NewSession, hours: &OpeningHours, now: DateTime<Utc>) -> Result<(), Vec<(&'static str, PlanFault)>> {
    let mut faults = Vec::new();
    match plan.room.trim().chars().count() {
        0 => faults.push(("room", PlanFault::RoomMissing)),
        n if n > MAX_ROOM => faults.push(("room", PlanFault::RoomTooLong)),
        _ => {}
    }
    let sitting = matches!(plan.kind, SessionKind::First | SessionKind::Second);
    match plan.band {
        None if sitting => faults.push(("band", PlanFault::BandMissing)),
        Some(_) if !sitting => faults.push(("band", PlanFault::BandNotUsed)),
        _ => {}
    }
    if plan.starts_at <= now {
        faults.push(("starts_at", PlanFault::Past));
    }
    if plan.ends_at <= plan.starts_at {
        faults.push(("ends_at", PlanFault::EndsBeforeStart));
    } else if plan.ends_at - plan.starts_at > LONGEST {
        faults.push(("ends_at", PlanFault::TooLong));
    } else if !hours.cover(plan.starts_at, plan.ends_at) {
        faults.push(("starts_at", PlanFault::OutsideOpeningHours));
    }
    if !(1..=MAX_CAPACITY).contains(&plan.capacity) {
        faults.push(("capacity", PlanFault::Capacity));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// A stretch of time in which somebody or some room is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// Two stretches that only touch do not overlap.
pub fn overlap(one: Stretch, other: Stretch) -> bool {
    one.starts_at < other.ends_at && other.starts_at < one.ends_at
}

/// Seats are given until a session ends: who comes without an appointment is booked at the desk while the others already sit.
pub fn takes_bookings(status: SessionStatus, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    matches!(status, SessionStatus::Planned | SessionStatus::Open) && now < ends_at
}

/// The second sitting is on another day than the first.
pub fn same_day(one: DateTime<Utc>, other: DateTime<Utc>) -> bool {
    belgian_date(one) == belgian_date(other)
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveTime, TimeZone};

    use super::*;

    fn at(day: u32, hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 6, day, hour, 0, 0).unwrap()
    }

    fn plan() -> NewSession {
        NewSession {
            site_id: SiteId::new(),
            room: "Lokaal 1".into(),
            kind: SessionKind::First,
            band: Some(Band::A1A2),
            starts_at: at(2, 8),
            ends_at: at(2, 10),
            capacity: 12,
        }
    }

    fn faults(plan: &NewSession) -> Vec<PlanFault> {
        let hours = OpeningHours::weekdays(NaiveTime::from_hms_opt(8, 30, 0).unwrap(), NaiveTime::from_hms_opt(17, 0, 0).unwrap());
        check_plan(plan, &hours, at(1, 9)).err().unwrap_or_default().into_iter().map(|(_, fault)| fault).collect()
    }

    #[test]
    fn a_session_within_opening_hours_may_be_planned() {
        assert_eq!(faults(&plan()), []);
    }

    #[test]
    fn a_session_is_refused_for_each_thing_that_is_wrong() {
        assert_eq!(faults(&NewSession { starts_at: at(6, 8), ends_at: at(6, 10), ..plan() }), [PlanFault::OutsideOpeningHours]);
        assert_eq!(faults(&NewSession { starts_at: at(1, 8), ends_at: at(1, 10), ..plan() }), [PlanFault::Past]);
        assert_eq!(faults(&NewSession { ends_at: at(2, 8), ..plan() }), [PlanFault::EndsBeforeStart]);
        assert_eq!(faults(&NewSession { ends_at: at(2, 18), ..plan() }), [PlanFault::TooLong]);
        assert_eq!(faults(&NewSession { band: None, ..plan() }), [PlanFault::BandMissing]);
        assert_eq!(faults(&NewSession { kind: SessionKind::Prescreening, ..plan() }), [PlanFault::BandNotUsed]);
        assert_eq!(faults(&NewSession { capacity: 0, room: " ".into(), ..plan() }), [PlanFault::RoomMissing, PlanFault::Capacity]);
    }

    #[test]
    fn stretches_that_touch_do_not_overlap() {
        let stretch = |from, to| Stretch { starts_at: at(2, from), ends_at: at(2, to) };
        assert!(!overlap(stretch(8, 10), stretch(10, 12)));
        assert!(overlap(stretch(8, 11), stretch(10, 12)));
        assert!(overlap(stretch(8, 12), stretch(9, 10)));
    }

    #[test]
    fn two_moments_of_one_belgian_day_are_the_same_day_though_not_in_greenwich() {
        let late = Utc.with_ymd_and_hms(2026, 6, 1, 22, 30, 0).unwrap();
        assert!(same_day(late, at(2, 8)));
        assert!(!same_day(at(1, 8), at(2, 8)));
    }
}
