//! Sizes as people write them: `"20 MB"`.

/// The units, and how many bytes each is: those of the SI, and those that are powers of two.
const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// The number of bytes that `text` says: a number, which may have a fraction, and a unit. Case does not matter.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = (text.get(..digits)?, text.get(digits..)?.trim());
    let number: f64 = number.parse().ok()?;
    let unit = if unit.is_empty() { "B" } else { unit };
    let (_, factor) = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    let bytes = number * *factor as f64;
    // Beyond this a float does not count single bytes, and no executable is so large.
    (bytes.is_finite() && bytes < 9e15).then_some(bytes.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_read() {
        assert_eq!(bytes("20 MB"), Some(20_000_000));
        assert_eq!(bytes("1.5MiB"), Some(3 << 19));
        assert_eq!(bytes("4096"), Some(4096));
        assert_eq!(bytes(" 2 gb "), Some(2_000_000_000));
        for bad in ["", "MB", "20 XB", "-1 MB", "1e3", "1..2 MB", "99999999999 GB", "é"] {
            assert_eq!(bytes(bad), None, "{bad}");
        }
    }
}
