//! Filters about dates and times.

use std::sync::Arc;

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned, civil};
use rustle_value::{Value, numbers};

use crate::call::Call;
use crate::error::Error;
use crate::moment::Moment;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[Filter::new("to_datetime", to_datetime), Filter::new("strftime", strftime)];

/// `value | to_datetime(format='%Y-%m-%d %H:%M:%S')`
fn to_datetime(call: &mut Call<'_>) -> Result<Value, Error> {
    let format = call.text_arg(0, "format", "%Y-%m-%d %H:%M:%S")?;
    call.finish()?;
    let Value::Str(text) = &call.value else {
        return Err(Error::type_error(format!(
            "strptime() argument 1 must be str, not {}",
            call.value.type_name()
        )));
    };
    let mismatch = || {
        let format = Value::str(&format);
        Error::value_error(format!("time data {:?} does not match format {format:?}", call.value))
    };
    let read = BrokenDownTime::parse(&format, text.as_bytes()).map_err(|_| mismatch())?;
    // What the format does not ask for is that of the beginning of 1900, as in Python.
    let date = read.to_date().ok().or_else(|| {
        civil::Date::new(read.year().unwrap_or(1900), read.month().unwrap_or(1), read.day().unwrap_or(1)).ok()
    });
    let time = read.to_time().ok().unwrap_or(civil::Time::midnight());
    let moment = date.ok_or_else(mismatch)?.to_datetime(time);
    Ok(Value::Object(Arc::new(Moment(moment))))
}

/// `format | strftime(second=none, utc=false)`
fn strftime(call: &mut Call<'_>) -> Result<Value, Error> {
    let second = call.given(0, "second");
    let utc = call.flag(1, "utc")?;
    call.finish()?;
    let zone = if utc { TimeZone::UTC } else { TimeZone::system() };
    let at = match &second {
        None => Timestamp::now(),
        Some(second) => {
            let seconds = match second {
                Value::Str(text) => numbers::parse_float(text),
                Value::Int(int) => Some(*int as f64),
                Value::Float(float) => Some(*float),
                _ => None,
            };
            let invalid = || Error::value_error(format!("Invalid value for epoch value ({second})"));
            let seconds = seconds.filter(|seconds| seconds.is_finite()).ok_or_else(invalid)?;
            Timestamp::from_second(seconds.floor() as i64).map_err(|_| invalid())?
        }
    };
    let format = call.value_text()?;
    // C calls the zone of Greenwich by this name.
    let format = if utc { format.replace("%Z", "GMT") } else { format };
    formatted(&format, &at.to_zoned(zone)).map(Value::from)
}

/// C's `strftime` in the locale `C`. What is no directive stays as it is.
fn formatted(format: &str, at: &Zoned) -> Result<String, Error> {
    let mut out = String::new();
    let mut rest = format;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let Some(kind) = after.chars().next() else {
            out.push('%');
            rest = after;
            break;
        };
        // Flags (`%-d`) and the modifiers `E` and `O`, which mean nothing in this locale.
        let flagged = matches!(kind, '-' | '_' | '0' | '^' | '#' | 'E' | 'O');
        let length = if flagged {
            1 + after.get(1..).and_then(|after| after.chars().next()).map_or(0, char::len_utf8)
        } else {
            kind.len_utf8()
        };
        let (directive, behind) = after.split_at(length);
        rest = behind;
        match directive {
            "c" => out += &formatted("%a %b %e %H:%M:%S %Y", at)?,
            "x" | "D" => out += &formatted("%m/%d/%y", at)?,
            "X" | "T" => out += &formatted("%H:%M:%S", at)?,
            "r" => out += &formatted("%I:%M:%S %p", at)?,
            "R" => out += &formatted("%H:%M", at)?,
            "F" => out += &formatted("%Y-%m-%d", at)?,
            "n" => out.push('\n'),
            "t" => out.push('\t'),
            "s" => out += &at.timestamp().as_second().to_string(),
            "z" => out += &formatted_by_jiff("%z", at).unwrap_or_default(),
            _ => {
                let directive = format!("%{}", directive.trim_start_matches(['E', 'O']));
                out += &formatted_by_jiff(&directive, at).unwrap_or(directive);
            }
        }
    }
    out.push_str(rest);
    Ok(out)
}

fn formatted_by_jiff(directive: &str, at: &Zoned) -> Option<String> {
    jiff::fmt::strtime::format(directive, at).ok()
}
