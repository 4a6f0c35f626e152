//! Time and answers in a test: the server's clock decides, and what it decides is here.

use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use crate::entity::enums::AttemptStatus;

/// What an answer may need to travel: one that comes in this long after the deadline was given in time.
pub const TRAVEL: Duration = Duration::seconds(3);
/// How long after its first sign of life past the deadline a kiosk may still hand in what was given before the deadline.
pub const RECONCILE: Duration = Duration::seconds(60);
/// How long the server waits past the deadline for a kiosk that it cannot hear: half an hour without network, and then some.
pub const ABSENCE: Duration = Duration::minutes(45);
/// Recordings that were begun in time may still be handed in this long after the attempt was closed.
pub const SLICES_AFTER_CLOSING: Duration = Duration::hours(1);

/// What the time left of an attempt depends on.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    pub status: AttemptStatus,
    pub time_limit_seconds: i64,
    pub extra_seconds: i64,
    pub deadline_at: Option<DateTime<Utc>>,
    pub paused_at: Option<DateTime<Utc>>,
    /// The kiosk's first sign of life after the deadline.
    pub after_deadline_at: Option<DateTime<Utc>>,
}

pub fn is_closed(status: AttemptStatus) -> bool {
    matches!(status, AttemptStatus::Submitted | AttemptStatus::Ended | AttemptStatus::Annulled)
}

pub fn remaining_seconds(timing: &Timing, now: DateTime<Utc>) -> i64 {
    match (timing.status, timing.deadline_at) {
        (status, _) if is_closed(status) => 0,
        (_, Some(deadline)) => {
            let left = deadline - timing.paused_at.unwrap_or(now);
            // Rounded up, so that a kiosk never shows zero while there is time left.
            ((left.num_milliseconds() + 999) / 1000).max(0)
        }
        (_, None) => timing.time_limit_seconds + timing.extra_seconds,
    }
}

/// Has the deadline passed? While an attempt is paused its time stands still.
pub fn time_is_up(timing: &Timing, now: DateTime<Utc>) -> bool {
    timing.paused_at.is_none() && timing.deadline_at.is_some_and(|deadline| now > deadline)
}

/// May an answer no longer count? `age` is how long before sending the kiosk says it was given, by its own clock; only such a difference of two
/// readings of one clock is believed, never the clock itself, and never an age below zero.
pub fn is_late(timing: &Timing, age: Duration, now: DateTime<Utc>) -> bool {
    if is_closed(timing.status) {
        return true;
    }
    if timing.paused_at.is_some() {
        return false;
    }
    let Some(deadline) = timing.deadline_at else { return false };
    if now <= deadline + TRAVEL {
        return false;
    }
    let back_since = timing.after_deadline_at.unwrap_or(now);
    let given_at = now - age.max(Duration::zero());
    given_at > deadline || now > back_since + RECONCILE
}

/// May the server close the attempt by itself? Only when everything that was given in time has had its chance to come in.
pub fn may_be_ended(timing: &Timing, now: DateTime<Utc>) -> bool {
    let Some(deadline) = timing.deadline_at else { return false };
    timing.status == AttemptStatus::Running
        && match timing.after_deadline_at {
            Some(back_since) => now > back_since + RECONCILE,
            None => now > deadline + ABSENCE,
        }
}

/// A pause gives its time back.
pub fn deadline_after_pause(deadline: DateTime<Utc>, paused_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    deadline + (now - paused_at).max(Duration::zero())
}

/// Was anything filled in at all?
pub fn is_answered(response: &Value) -> bool {
    match response {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => list.iter().any(is_answered),
        Value::Object(map) => map.values().any(is_answered),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// PostgreSQL keeps no NUL in JSON, and no keyboard makes one. Refusing the answer would only hold up those after it.
pub fn without_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', ""),
        Value::Array(list) => list.iter_mut().for_each(without_nul),
        Value::Object(map) => map.values_mut().for_each(without_nul),
        _ => {}
    }
}

/// The digits of a code as it may be typed: spaces, dashes and Arabic digits are all the same to us.
pub fn normal_code(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '٠'..='٩' => char::from_digit(c as u32 - '٠' as u32, 10),
            '۰'..='۹' => char::from_digit(c as u32 - '۰' as u32, 10),
            c if c.is_ascii_alphanumeric() => Some(c.to_ascii_uppercase()),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn running(deadline: i64) -> Timing {
        Timing {
            status: AttemptStatus::Running,
            time_limit_seconds: 600,
            extra_seconds: 0,
            deadline_at: Some(at(deadline)),
            paused_at: None,
            after_deadline_at: None,
        }
    }

    #[test]
    fn an_answer_of_the_last_second_may_travel() {
        assert!(!is_late(&running(100), Duration::zero(), at(103)));
        assert!(is_late(&running(100), Duration::zero(), at(104)));
    }

    #[test]
    fn work_done_offline_before_the_deadline_counts_within_a_minute_of_coming_back() {
        let mut timing = running(100);
        assert!(!is_late(&timing, Duration::seconds(901), at(1000)));
        assert!(is_late(&timing, Duration::seconds(899), at(1000)));
        timing.after_deadline_at = Some(at(1000));
        assert!(!is_late(&timing, Duration::seconds(960), at(1060)));
        assert!(is_late(&timing, Duration::seconds(961), at(1061)));
    }

    #[test]
    fn a_clock_that_runs_backwards_gains_nothing() {
        assert!(is_late(&running(100), Duration::seconds(-3600), at(104)));
    }

    #[test]
    fn nothing_counts_once_the_attempt_is_closed() {
        let timing = Timing { status: AttemptStatus::Submitted, ..running(100) };
        assert!(is_late(&timing, Duration::seconds(50), at(60)));
        assert_eq!(remaining_seconds(&timing, at(60)), 0);
    }

    #[test]
    fn time_stands_still_during_a_pause_and_is_given_back() {
        let timing = Timing { status: AttemptStatus::Paused, paused_at: Some(at(40)), ..running(100) };
        assert_eq!(remaining_seconds(&timing, at(5000)), 60);
        assert!(!time_is_up(&timing, at(5000)));
        assert!(!is_late(&timing, Duration::zero(), at(5000)));
        assert!(!may_be_ended(&timing, at(50_000)));
        assert_eq!(deadline_after_pause(at(100), at(40), at(340)), at(400));
    }

    #[test]
    fn the_server_waits_for_a_kiosk_that_it_cannot_hear() {
        let mut timing = running(100);
        assert!(!may_be_ended(&timing, at(100 + 45 * 60)));
        assert!(may_be_ended(&timing, at(101 + 45 * 60)));
        timing.after_deadline_at = Some(at(105));
        assert!(!may_be_ended(&timing, at(165)));
        assert!(may_be_ended(&timing, at(166)));
    }

    #[test]
    fn the_last_part_of_a_second_is_still_shown() {
        assert_eq!(remaining_seconds(&running(100), at(99) + Duration::milliseconds(500)), 1);
        assert_eq!(remaining_seconds(&running(100), at(101)), 0);
    }

    #[test]
    fn blanks_are_not_an_answer() {
        for empty in [json!(null), json!({}), json!({"r1": null}), json!({"r1": "  "}), json!({"r1": []})] {
            assert!(!is_answered(&empty), "{empty}");
        }
        for given in [json!({"r1": "a"}), json!({"r1": ["a"]}), json!({"r1": 3})] {
            assert!(is_answered(&given), "{given}");
        }
    }

    #[test]
    fn a_code_may_be_typed_in_many_ways() {
        assert_eq!(normal_code(" 4821-77 "), "482177");
        assert_eq!(normal_code("٤٨٢١٧٧"), "482177");
        assert_eq!(normal_code("abcd efgh"), "ABCDEFGH");
    }

    #[test]
    fn nul_is_taken_out_wherever_it_stands() {
        let mut value = json!({"r1": ["a\u{0}b", {"x": "\u{0}"}]});
        without_nul(&mut value);
        assert_eq!(value, json!({"r1": ["ab", {"x": ""}]}));
    }
}
