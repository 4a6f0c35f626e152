//! The one source of the present moment. Everything else gets the time as a value.
//!
//! A machine's clock can be set: by hand, by its time service, by a virtual machine that wakes up. A deadline must not move with it, so the
//! product reads the wall clock once and counts on from there by the time since the machine was started, which nobody can set
//! (Linux: `CLOCK_BOOTTIME`, which also counts a suspended machine's sleep). When the wall clock was set, the product follows it only while
//! nobody is sitting a test; [`crate::steady`] says when.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, NaiveDate, SubsecRound, Utc};

#[derive(Clone, Debug)]
pub enum Clock {
    /// What is added to the time since the machine was started: microseconds.
    System(Arc<AtomicI64>),
    /// A clock that stands still until a test moves it: microseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// Begins at what the wall clock says now.
    pub fn system() -> Self {
        let clock = Self::System(Arc::new(AtomicI64::new(0)));
        clock.follow();
        clock
    }

    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// The present, to the microsecond: what both databases keep.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System(offset) => {
                DateTime::from_timestamp_micros(since_start_of_machine() + offset.load(Ordering::SeqCst)).unwrap_or_default()
            }
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

    /// By how much the wall clock is ahead of this one, because it was set since.
    pub fn behind(&self) -> Duration {
        match self {
            Self::System(_) => wall() - self.now(),
            Self::Manual(_) => Duration::zero(),
        }
    }

    /// Takes over what the wall clock says.
    pub fn follow(&self) {
        self.set_offset(wall().timestamp_micros() - since_start_of_machine());
    }

    /// By this number processes of one machine agree, for as long as it is not started again.
    pub fn offset(&self) -> Option<i64> {
        match self {
            Self::System(offset) => Some(offset.load(Ordering::SeqCst)),
            Self::Manual(_) => None,
        }
    }

    pub fn set_offset(&self, micros: i64) {
        if let Self::System(offset) = self {
            offset.store(micros, Ordering::SeqCst);
        }
    }
}

fn wall() -> DateTime<Utc> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
    Utc::now().trunc_subsecs(6)
}

/// In microseconds: what both databases keep.
fn since_start_of_machine() -> i64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

/// The moment as it reads on a clock in Brussels.
pub fn belgian_time(at: DateTime<Utc>) -> DateTime<chrono_tz::Tz> {
    at.with_timezone(&chrono_tz::Europe::Brussels)
}

pub fn belgian_date(at: DateTime<Utc>) -> NaiveDate {
    belgian_time(at).date_naive()
}
