//! PAX records: `<length> <key>=<value>` and a line feed, the length in decimal digits and of the whole record.

/// What the records of one entry say that matters.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pax {
    pub(super) path: Option<String>,
    pub(super) size: Option<u64>,
    /// Whether they describe a sparse file.
    pub(super) sparse: bool,
}

/// Reads records. What does not change which files there are (times, owners, comments) is passed over.
pub(super) fn parse(bytes: &[u8]) -> Result<Pax, &'static str> {
    const MALFORMED: &str = "its PAX records are malformed";
    let mut pax = Pax::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let space = rest.iter().position(|byte| *byte == b' ').ok_or(MALFORMED)?;
        let digits = rest.get(..space).unwrap_or_default();
        let length = decimal(digits).and_then(|length| usize::try_from(length).ok()).ok_or(MALFORMED)?;
        let record =
            rest.get(space + 1..length).and_then(|record| record.strip_suffix(b"\n")).ok_or(MALFORMED)?;
        rest = rest.get(length..).unwrap_or_default();
        let equals = record.iter().position(|byte| *byte == b'=').ok_or(MALFORMED)?;
        let (key, value) =
            (record.get(..equals).unwrap_or_default(), record.get(equals + 1..).unwrap_or_default());
        match key {
            b"path" => {
                let path = std::str::from_utf8(value).map_err(|_| "its PAX path is not UTF-8")?.to_owned();
                if pax.path.replace(path).is_some() {
                    return Err("its PAX records name two paths");
                }
            }
            b"size" => {
                let size = decimal(value).ok_or("its PAX size is not a number")?;
                if pax.size.replace(size).is_some() {
                    return Err("its PAX records name two sizes");
                }
            }
            b"linkpath" => return Err("its PAX records make it a link"),
            // Another character set than UTF-8, which not every reader has.
            b"hdrcharset" | b"charset" => return Err("its PAX records are in a character set of their own"),
            key if key.starts_with(b"GNU.sparse.") || key == b"SCHILY.realsize" => pax.sparse = true,
            _ => {}
        }
    }
    Ok(pax)
}

/// Digits only: no sign, no space, and no zero in front, which some readers take for octal.
fn decimal(digits: &[u8]) -> Option<u64> {
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    if !plain || (digits.len() > 1 && digits.starts_with(b"0")) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read() {
        let pax = parse(b"30 mtime=1350244992.023960108\n14 path=a b=c\n9 size=7\n19 comment=deadbeef")
            .unwrap_err();
        assert_eq!(pax, "its PAX records are malformed");
        let pax = parse(b"30 mtime=1350244992.023960108\n15 path=a b=cd\n11 size=7\n").unwrap_err();
        assert_eq!(pax, "its PAX records are malformed");
        let pax = parse(b"30 mtime=1350244992.023960108\n15 path=a b=cd\n9 size=7\n").unwrap();
        assert_eq!(pax, Pax { path: Some("a b=cd".to_owned()), size: Some(7), sparse: false });
        assert_eq!(parse(b""), Ok(Pax::default()));
        assert!(parse(b"22 GNU.sparse.major=1\n").unwrap().sparse);
    }

    #[test]
    fn what_readers_could_differ_about_is_refused() {
        for odd in [
            "9 path=a\n9 path=b\n",
            "9 size=1\n9 size=1\n",
            "10 size=-1\n",
            "10 size=01\n",
            "10 size=+1\n",
            "09 size=1\n",
            "+9 size=1\n",
            "0 \n",
            "2 \n",
            "9999999999999999999999 a=b\n",
            "18446744073709551615 a=b\n",
            "8 size=1\n",
            "5 a\n",
            "12 linkpath\n",
            "14 linkpath=x\n",
            "21 hdrcharset=BINARY\n",
            "path=a\n",
        ] {
            assert!(parse(odd.as_bytes()).is_err(), "{odd:?}");
        }
        assert!(parse(b"9 path=\xff\n").is_err());
    }
}
