//! When a site is open.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveTime, Utc, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::belgian_time;

/// A stretch of a day on a clock in Brussels, written `["08:30", "17:00"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[String; 2]", into = "[String; 2]")]
pub struct Span {
    pub from: NaiveTime,
    pub to: NaiveTime,
}

/// When the site is open on each day of the week; a day that is not named is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = BTreeMap<String, [String; 2]>)]
pub struct OpeningHours(BTreeMap<Day, Span>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Mon => Self::Mon,
            Weekday::Tue => Self::Tue,
            Weekday::Wed => Self::Wed,
            Weekday::Thu => Self::Thu,
            Weekday::Fri => Self::Fri,
            Weekday::Sat => Self::Sat,
            Weekday::Sun => Self::Sun,
        }
    }
}

impl OpeningHours {
    /// The same stretch from Monday to Friday.
    pub fn weekdays(from: NaiveTime, to: NaiveTime) -> Self {
        Self([Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri].into_iter().map(|day| (day, Span { from, to })).collect())
    }

    /// Is the site open from the one moment to the other?
    pub fn cover(&self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> bool {
        let (start, end) = (belgian_time(starts_at), belgian_time(ends_at));
        let span = self.0.get(&Day::from(start.weekday()));
        start.date_naive() == end.date_naive() && span.is_some_and(|span| span.from <= start.time() && end.time() <= span.to)
    }
}

const HOUR_AND_MINUTE: &str = "%H:%M";

impl TryFrom<[String; 2]> for Span {
    type Error = chrono::ParseError;

    fn try_from([from, to]: [String; 2]) -> Result<Self, chrono::ParseError> {
        Ok(Self { from: NaiveTime::parse_from_str(&from, HOUR_AND_MINUTE)?, to: NaiveTime::parse_from_str(&to, HOUR_AND_MINUTE)? })
    }
}

impl From<Span> for [String; 2] {
    fn from(span: Span) -> Self {
        [span.from, span.to].map(|time| time.format(HOUR_AND_MINUTE).to_string())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn time(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn opening_hours_go_by_the_clock_in_brussels_in_winter_and_summer() {
        let hours = OpeningHours::weekdays(time(9, 0), time(12, 0));
        let at = |month, day, hour| Utc.with_ymd_and_hms(2026, month, day, hour, 0, 0).unwrap();
        assert!(hours.cover(at(1, 12, 8), at(1, 12, 11)), "9 to 12 in winter");
        assert!(hours.cover(at(6, 1, 7), at(6, 1, 10)), "9 to 12 in summer");
        assert!(!hours.cover(at(6, 1, 6), at(6, 1, 9)), "8 to 11");
        assert!(!hours.cover(at(6, 6, 7), at(6, 6, 10)), "a Saturday");
        assert!(!hours.cover(at(6, 1, 7), at(6, 2, 8)), "over the night");
    }

    #[test]
    fn opening_hours_are_written_as_hours_and_minutes() {
        let hours: OpeningHours = serde_json::from_value(serde_json::json!({ "mon": ["08:30", "12:00"] })).unwrap();
        assert_eq!(hours.0.get(&Day::Mon), Some(&Span { from: time(8, 30), to: time(12, 0) }));
        assert_eq!(serde_json::to_value(&hours).unwrap(), serde_json::json!({ "mon": ["08:30", "12:00"] }));
        assert!(serde_json::from_value::<OpeningHours>(serde_json::json!({ "mon": ["8 uur", "12:00"] })).is_err());
    }
}
