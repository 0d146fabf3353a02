//! Times of files: what `modification_time` and `access_time` ask for.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, utimensat};
use rustle_value::Value;

use crate::fs::attributes::Applied;
use crate::fs::info;

/// What is asked of one of a file's times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// It stays as it is.
    Preserve,
    /// It becomes the time of the change.
    Now,
    /// It becomes this time, in whole seconds since the epoch.
    At(i64),
}

impl Wish {
    /// What `text` asks for: `preserve`, `now`, or a local time in `format` (of `strftime`).
    ///
    /// # Errors
    /// If the text is not in that format; the message is Ansible's.
    pub fn parse(text: &str, format: &str) -> Result<Wish, String> {
        match text {
            "preserve" => return Ok(Wish::Preserve),
            "now" => return Ok(Wish::Now),
            _ => {}
        }
        local_time(text, format).map(Wish::At).ok_or_else(|| {
            let quote = |text: &str| rustle_value::python::repr(&Value::from(text));
            format!(
                "Error while obtaining timestamp for time {text} using format {format}: time data {} does not match \
                 format {}",
                quote(text),
                quote(format)
            )
        })
    }

    fn spec(self) -> Timespec {
        let (tv_sec, tv_nsec) = match self {
            Wish::Preserve => (0, UTIME_OMIT),
            Wish::Now => (0, UTIME_NOW),
            Wish::At(seconds) => (seconds, 0),
        };
        Timespec { tv_sec, tv_nsec }
    }

    /// The time as Python's float, where it is not to be kept.
    fn wanted(self, now: f64) -> Option<f64> {
        match self {
            Wish::Preserve => None,
            Wish::Now => Some(now),
            Wish::At(seconds) => Some(seconds as f64),
        }
    }
}

fn local_time(text: &str, format: &str) -> Option<i64> {
    let mut time = BrokenDownTime::parse(format, text).ok()?;
    // What the format does not name is the first day of 1900, as in Python.
    if time.year().is_none() && time.timestamp().is_none() {
        time.set_year(Some(1900)).ok()?;
    }
    if time.month().is_none() && time.day_of_year().is_none() && time.timestamp().is_none() {
        time.set_month(Some(1)).ok()?;
        if time.day().is_none() {
            time.set_day(Some(1)).ok()?;
        }
    }
    if let Some(timestamp) = time.timestamp() {
        return Some(timestamp.as_second());
    }
    let zoned = time.to_datetime().ok()?.to_zoned(TimeZone::system()).ok()?;
    Some(zoned.timestamp().as_second())
}

/// Sets the times of `path`, followed if it is a link, where they are not as wished. In check mode it only says so.
/// The times before and after are added to `applied`.
///
/// # Errors
/// If the file is missing or the system refuses.
pub fn apply(
    path: &Path,
    modified: Wish,
    accessed: Wish,
    check: bool,
    applied: &mut Applied,
) -> io::Result<()> {
    if (modified, accessed) == (Wish::Preserve, Wish::Preserve) {
        return Ok(());
    }
    let metadata = std::fs::metadata(path)?;
    let now = jiff::Timestamp::now();
    let now = info::seconds(now.as_second(), now.subsec_nanosecond().into());
    let mut changes = false;
    for (name, wish, before) in [
        ("mtime", modified, info::seconds(metadata.mtime(), metadata.mtime_nsec())),
        ("atime", accessed, info::seconds(metadata.atime(), metadata.atime_nsec())),
    ] {
        if let Some(wanted) = wish.wanted(now).filter(|wanted| *wanted != before) {
            changes = true;
            applied.before.insert(name, before);
            applied.after.insert(name, wanted);
        }
    }
    if changes {
        applied.changed = true;
        if !check {
            let times = Timestamps { last_access: accessed.spec(), last_modification: modified.spec() };
            utimensat(CWD, path, &times, AtFlags::empty())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMAT: &str = "%Y%m%d%H%M.%S";

    fn utc(text: &str, format: &str) -> Option<i64> {
        local_time(text, format)
    }

    #[test]
    fn wishes_are_read() {
        assert_eq!(Wish::parse("preserve", FORMAT), Ok(Wish::Preserve));
        assert_eq!(Wish::parse("now", FORMAT), Ok(Wish::Now));
        let zone = TimeZone::system();
        let time = jiff::civil::datetime(2020, 1, 2, 3, 4, 5, 0).to_zoned(zone).unwrap();
        assert_eq!(utc("202001020304.05", FORMAT), Some(time.timestamp().as_second()));
        assert_eq!(utc("2020-01-02", "%Y-%m-%d"), Some(time.start_of_day().unwrap().timestamp().as_second()));
        assert_eq!(
            Wish::parse("2020", FORMAT).unwrap_err(),
            "Error while obtaining timestamp for time 2020 using format %Y%m%d%H%M.%S: time data '2020' does not match \
             format '%Y%m%d%H%M.%S'"
        );
    }

    #[test]
    fn times_are_set_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "").unwrap();
        let mut applied = Applied::default();
        apply(&path, Wish::At(1_577_934_245), Wish::Preserve, false, &mut applied).unwrap();
        assert!(applied.changed);
        assert_eq!(applied.after.get("mtime"), Some(&Value::Float(1_577_934_245.0)));
        assert_eq!(applied.after.get("atime"), None);
        assert_eq!(std::fs::metadata(&path).unwrap().mtime(), 1_577_934_245);
        let mut again = Applied::default();
        apply(&path, Wish::At(1_577_934_245), Wish::Preserve, false, &mut again).unwrap();
        assert!(!again.changed);
    }
}
