//! Points in time and the time between them, as templates handle them: what `now()` gives.

use std::any::Any;
use std::cmp::Ordering;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Zoned};
use rustle_value::{Object, Value};

use crate::error::Error;

/// A date and time without a zone, to the microsecond: Python's `datetime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub DateTime);

/// The time between two moments: Python's `timedelta`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub SignedDuration);

impl Moment {
    /// The methods that a moment has.
    pub(crate) const METHODS: &[&str] = &[
        "ctime",
        "date",
        "isoformat",
        "isoweekday",
        "replace",
        "strftime",
        "time",
        "timestamp",
        "toordinal",
        "weekday",
    ];

    /// Now, where the process runs.
    pub fn now() -> Moment {
        Moment::whole_microseconds(Zoned::now().datetime())
    }

    /// Now, in Greenwich.
    pub fn now_utc() -> Moment {
        Moment::whole_microseconds(Timestamp::now().to_zoned(TimeZone::UTC).datetime())
    }

    fn whole_microseconds(moment: DateTime) -> Moment {
        let nanoseconds = moment.subsec_nanosecond() / 1000 * 1000;
        Moment(moment.with().subsec_nanosecond(nanoseconds).build().unwrap_or(moment))
    }

    /// Python's `strftime`.
    ///
    /// # Errors
    /// If the format asks for what is not known.
    pub fn strftime(&self, format: &str) -> Result<String, Error> {
        jiff::fmt::strtime::format(format, self.0).map_err(|error| Error::value_error(error.to_string()))
    }

    /// Calls the method `name` of [`Moment::METHODS`].
    pub(crate) fn method(&self, name: &str, args: &[Value]) -> Result<Value, Error> {
        let weekday = i64::from(self.0.weekday().to_monday_zero_offset());
        Ok(match name {
            "strftime" => {
                let format = args.first().and_then(Value::as_str).ok_or_else(|| {
                    Error::type_error("strftime() takes exactly 1 argument, the format as text")
                })?;
                Value::from(self.strftime(format)?)
            }
            "isoformat" => Value::from(self.written("T")),
            "ctime" => Value::from(self.strftime("%a %b %e %H:%M:%S %Y")?),
            "date" => Value::from(self.strftime("%Y-%m-%d")?),
            "time" => Value::str(self.written("T").split_once('T').map_or("", |(_, time)| time)),
            "weekday" => Value::Int(weekday),
            "isoweekday" => Value::Int(weekday + 1),
            "toordinal" => {
                let first = jiff::civil::date(1, 1, 1);
                Value::from(1 + self.0.date().duration_since(first).as_secs() / 86_400)
            }
            "timestamp" => {
                let zoned = self.0.to_zoned(TimeZone::system());
                let zoned = zoned.map_err(|error| Error::value_error(error.to_string()))?;
                Value::Float(zoned.timestamp().as_microsecond() as f64 / 1e6)
            }
            other => return Err(Error::type_error(format!("datetime.{other}() is not supported here"))),
        })
    }

    fn written(&self, between: &str) -> String {
        let format = match self.0.subsec_nanosecond() {
            0 => format!("%Y-%m-%d{between}%H:%M:%S"),
            _ => format!("%Y-%m-%d{between}%H:%M:%S.%6f"),
        };
        self.strftime(&format).unwrap_or_default()
    }
}

impl Object for Moment {
    fn type_name(&self) -> &str {
        "datetime"
    }

    fn get(&self, name: &str) -> Option<Value> {
        let at = &self.0;
        Some(match name {
            "year" => Value::from(i32::from(at.year())),
            "month" => Value::from(i32::from(at.month())),
            "day" => Value::from(i32::from(at.day())),
            "hour" => Value::from(i32::from(at.hour())),
            "minute" => Value::from(i32::from(at.minute())),
            "second" => Value::from(i32::from(at.second())),
            "microsecond" => Value::from(at.subsec_nanosecond() / 1000),
            _ => return None,
        })
    }

    fn text(&self) -> String {
        self.written(" ")
    }

    fn compare(&self, other: &Value) -> Option<Ordering> {
        let Value::Object(other) = other else { return None };
        Some(self.cmp(other.as_any().downcast_ref::<Moment>()?))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Moment>() == Some(self)
    }

    fn operate(&self, operator: &str, other: &Value, reflected: bool) -> Option<Value> {
        let Value::Object(other) = other else { return None };
        let any = other.as_any();
        if let (Some(earlier), "-", false) = (any.downcast_ref::<Moment>(), operator, reflected) {
            return Some(Value::Object(Arc::new(Duration(self.0.duration_since(earlier.0)))));
        }
        let by = any.downcast_ref::<Duration>()?.0;
        let moved = match (operator, reflected) {
            ("+", _) => self.0.checked_add(by),
            ("-", false) => self.0.checked_sub(by),
            _ => return None,
        };
        Some(Value::Object(Arc::new(Moment(moved.ok()?))))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Duration {
    /// The seconds, with their fraction.
    pub fn total_seconds(&self) -> f64 {
        self.0.as_micros() as f64 / 1e6
    }

    /// Days, then what is left in seconds and microseconds, neither of which is negative.
    fn parts(&self) -> (i64, i64, i64) {
        let micros = i64::try_from(self.0.as_micros()).unwrap_or(i64::MAX);
        let (seconds, micros) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
        (seconds.div_euclid(86_400), seconds.rem_euclid(86_400), micros)
    }
}

impl Object for Duration {
    fn type_name(&self) -> &str {
        "timedelta"
    }

    fn get(&self, name: &str) -> Option<Value> {
        let (days, seconds, microseconds) = self.parts();
        Some(Value::Int(match name {
            "days" => days,
            "seconds" => seconds,
            "microseconds" => microseconds,
            _ => return None,
        }))
    }

    fn text(&self) -> String {
        let (days, seconds, micros) = self.parts();
        let mut text = match days {
            0 => String::new(),
            1 | -1 => format!("{days} day, "),
            _ => format!("{days} days, "),
        };
        text += &format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        if micros > 0 {
            text += &format!(".{micros:06}");
        }
        text
    }

    fn compare(&self, other: &Value) -> Option<Ordering> {
        let Value::Object(other) = other else { return None };
        Some(self.cmp(other.as_any().downcast_ref::<Duration>()?))
    }

    fn equals(&self, other: &dyn Object) -> bool {
        other.as_any().downcast_ref::<Duration>() == Some(self)
    }

    fn operate(&self, operator: &str, other: &Value, reflected: bool) -> Option<Value> {
        let made =
            |it: Option<SignedDuration>| Some(Value::Object(Arc::new(Duration(it?)) as Arc<dyn Object>));
        match (operator, other, reflected) {
            ("+", Value::Object(other), _) => {
                made(self.0.checked_add(other.as_any().downcast_ref::<Duration>()?.0))
            }
            ("-", Value::Object(other), false) => {
                made(self.0.checked_sub(other.as_any().downcast_ref::<Duration>()?.0))
            }
            ("*", Value::Int(times), _) => made(self.0.checked_mul(i32::try_from(*times).ok()?)),
            _ => None,
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn moments_are_written_and_subtracted_as_python_does() {
        let later = Moment(date(2026, 11, 20).at(13, 5, 9, 250_000_000));
        assert_eq!(later.text(), "2026-11-20 13:05:09.250000");
        assert_eq!(later.strftime("%d/%m/%y %H").unwrap(), "20/11/26 13");
        assert_eq!(later.method("isoweekday", &[]).unwrap(), Value::Int(5));
        let earlier = Value::Object(Arc::new(Moment(date(2026, 11, 22).at(0, 0, 0, 0))));
        let between = later.operate("-", &earlier, false).unwrap();
        assert_eq!(between.to_string(), "-2 days, 13:05:09.250000");
    }
}
