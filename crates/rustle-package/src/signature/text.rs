//! The text of a signature file, as far as its verifier does not tell of it.

use std::fmt::Write as _;

/// The longest signature file that is read, in bytes. Real ones have about 300.
const LONGEST: usize = 8 << 10;

/// A signature, and what it says of itself.
pub(super) struct Text {
    pub(super) signature: minisign_verify::Signature,
    pub(super) key_id: String,
    /// What package and version the trusted comment names, if it does.
    pub(super) claim: Option<(String, String)>,
}

/// Reads a signature file: four lines, no more.
pub(super) fn parse(bytes: &[u8]) -> Result<Text, &'static str> {
    if bytes.len() > LONGEST {
        return Err("it is too long");
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
    let lines: Vec<&str> = text.lines().collect();
    // A signature is in no list of digests: a fifth line could hold anything.
    let [comment, line, ..] = lines.as_slice() else { return Err("it has too few lines") };
    if lines.len() != 4 || !comment.starts_with("untrusted comment: ") {
        return Err("it has not the four lines of a minisign signature");
    }
    let signature = minisign_verify::Signature::decode(text)
        .map_err(|_| "it has not the form of a minisign signature")?;
    let key_id = key_id(line).ok_or("it names no key")?;
    let claim = claim(signature.trusted_comment());
    Ok(Text { signature, key_id, claim })
}

/// The trusted comment that is written: the time, and what the signature is for.
#[cfg(feature = "sign")]
pub(super) fn trusted_comment(seconds: u64, id: &str, version: &str) -> String {
    format!("timestamp:{seconds}\trustle:{id}@{version}\thashed").replace('\n', " ")
}

fn claim(trusted_comment: &str) -> Option<(String, String)> {
    let named = trusted_comment.split('\t').find_map(|field| field.strip_prefix("rustle:"))?;
    let (id, version) = named.split_once('@')?;
    Some((id.to_owned(), version.to_owned()))
}

/// The id in the base64 of a key or of a signature: bytes 2 to 10, the last one first.
pub(super) fn key_id(base64: &str) -> Option<String> {
    // 14 characters are 84 bits: two bytes of algorithm, eight of id, half a byte that belongs to the rest.
    let bytes = decode(base64.get(..14)?)?;
    let mut id = String::new();
    for byte in bytes.get(2..10)?.iter().rev() {
        write!(id, "{byte:02X}").ok()?;
    }
    Some(id)
}

/// The bytes of a base64 text; bits that fill no byte are dropped. The verifier, which decodes signatures and keys itself,
/// is the one that is strict.
pub(super) fn decode(base64: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in base64.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
    }
    Some(bytes)
}
