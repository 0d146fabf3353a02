//! The date and the time.

use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use rustle_runtime::prelude::*;

use super::Gathering;

pub(super) fn has(name: &str) -> bool {
    name == "date_time"
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let now = Timestamp::now();
    let local = now.to_zoned(TimeZone::system());
    let facts = moment(&local, &now.to_zoned(TimeZone::UTC));
    gathering.put("date_time", facts);
}

fn moment(local: &Zoned, utc: &Zoned) -> Map {
    let formats: [(&str, &Zoned, &str); 20] = [
        ("year", local, "%Y"),
        ("month", local, "%m"),
        ("weekday", local, "%A"),
        ("weekday_number", local, "%w"),
        ("weeknumber", local, "%W"),
        ("day", local, "%d"),
        ("hour", local, "%H"),
        ("minute", local, "%M"),
        ("second", local, "%S"),
        ("epoch", local, "%s"),
        ("epoch_int", local, "%s"),
        ("date", local, "%Y-%m-%d"),
        ("time", local, "%H:%M:%S"),
        ("iso8601_micro", utc, "%Y-%m-%dT%H:%M:%S.%6fZ"),
        ("iso8601", utc, "%Y-%m-%dT%H:%M:%SZ"),
        ("iso8601_basic", local, "%Y%m%dT%H%M%S%6f"),
        ("iso8601_basic_short", local, "%Y%m%dT%H%M%S"),
        ("tz", local, "%Z"),
        ("tz_dst", local, "%Z"),
        ("tz_offset", local, "%z"),
    ];
    let text = |moment: &Zoned, format: &str| strtime::format(format, moment).unwrap_or_default();
    formats.into_iter().map(|(name, moment, format)| (name, text(moment, format))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_every_form() {
        let local: Zoned = "2026-01-31T13:05:09.25+01:00[Europe/Berlin]"
            .parse()
            .unwrap_or_else(|_| "2026-01-31T13:05:09.25+00:00[UTC]".parse().unwrap());
        let facts = moment(&local, &local.with_time_zone(TimeZone::UTC));
        assert_eq!(facts.len(), 20);
        assert_eq!(facts.get("weekday"), Some(&Value::from("Saturday")));
        assert_eq!(facts.get("iso8601_basic"), Some(&Value::from("20260131T130509250000")));
        assert!(facts.values().all(|it| it.as_str().is_some_and(|text| !text.is_empty())), "{facts:?}");
    }
}
