//! Looks for planted secrets, in every encoding that a program may give them. What is looked for is worked out here, with
//! other means than those of the redaction.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use crate::project::PLANTED;

/// Fails if one of the planted secrets stands in `bytes`, which are `what`.
pub fn assert_absent(what: &str, bytes: &[u8]) {
    for (how, bytes) in [("", bytes), (", broken into lines", &joined(bytes))] {
        if let Some((name, encoding, around)) = found(bytes) {
            panic!("{what} tells `{name}` ({encoding}{how}): …{around}…");
        }
    }
}

/// `bytes` without what breaks a text into lines: white space, as it is and in JSON, and what stands between two items.
fn joined(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes).replace("\\n", "").replace("\\t", "").replace("\",\"", "");
    text.split_whitespace().collect::<String>().into_bytes()
}

/// The first planted secret in `bytes`: its name, how it is encoded, and what stands around it.
pub fn found(bytes: &[u8]) -> Option<(&'static str, &'static str, String)> {
    static ALL: LazyLock<(AhoCorasick, Vec<(&'static str, &'static str)>)> = LazyLock::new(|| {
        let of =
            |(name, secret)| forms(secret).into_iter().map(move |(encoding, form)| ((name, encoding), form));
        let (names, forms): (Vec<_>, Vec<_>) = PLANTED.into_iter().flat_map(of).unzip();
        (AhoCorasick::new(forms).expect("all of them"), names)
    });
    let hit = ALL.0.find(bytes)?;
    let (name, encoding) = ALL.1[hit.pattern().as_usize()];
    let around = &bytes[hit.start().saturating_sub(60)..bytes.len().min(hit.end() + 60)];
    Some((name, encoding, String::from_utf8_lossy(around).into_owned()))
}

/// Every form of a secret.
fn forms(secret: &str) -> Vec<(&'static str, String)> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let percent = |keep: &str| -> String {
        let one = |byte: u8| match byte.is_ascii_alphanumeric() || keep.as_bytes().contains(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        secret.bytes().map(one).collect()
    };
    let json = serde_json::to_string(secret).expect("JSON");
    let json = json.trim_matches('"').to_owned();
    let mut forms = vec![
        ("as it is", secret.trim().to_owned()),
        ("JSON", json.trim_end_matches("\\n").to_owned()),
        ("ASCII JSON", json.replace('\u{e9}', "\\u00e9")),
        ("debug", format!("{secret:?}").trim_matches('"').trim_end_matches("\\n").to_owned()),
        ("shell", secret.trim().replace('\'', "'\"'\"'")),
        ("percent", percent("-_.~")),
        ("percent, with slashes", percent("-_.~/")),
        ("form", percent("-_.~").replace("%20", "+")),
        ("upper hex", hex.to_uppercase()),
        ("hex", hex),
    ];
    for (encoding, engine) in [
        ("base64", &STANDARD),
        ("base64 without padding", &STANDARD_NO_PAD),
        ("URL-safe base64", &URL_SAFE),
        ("URL-safe base64 without padding", &URL_SAFE_NO_PAD),
    ] {
        forms.push((encoding, engine.encode(secret.trim())));
        for before in ["x", "xy", "xyz"] {
            // Without the characters that the neighbours share.
            let all = engine.encode(format!("{before}{}", secret.trim()));
            let inner = &all[before.len() * 8 / 6 + 1..(before.len() + secret.trim().len()) * 8 / 6];
            forms.push((encoding, inner.to_owned()));
        }
    }
    let lines = secret.lines().filter(|line| secret.lines().count() > 1 && !line.starts_with("-----"));
    forms.extend(lines.map(|line| ("one line", line.to_owned())));
    forms
}

#[test]
fn what_is_planted_is_found() {
    let token = PLANTED[1].1;
    for text in [
        format!("a {token} b"),
        STANDARD.encode(format!("user:{token}@")),
        URL_SAFE_NO_PAD.encode(format!("k={token}&x")),
        token.bytes().map(|byte| format!("{byte:02X}")).collect(),
    ] {
        assert!(found(text.as_bytes()).is_some(), "{text}");
    }
    assert!(found(b"BKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj").is_some());
    assert!(found(b"nothing").is_none());
    let (first, second) = token.split_at(token.len() / 2);
    assert!(found(&joined(format!("[\"{first}\",\"{second}\"]").as_bytes())).is_some());
}
