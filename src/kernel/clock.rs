//! The clock is an argument: a running server reads the machine's, a test sets and advances its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, Utc};

use super::FiscalYear;

/// Japan standard time: the agency's days and fiscal years begin at midnight here.
pub const JST: FixedOffset = FixedOffset::east_opt(9 * 3600).expect("nine hours is a valid offset");

/// Source of "now".
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until a test moves it; microseconds since the epoch.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock for tests that starts at `at`.
    pub fn fixed(at: DateTime<Utc>) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    /// The moment, with the microseconds that PostgreSQL keeps.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match self {
            Self::System => Utc::now().timestamp_micros(),
            Self::Fixed(at) => at.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).expect("a clock stays within chrono's range")
    }

    /// Today in Japan.
    pub fn today(&self) -> NaiveDate {
        today_in_japan(self.now())
    }

    /// The running fiscal year.
    pub fn fiscal_year(&self) -> FiscalYear {
        FiscalYear::containing(self.today())
    }

    /// Moves a test's clock forward. The machine's clock cannot be moved: nothing happens.
    pub fn advance(&self, by: Duration) {
        if let Self::Fixed(at) = self {
            at.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }
}

/// The date in Japan at a moment.
pub fn today_in_japan(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&JST).date_naive()
}
