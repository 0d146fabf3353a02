//! Text encodings that `replace`, `find` and `template` can read and write.

/// The first of the 256 characters that stand for bytes which are no text.
const ESCAPES: u32 = 0x10_FF00;

/// A text encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// ASCII.
    Ascii,
    /// Latin-1: every byte is the character of its number.
    Latin1,
}

/// The text of some bytes. As with Python's `surrogateescape`, bytes that are no text survive: they are characters of a
/// private plane in it, and turn back into themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    encoding: Encoding,
    has_escapes: bool,
}

impl Encoding {
    /// The encoding that Python knows as `name`.
    ///
    /// # Errors
    /// If there is none, or it is not supported here.
    pub fn by_name(name: &str) -> Result<Encoding, String> {
        match name.to_ascii_lowercase().replace(['-', ' '], "_").as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" => Ok(Encoding::Utf8),
            "ascii" | "us_ascii" | "646" => Ok(Encoding::Ascii),
            "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" | "8859" | "cp819" | "latin" | "l1" => {
                Ok(Encoding::Latin1)
            }
            "utf_16" | "utf16" | "utf_32" | "utf32" | "cp1252" | "windows_1252" => {
                Err(format!("encoding {name} is not supported: use utf-8, ascii or latin-1"))
            }
            _ => Err(format!("unknown encoding: {name}")),
        }
    }

    /// The text that `bytes` are, if they are text.
    pub fn read(self, bytes: &[u8]) -> Option<String> {
        match self {
            Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Encoding::Ascii => bytes.is_ascii().then(|| String::from_utf8_lossy(bytes).into_owned()),
            Encoding::Latin1 => Some(bytes.iter().map(|byte| char::from(*byte)).collect()),
        }
    }

    /// The bytes that `text` is.
    ///
    /// # Errors
    /// The first character that the encoding lacks.
    pub fn write(self, text: &str) -> Result<Vec<u8>, String> {
        let last = match self {
            Encoding::Utf8 => return Ok(text.as_bytes().to_vec()),
            Encoding::Ascii => 0x7f,
            Encoding::Latin1 => 0xff,
        };
        let byte = |c: char| u8::try_from(c).ok().filter(|byte| *byte <= last).ok_or_else(|| c.to_string());
        text.chars().map(byte).collect()
    }

    /// The text that `bytes` are, with what is none.
    pub fn decode(self, bytes: &[u8]) -> Decoded {
        if let Some(text) = self.read(bytes) {
            return Decoded { text, encoding: self, has_escapes: false };
        }
        let mut text = String::with_capacity(bytes.len());
        let escape = |byte: &u8| char::from_u32(ESCAPES + u32::from(*byte)).unwrap_or('?');
        for chunk in bytes.utf8_chunks() {
            match self {
                Encoding::Ascii => text.extend(
                    chunk.valid().bytes().map(
                        |byte| {
                            if byte.is_ascii() { char::from(byte) } else { escape(&byte) }
                        },
                    ),
                ),
                // Beside bytes that are no text, characters that look like them are taken apart, too.
                _ => chunk.valid().chars().for_each(|c| match c {
                    '\u{10FF80}'..='\u{10FFFF}' => {
                        text.extend(c.encode_utf8(&mut [0; 4]).as_bytes().iter().map(escape));
                    }
                    c => text.push(c),
                }),
            }
            text.extend(chunk.invalid().iter().map(escape));
        }
        Decoded { text, encoding: self, has_escapes: true }
    }
}

impl Decoded {
    /// The bytes that `new`, which was made of this text, is; what the encoding lacks becomes a question mark.
    pub fn encode(&self, new: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(new.len());
        for c in new.chars() {
            let code = u32::from(c);
            match (self.encoding, code) {
                (_, 0x10_FF80..) if self.has_escapes => bytes.push((code - ESCAPES) as u8),
                (Encoding::Utf8, _) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
                (Encoding::Ascii, 0..=0x7f) | (Encoding::Latin1, 0..=0xff) => bytes.push(code as u8),
                _ => bytes.push(b'?'),
            }
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_survive() {
        for bytes in [b"a\xff\xc3\xa9\xf0\x9f".as_slice(), "é\u{10FFFF}".as_bytes(), b"\xf4\x8f\xbf\xbf\xff"]
        {
            for encoding in [Encoding::Utf8, Encoding::Ascii, Encoding::Latin1] {
                let decoded = encoding.decode(bytes);
                assert_eq!(decoded.encode(&decoded.text), bytes, "{encoding:?}");
            }
        }
        assert!(Encoding::Utf8.decode(b"\xff\xc3\xa9").text.contains('é'));
        assert_eq!(Encoding::Utf8.read(b"\xff"), None);
        assert_eq!(Encoding::Ascii.read(b"\xc3\xa9"), None);
    }

    #[test]
    fn names_are_pythons() {
        assert_eq!(Encoding::by_name("UTF-8"), Ok(Encoding::Utf8));
        assert_eq!(Encoding::by_name("ISO-8859-1"), Ok(Encoding::Latin1));
        assert_eq!(Encoding::by_name("zork"), Err("unknown encoding: zork".into()));
    }

    #[test]
    fn what_an_encoding_lacks_is_questioned() {
        assert_eq!(Encoding::Latin1.decode(b"").encode("é€"), b"\xe9?");
        assert_eq!(Encoding::Ascii.decode(b"").encode("é"), b"?");
    }
}
