//! What may be done in the room, and when somebody counts as connected.

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;

use crate::clock::belgian_date;
use crate::entity::enums::{AttemptStatus, SessionStatus};

/// Codes stay good until some time after the planned end, since rooms run late.
pub const CODE_AFTER_END: Duration = Duration::hours(2);

/// A kiosk is lost when two signs of life that it was asked for did not come. With one asked for every two seconds and the room read
/// every second, that shows within five.
pub fn is_connected(last_seen: DateTime<Utc>, heartbeat_ms: i64, now: DateTime<Utc>) -> bool {
    now - last_seen <= Duration::milliseconds(2 * heartbeat_ms)
}

/// What the `room` setting says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoomSetting {
    /// A running attempt whose kiosk was not heard for so long is paused; 0: never.
    pub pause_unseen_after_seconds: i64,
    /// An attempt that was handed in or ended can be opened again for so long.
    pub reopen_within_minutes: i64,
}

/// How much of an absence is given back: the part in which nobody could work. A kiosk that stayed on without a connection says how long it was at
/// work since it was last heard; that time was used.
pub fn given_back(unheard: Duration, at_work: Duration) -> Duration {
    (unheard - at_work.clamp(Duration::zero(), unheard.max(Duration::zero()))).max(Duration::zero())
}

/// What was left of an attempt's time when it ended.
pub fn left_at_the_end(deadline: Option<DateTime<Utc>>, finished: Option<DateTime<Utc>>) -> Duration {
    match (deadline, finished) {
        (Some(deadline), Some(finished)) => (deadline - finished).max(Duration::zero()),
        _ => Duration::zero(),
    }
}

/// A session is opened on its own day.
pub fn may_open(starts_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    belgian_date(starts_at) == belgian_date(now)
}

pub fn is_running(status: SessionStatus) -> bool {
    matches!(status, SessionStatus::Open | SessionStatus::Paused)
}

pub fn is_at_work(status: AttemptStatus) -> bool {
    matches!(status, AttemptStatus::Running | AttemptStatus::Paused)
}

/// A code as it is shown: `4821-77`.
pub fn spell(code: u32) -> String {
    let digits = format!("{:06}", code % 1_000_000);
    let (first, last) = digits.split_at(4);
    format!("{first}-{last}")
}

/// Of a document's number only the end is kept.
pub fn tail(number: &str) -> String {
    let kept: Vec<char> = number.chars().filter(|c| c.is_alphanumeric()).collect();
    kept.iter().skip(kept.len().saturating_sub(4)).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_six_digits_also_when_it_begins_with_zero() {
        assert_eq!(spell(482_177), "4821-77");
        assert_eq!(spell(42), "0000-42");
    }

    #[test]
    fn of_a_document_only_the_last_four_characters_are_kept() {
        assert_eq!(tail("592-1234567-89"), "6789");
        assert_eq!(tail("ab 1"), "AB1");
        assert_eq!(tail("é-ü"), "ÉÜ");
    }

    #[test]
    fn a_session_opens_on_its_belgian_day() {
        let just_after_midnight = DateTime::parse_from_rfc3339("2026-11-23T23:30:00Z").unwrap().to_utc();
        let morning = DateTime::parse_from_rfc3339("2026-11-24T08:00:00Z").unwrap().to_utc();
        assert!(may_open(morning, just_after_midnight));
        assert!(!may_open(morning, just_after_midnight - Duration::hours(1)));
    }

    #[test]
    fn two_missed_heartbeats_show() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert!(is_connected(now - Duration::seconds(4), 2000, now));
        assert!(!is_connected(now - Duration::milliseconds(4001), 2000, now));
        assert!(is_connected(now - Duration::seconds(9), 5000, now));
    }

    #[test]
    fn only_time_in_which_nobody_could_work_is_given_back() {
        let seconds = Duration::seconds;
        assert_eq!(given_back(seconds(300), seconds(0)), seconds(300));
        assert_eq!(given_back(seconds(300), seconds(300)), seconds(0));
        assert_eq!(given_back(seconds(300), seconds(100)), seconds(200));
        // Neither a kiosk that exaggerates nor one whose clock ran backwards gains or loses more than there is.
        assert_eq!(given_back(seconds(300), seconds(9000)), seconds(0));
        assert_eq!(given_back(seconds(300), seconds(-50)), seconds(300));
        assert_eq!(given_back(seconds(-5), seconds(10)), seconds(0));
    }
}
