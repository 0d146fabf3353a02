//! Encodings of bytes: base64 (RFC 4648), hexadecimal, percent (RFC 3986).

use std::collections::HashSet;
use std::fmt::Write;

use base64ct::{Base64, Base64Url, Encoding};

use super::SHORTEST;

/// Where programs break lines of base64: `base64` and MIME at 76, PEM at 64.
const WIDTHS: [usize; 2] = [64, 76];

/// Adds what base64 makes of `secret`, in both alphabets, wherever it begins in what is encoded.
pub(super) fn base64(secret: &[u8], forms: &mut HashSet<Vec<u8>>) {
    for encode in [Base64::encode_string, Base64Url::encode_string] {
        let whole = encode(secret);
        for width in WIDTHS {
            let lines =
                whole.as_bytes().chunks(width).filter(|line| line.len() >= 8 && line.len() < whole.len());
            forms.extend(lines.map(<[u8]>::to_vec));
        }
        for before in 0..3 {
            // What stands before and after the secret shares a character with it at either end; those in between are
            // the same whatever it is.
            let shifted = encode(&[vec![0; before], secret.to_vec()].concat());
            let first = (before * 8).div_ceil(6);
            let last = (before + secret.len()) * 8 / 6;
            if let Some(inner) = shifted.get(first..last).filter(|inner| inner.len() >= SHORTEST) {
                forms.insert(inner.as_bytes().to_vec());
            }
        }
        forms.insert(whole.trim_end_matches('=').as_bytes().to_vec());
        forms.insert(whole.into_bytes());
    }
}

/// Adds what hexadecimal notations make of `secret`.
pub(super) fn hex(secret: &[u8], forms: &mut HashSet<Vec<u8>>) {
    plain_hex(secret, forms);
    for upper in [false, true] {
        forms.extend([("", ":"), ("", " "), ("\\x", "")].map(|(a, b)| hex_with(secret, a, b, upper)));
    }
}

/// Adds the digits of `secret` with nothing between them.
pub(super) fn plain_hex(secret: &[u8], forms: &mut HashSet<Vec<u8>>) {
    forms.extend([false, true].map(|upper| hex_with(secret, "", "", upper)));
}

fn hex_with(secret: &[u8], before: &str, between: &str, upper: bool) -> Vec<u8> {
    let mut text = String::with_capacity(secret.len() * (2 + before.len() + between.len()));
    for (at, byte) in secret.iter().enumerate() {
        text.push_str(if at > 0 { between } else { "" });
        text.push_str(before);
        // Writing to a string cannot fail.
        let _ = if upper { write!(text, "{byte:02X}") } else { write!(text, "{byte:02x}") };
    }
    text.into_bytes()
}

/// Adds what programs make of `secret` in a URL or a form: they differ in what they leave as it is.
pub(super) fn percent(secret: &[u8], forms: &mut HashSet<Vec<u8>>) {
    for left in ["-_.~", "-_.~/", "-_.~!'()*", "-_.*"] {
        for (space, upper) in [("%20", true), ("%20", false), ("+", true), ("+", false)] {
            let mut text = String::with_capacity(secret.len());
            for &byte in secret {
                let _ = match byte {
                    b' ' => write!(text, "{space}"),
                    _ if byte.is_ascii_alphanumeric() || left.as_bytes().contains(&byte) => {
                        write!(text, "{}", char::from(byte))
                    }
                    _ if upper => write!(text, "%{byte:02X}"),
                    _ => write!(text, "%{byte:02x}"),
                };
            }
            forms.insert(text.into_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether some form stands in `text`.
    fn is_in(text: &str, add: impl Fn(&[u8], &mut HashSet<Vec<u8>>), secret: &str) -> bool {
        let mut forms = HashSet::new();
        add(secret.as_bytes(), &mut forms);
        forms.iter().any(|form| text.contains(std::str::from_utf8(form).unwrap()))
    }

    #[test]
    fn base64_is_found_wherever_the_secret_begins() {
        for secret in ["hunter2", "pass", "correct horse battery", "\u{e9}\u{fc}>>>???"] {
            for before in ["", "u", "us", "user:", "\0\u{ff}"] {
                for after in ["", "x", "xy", "xyz", "\u{3ff}"] {
                    let all = format!("{before}{secret}{after}");
                    let encoded = [
                        Base64::encode_string(all.as_bytes()),
                        Base64Url::encode_string(all.as_bytes()),
                        Base64::encode_string(all.as_bytes()).trim_end_matches('=').to_owned(),
                    ];
                    for encoded in encoded {
                        assert!(is_in(&encoded, base64, secret), "{secret} in {encoded}");
                    }
                }
            }
        }
        assert!(!is_in(&Base64::encode_string(b"nothing of it"), base64, "hunter2"));
    }

    #[test]
    fn lines_of_base64_are_found_as_programs_break_them() {
        let secret: String = (0..200).map(|n| char::from(b'a' + (n % 23) as u8)).collect();
        let mut forms = HashSet::new();
        base64(secret.as_bytes(), &mut forms);
        let whole = Base64::encode_string(secret.as_bytes());
        for width in [64, 76] {
            let all = whole.as_bytes().chunks(width).filter(|line| line.len() >= 8);
            assert!(all.clone().count() > 2);
            assert!(all.into_iter().all(|line| forms.contains(line)));
        }
    }

    #[test]
    fn hexadecimal_and_percent() {
        for text in ["68756e746572", "68:75:6E:74:65:72", "\\x68\\x75\\x6e\\x74\\x65\\x72"] {
            assert!(is_in(text, hex, "hunter"), "{text}");
        }
        for text in ["a%20b%2F%26%C3%A9", "a+b%2f%26%c3%a9", "a%20b/%26%C3%A9"] {
            assert!(is_in(text, percent, "a b/&\u{e9}"), "{text}");
        }
    }
}
