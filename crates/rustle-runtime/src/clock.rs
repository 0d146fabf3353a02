//! Times as Ansible's results write them.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use rustle_template::moment::Moment;
use rustle_value::Value;

/// Now, in the machine's time zone: `2026-01-31 12:00:00.123456`.
pub fn timestamp() -> String {
    write(&Zoned::now())
}

/// A moment, in its time zone, as [`timestamp`] writes it.
pub fn write(moment: &Zoned) -> String {
    strtime::format("%Y-%m-%d %H:%M:%S.%6f", moment).unwrap_or_default()
}

/// A moment on the machine's clock, in its time zone, as templates handle it: Python's `datetime`.
pub fn moment(time: SystemTime) -> Value {
    let local = Timestamp::try_from(time).unwrap_or_default().to_zoned(TimeZone::system()).datetime();
    let micros = local.subsec_nanosecond() / 1000 * 1000;
    Value::Object(Arc::new(Moment(local.with().subsec_nanosecond(micros).build().unwrap_or(local))))
}

/// A span as Python writes a `timedelta`: `0:00:01.000250`, `1 day, 0:00:00`.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let days = match days {
        0 => String::new(),
        1 => "1 day, ".into(),
        n => format!("{n} days, "),
    };
    let micros = match span.subsec_micros() {
        0 => String::new(),
        micros => format!(".{micros:06}"),
    };
    format!("{days}{hours}:{minutes:02}:{:02}{micros}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_pythons() {
        assert_eq!(span(Duration::from_micros(1_000_250)), "0:00:01.000250");
        assert_eq!(span(Duration::from_secs(3 * 86_400 + 3_661)), "3 days, 1:01:01");
        assert_eq!(span(Duration::from_secs(86_400)), "1 day, 0:00:00");
    }

    #[test]
    fn moments_have_microseconds() {
        let moment: Zoned = "2026-01-31T12:00:00.000001+00:00[UTC]".parse().unwrap();
        assert_eq!(write(&moment), "2026-01-31 12:00:00.000001");
    }
}
