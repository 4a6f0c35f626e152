//! The one source of the present moment. Everything else gets the time as a value.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, NaiveDate, SubsecRound, Utc};

#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// A clock that stands still until a test moves it: microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// The present, to the microsecond: what both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Manual(micros) => DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or_default(),
        }
    }

    /// The date in Belgium, which is what rules and opening hours go by.
    pub fn today(&self) -> NaiveDate {
        belgian_date(self.now())
    }

    /// Moves a manual clock; the system's clock cannot be moved.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}

/// The moment as it reads on a clock in Brussels.
pub fn belgian_time(at: DateTime<Utc>) -> DateTime<chrono_tz::Tz> {
    at.with_timezone(&chrono_tz::Europe::Brussels)
}

pub fn belgian_date(at: DateTime<Utc>) -> NaiveDate {
    belgian_time(at).date_naive()
}
