//! Keys, and what they may sign.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text;

/// The public half of a minisign key.
///
/// ```
/// use rustle_package::signature::PublicKey;
///
/// let key: PublicKey = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3".parse()?;
/// assert_eq!(key.id(), "E7620F1842B4E81F");
/// # Ok::<(), rustle_package::signature::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    text: String,
    id: String,
    pub(super) key: minisign_verify::PublicKey,
}

impl PublicKey {
    /// The key's name for itself, 16 hexadecimal digits, as minisign prints it. Not unique: anybody can make a key with
    /// any id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    /// Reads the base64 line of a minisign public key, or its whole file.
    fn from_str(given: &str) -> Result<PublicKey, KeyError> {
        let line = given.trim().lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        let wrong = || KeyError(line.chars().take(80).collect());
        let key = minisign_verify::PublicKey::from_base64(line).map_err(|_| wrong())?;
        let id = text::key_id(line).ok_or_else(wrong)?;
        Ok(PublicKey { text: line.to_owned(), id, key })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PublicKey, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that is no public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.escape_debug();
        write!(
            f,
            "`{shown}` is not a minisign public key: give the line that begins with `RW` in its .pub file"
        )
    }
}

impl std::error::Error for KeyError {}

/// A key that somebody trusts, and how far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What it is called in messages and in the lock.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// Which packages it may sign: `com.acme` is that id and every id that begins with `com.acme.`; none is no package.
    pub prefixes: Vec<String>,
    /// From when on it counts for nothing.
    pub expires: Option<SystemTime>,
    /// Whether it was taken back: it counts for nothing, and never did.
    pub revoked: bool,
}

impl Key {
    /// Whether it may sign the package with this id.
    pub fn covers(&self, id: &str) -> bool {
        self.prefixes.iter().any(|prefix| {
            id.strip_prefix(prefix.as_str()).is_some_and(|rest| {
                !prefix.is_empty() && !prefix.ends_with('.') && (rest.is_empty() || rest.starts_with('.'))
            })
        })
    }
}

/// The end of a day in UTC, for a key that may be used through `YYYY-MM-DD`. Nothing if there is no such day after 1970.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use rustle_package::signature::end_of_day;
///
/// assert_eq!(end_of_day("2026-11-20"), Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_219_200)));
/// assert_eq!(end_of_day("2026-02-29"), None);
/// ```
pub fn end_of_day(date: &str) -> Option<SystemTime> {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    if [year.len(), month.len(), day.len()] != [4, 2, 2]
        || !date.bytes().all(|b| b == b'-' || b.is_ascii_digit())
    {
        return None;
    }
    let (year, month, day): (u64, u64, u64) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let leap = |year: u64| (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    let length = |month| match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if year < 1970 || !(1..=12).contains(&month) || day == 0 || day > length(month) {
        return None;
    }
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let months: u64 = (1..month).map(length).sum();
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs((years + months + day) * 86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    #[test]
    fn a_key_is_read_from_its_line_and_from_its_file() {
        let key: PublicKey = TEXT.parse().unwrap();
        let file = format!("untrusted comment: minisign public key E7620F1842B4E81F\r\n{TEXT}\r\n");
        assert_eq!(file.parse(), Ok(key.clone()));
        assert_eq!(key.to_string(), TEXT);
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key);
        for wrong in ["", "RW", &TEXT[..55], "é", &TEXT.replace("RWQ", "AAA"), &format!("{TEXT}{TEXT}")] {
            assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_prefix_ends_at_a_dot() {
        let covers = |prefix: &str, id: &str| {
            let (key, prefixes) = (TEXT.parse().unwrap(), vec![prefix.to_owned()]);
            Key { name: "k".to_owned(), key, prefixes, expires: None, revoked: false }.covers(id)
        };
        assert!(covers("com.acme", "com.acme") && covers("com.acme", "com.acme.x.y"));
        assert!(
            !covers("com.acme", "com.acmex") && !covers("com.acme", "com") && !covers("com.acme", "org.acme")
        );
        assert!(!covers("", "com.acme") && !covers("", ".acme") && !covers("com.", "com.acme"));
    }

    #[test]
    fn days_end_at_midnight() {
        let seconds = |date| {
            end_of_day(date)
                .map(|time| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs())
        };
        assert_eq!(seconds("1970-01-01"), Some(86_400));
        assert_eq!(seconds("2000-02-29"), Some(951_868_800));
        assert_eq!(seconds("2024-12-31"), Some(1_735_689_600));
        for wrong in
            ["2026-13-01", "2100-02-29", "2026-1-01", "1969-01-01", "+026-01-01", "2026-01", "é-01-01", ""]
        {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
