//! Fault 10: each way in which a signature may not count, and files that the minisign tool itself made.

use std::time::{Duration, SystemTime};

use super::*;

/// Made by `minisign -G -W` (minisign 0.11), which writes no checksum into keys without a password.
const TOOL_PUBLIC: &str = "RWTPnJziZJYEpz0OvwRwEnXwZth5/ynnd9Ric/6SPTp2L2lck1rmcnU3";
const TOOL_SECRET: &str = "untrusted comment: minisign encrypted secret key
RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAz5yc4mSWBKfouK8SLT/DEM9a2lZF7vH8j2IRMngJTESbJcNRySPqzj0OvwRwEnXwZth5/ynnd9Ric/6SPTp2L2lck1rmcnU3AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
";
/// The same key, encrypted with `open sesame` and a scrypt that is cheap enough for a test; `minisign -S` accepts it.
const TOOL_ENCRYPTED: &str = "untrusted comment: minisign encrypted secret key
RWRTY0Iyc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3MAgAAAAAAAAAAAAAEAAAAAAe5b4yBiN3NeAkzg8tnv3O6tOPNl8FwoN8PB29ZAduM5gTneaetmLgtNuLcJhKQq7lkYeVkDqKjc+QnoY8b8Pl2L/8og+ttnGhZkjsbdOOZ9MAQZEZR3EUcYkEBSL/Ab1m6Ye8e8W0s=
";
/// Made by `minisign -S -m m.txt`, of the message of `greet()`.
const TOOL_SIGNATURE: &str = "untrusted comment: signature from minisign secret key
RUTPnJziZJYEp9tQtKUol3AC11GJwfjcfhnfRVbtEjvvCho4kYhzRX0gK0TU24j7U+hsf+XHfFRO7VB/NuorytqRiey0aOkQ+QI=
trusted comment: timestamp:1795203308\tfile:m.txt\thashed
HNpUeliD/RTbB0+E6rYTr7CLC75xb/2LggkquINqAnWMvMVvkH5GgwM8dyKmUzGxbquxBjEVERgGkLZW14+rCg==
";

const ID: &str = "com.acme.greet";
const VERSION: &str = "1.0.0";

fn greet() -> Tree {
    let mut tree = Tree::default();
    tree.insert("a", "").unwrap();
    tree
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_203_000)
}

fn trusted(name: &str, key: &PublicKey) -> Key {
    let (name, key) = (name.to_owned(), key.clone());
    Key { name, key, prefixes: vec!["com.acme".to_owned()], expires: None, revoked: false }
}

fn code(tree: &Tree, keys: &[Key], threshold: usize) -> &'static str {
    check(tree, ID, VERSION, keys, threshold, now()).unwrap_err().code()
}

fn signed(mut tree: Tree, file: &str, pair: &KeyPair, id: &str, version: &str) -> Tree {
    let text = sign(&tree, id, version, &pair.secret, None, now()).unwrap();
    tree.insert(file, text).unwrap();
    tree
}

#[test]
fn what_the_minisign_tool_wrote_is_read() {
    let key = trusted("tool", &TOOL_PUBLIC.parse().unwrap());
    assert_eq!(key.key.id(), "A7049664E29C9CCF");
    let mut tree = greet();
    tree.insert("tool.minisig", TOOL_SIGNATURE).unwrap();
    assert_eq!(check(&tree, ID, VERSION, std::slice::from_ref(&key), 1, now()).unwrap(), ["tool"]);
    tree.insert("tool.minisig", TOOL_SIGNATURE.replace('\n', "\r\n")).unwrap();
    assert_eq!(check(&tree, ID, VERSION, &[key], 1, now()).unwrap(), ["tool"]);
}

#[test]
fn keys_of_the_minisign_tool_sign() {
    let key = trusted("tool", &TOOL_PUBLIC.parse().unwrap());
    for (secret, password) in [(TOOL_SECRET, None), (TOOL_ENCRYPTED, Some("open sesame"))] {
        let mut tree = greet();
        let text = sign(&tree, ID, VERSION, secret, password, now()).unwrap();
        // Another implementation than the one that signed, and than the one that checks.
        assert!(
            text.contains("\ntrusted comment: timestamp:1795203000\trustle:com.acme.greet@1.0.0\thashed\n")
        );
        assert!(
            text.lines().nth(1).unwrap().starts_with("RUTPnJziZJYEp"),
            "hashed first, and by this key: {text}"
        );
        tree.insert("x.minisig", text).unwrap();
        assert_eq!(check(&tree, ID, VERSION, std::slice::from_ref(&key), 1, now()).unwrap(), ["tool"]);
    }
}

#[test]
fn keys_that_cannot_be_read_say_why() {
    let tree = greet();
    let attempt = |secret: &str, password| sign(&tree, ID, VERSION, secret, password, now()).unwrap_err();
    assert_eq!(attempt(TOOL_ENCRYPTED, None), SignError::Password);
    assert!(matches!(attempt(TOOL_ENCRYPTED, Some("sesame")), SignError::Key(_)));
    for broken in ["", "untrusted comment: x", &TOOL_SECRET[..100], "é", TOOL_PUBLIC] {
        assert!(matches!(attempt(broken, None), SignError::Key(_)), "{broken}");
    }
}

#[test]
fn a_new_key_signs_and_keeps_its_secret_to_itself() {
    let pair = generate(None).unwrap();
    let tree = signed(greet(), "acme.minisig", &pair, ID, VERSION);
    assert_eq!(check(&tree, ID, VERSION, &[trusted("acme", &pair.public)], 1, now()).unwrap(), ["acme"]);
    assert!(!format!("{pair:?}").contains(pair.secret.lines().nth(1).unwrap()));
    assert_eq!(tree.digest(), greet().digest(), "a signature does not change what it signs");
    assert_eq!(claimed(&tree), [pair.public.id().to_owned()].into());
    assert!(claimed(&greet()).is_empty());
}

#[test]
fn each_reason_has_its_code() {
    let (acme, other) = (generate(None).unwrap(), generate(None).unwrap());
    let key = trusted("acme", &acme.public);
    let tree = signed(greet(), "acme.minisig", &acme, ID, VERSION);

    assert_eq!(code(&greet(), std::slice::from_ref(&key), 1), "E-SIGNATURE-NONE");
    assert_eq!(code(&tree, &[], 1), "E-SIGNATURE-KEY");
    assert_eq!(code(&tree, &[trusted("other", &other.public)], 1), "E-SIGNATURE-KEY");
    assert_eq!(code(&tree, &[Key { revoked: true, ..key.clone() }], 1), "E-SIGNATURE-REVOKED");
    assert_eq!(code(&tree, &[Key { expires: Some(now()), ..key.clone() }], 1), "E-SIGNATURE-EXPIRED");
    let later = Key { expires: Some(now() + Duration::from_secs(1)), ..key.clone() };
    assert!(check(&tree, ID, VERSION, &[later], 1, now()).is_ok());
    for prefixes in [vec![], vec!["com.acm".to_owned()], vec!["com.acme.other".to_owned()]] {
        assert_eq!(code(&tree, &[Key { prefixes, ..key.clone() }], 1), "E-SIGNATURE-PREFIX");
    }
    for (id, version) in [("com.acme.other", VERSION), (ID, "1.0.1")] {
        let tree = signed(greet(), "acme.minisig", &acme, id, version);
        let error = check(&tree, ID, VERSION, std::slice::from_ref(&key), 1, now()).unwrap_err();
        assert_eq!(error.code(), "E-SIGNATURE-OTHER");
        assert!(error.to_string().contains(&format!("{id} {version}, with the same files")), "{error}");
    }
    let mut changed = tree.clone();
    changed.insert("a", "b").unwrap();
    assert_eq!(code(&changed, std::slice::from_ref(&key), 1), "E-SIGNATURE-WRONG");
    let mut added = tree.clone();
    added.insert("build.rs", "fn main() {}").unwrap();
    assert_eq!(code(&added, std::slice::from_ref(&key), 1), "E-SIGNATURE-WRONG");
    let mut deeper = greet();
    deeper.insert("keys/acme.minisig", tree.get("acme.minisig").unwrap()).unwrap();
    assert_eq!(code(&deeper, &[key], 1), "E-SIGNATURE-NONE");
}

#[test]
fn a_threshold_counts_keys_and_not_files_or_names() {
    let (first, second) = (generate(None).unwrap(), generate(None).unwrap());
    let keys =
        [trusted("first", &first.public), trusted("alias", &first.public), trusted("second", &second.public)];
    let one = signed(greet(), "a.minisig", &first, ID, VERSION);
    let twice = signed(one.clone(), "b.minisig", &first, ID, VERSION);
    for tree in [&one, &twice] {
        let error = check(tree, ID, VERSION, &keys, 2, now()).unwrap_err();
        assert_eq!(
            (error.code(), error.good.as_slice()),
            ("E-SIGNATURE-THRESHOLD", &["first".to_owned()][..])
        );
    }
    let both = signed(twice, "c.minisig", &second, ID, VERSION);
    assert_eq!(check(&both, ID, VERSION, &keys, 2, now()).unwrap(), ["first", "second"]);
    assert_eq!(check(&one, ID, VERSION, &keys, 0, now()).unwrap(), ["first"]);
    let stranger = signed(one, "z.minisig", &generate(None).unwrap(), ID, VERSION);
    assert_eq!(check(&stranger, ID, VERSION, &keys, 1, now()).unwrap(), ["first"], "others do no harm");
}

#[test]
fn a_file_that_only_has_the_name_of_a_signature_is_refused() {
    let pair = generate(None).unwrap();
    let key = trusted("acme", &pair.public);
    let good = signed(greet(), "acme.minisig", &pair, ID, VERSION);
    let text = String::from_utf8(good.get("acme.minisig").unwrap().to_vec()).unwrap();
    let smuggled = format!("{text}fn main() {{ evil() }}\n");
    let long = format!("{text}{}", " ".repeat(10_000));
    for odd in ["", "pub fn evil() {}", &smuggled, &long, "\u{0}\n\n\n\n", "a\nb\nc\nd\n"] {
        let mut tree = good.clone();
        tree.insert("evil.minisig", odd).unwrap();
        assert_eq!(code(&tree, std::slice::from_ref(&key), 1), "E-SIGNATURE-FORMAT", "{odd:?}");
    }
    let mut tree = good;
    for count in 0..70 {
        tree.insert(format!("{count}.minisig"), text.clone()).unwrap();
    }
    assert_eq!(code(&tree, &[key], 1), "E-SIGNATURE-FORMAT");
}

#[test]
fn a_flipped_bit_anywhere_in_a_signature_is_noticed() {
    let pair = generate(None).unwrap();
    let keys = [trusted("acme", &pair.public)];
    let good = signed(greet(), "acme.minisig", &pair, ID, VERSION);
    let text = good.get("acme.minisig").unwrap().to_vec();
    // The first line, which says of itself that nobody vouches for it, may be changed.
    let trusted_from = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for at in trusted_from..text.len() - 1 {
        let mut changed = text.clone();
        changed[at] ^= 1;
        let mut tree = good.clone();
        tree.insert("acme.minisig", changed).unwrap();
        assert!(check(&tree, ID, VERSION, &keys, 1, now()).is_err(), "byte {at}");
    }
}
