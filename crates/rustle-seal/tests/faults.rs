//! What is damaged, moved or forged: always the one error, and never a part of a secret.
#![cfg(feature = "seal")]

use std::collections::HashSet;

use rustle_seal::{Identity, Kdf, MAX_SEAL, Scope, Seal, SealError, Sealer, Secret, SecretBytes};

/// A small seal, for an X25519 key, a key of SSH and a key of 32 bytes.
fn sealed(identities: &[Identity], scope: Scope, secrets: &[(&str, &str)]) -> Vec<u8> {
    let mut sealer = Sealer::new(scope).unwrap();
    for identity in identities {
        sealer.identity(identity, Kdf::ARGON2ID).unwrap();
    }
    for (name, text) in secrets {
        sealer.secret(name, Secret::text(*text)).unwrap();
    }
    sealer.seal().unwrap()
}

fn opened(bytes: &[u8], identity: &Identity) -> Result<Vec<Secret>, SealError> {
    let opened = Seal::read(bytes)?.open(std::slice::from_ref(identity))?;
    opened.names().map(|name| opened.get(name)).collect()
}

fn ssh(text: &str) -> Identity {
    Identity::parse(text).unwrap().remove(0)
}

fn key() -> Identity {
    Identity::key(&"5a".repeat(32)).unwrap()
}

#[test]
fn every_flipped_bit_and_every_cut_is_the_same_error() {
    let key = key();
    let bytes = sealed(std::slice::from_ref(&key), Scope::Host("web1".into()), &[("a", "one"), ("b", "two")]);
    assert_eq!(opened(&bytes, &key).unwrap().len(), 2);
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            assert_eq!(opened(&changed, &key), Err(SealError::CannotOpen), "bit {bit} of byte {at}");
        }
        assert_eq!(opened(&bytes[..at], &key), Err(SealError::CannotOpen), "cut at {at}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert_eq!(opened(&longer, &key), Err(SealError::CannotOpen));
}

#[test]
fn every_flipped_bit_of_a_wrap_for_a_public_key_is_the_same_error() {
    let identity = Identity::generate().unwrap();
    let bytes = sealed(std::slice::from_ref(&identity), Scope::All, &[("a", "one")]);
    // The wrap is what stands between the digest of the recipients and the first name.
    for at in 50..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert_eq!(opened(&changed, &identity), Err(SealError::CannotOpen), "byte {at}");
    }
}

/// Where `needle` stands in `bytes`.
fn find(bytes: &[u8], needle: &[u8]) -> usize {
    bytes.windows(needle.len()).position(|window| window == needle).unwrap()
}

#[test]
fn records_cannot_be_swapped_renamed_dropped_or_moved() {
    let key = key();
    let secrets = [("aaaa", "one"), ("bbbb", "two")];
    let bytes = sealed(std::slice::from_ref(&key), Scope::All, &secrets);
    let other = sealed(std::slice::from_ref(&key), Scope::All, &secrets);
    // A record: its name, the nonce (1 + 12 bytes) and what is encrypted (1 + 4 + 16 bytes).
    let (first, second) = (find(&bytes, b"aaaa"), find(&bytes, b"bbbb"));
    let content = |bytes: &[u8], at: usize| bytes[at + 4..at + 4 + 34].to_vec();
    let with = |at: usize, content: &[u8]| {
        let mut changed = bytes.clone();
        changed[at + 4..at + 4 + 34].copy_from_slice(content);
        changed
    };
    let mut swapped = with(first, &content(&bytes, second));
    swapped[second + 4..second + 38].copy_from_slice(&content(&bytes, first));
    let moved = with(first, &content(&other, find(&other, b"aaaa")));
    let mut renamed = bytes.clone();
    renamed[second..second + 4].copy_from_slice(b"cccc");
    // The list of records has two items (0x82) before the first one's list (0x83) and name (0x64).
    let mut dropped = bytes[..second - 2].to_vec();
    dropped[first - 3] = 0x81;
    dropped.extend_from_slice(&bytes[second + 38..]);
    // The other's code over this one's bytes.
    let mut recoded = bytes.clone();
    let end = bytes.len() - 32;
    recoded[end..].copy_from_slice(&other[other.len() - 32..]);
    let mut host = sealed(std::slice::from_ref(&key), Scope::Host("web1".into()), &secrets);
    assert_eq!(opened(&host, &key).unwrap().len(), 2);
    let at = find(&host, b"web1");
    host[at + 3] = b'2';
    for changed in [swapped, moved, renamed, dropped, recoded, host] {
        let read = Seal::read(&changed).expect("it is well-formed");
        assert_eq!(read.open(std::slice::from_ref(&key)).unwrap_err(), SealError::CannotOpen);
    }
}

#[test]
fn one_host_does_not_open_what_is_for_another() {
    let (one, two) = (ssh(include_str!("ssh/host")), ssh(include_str!("ssh/other")));
    let recipient = include_str!("ssh/host.pub").parse().unwrap();
    assert_eq!(one.recipient(), recipient);
    let bytes = sealed(std::slice::from_ref(&one), Scope::Host("one".into()), &[("a", "for one")]);
    assert_eq!(opened(&bytes, &one).unwrap()[0].as_text(), Some("for one"));
    let strangers = [two, Identity::generate().unwrap(), key()];
    let seal = Seal::read(&bytes).unwrap();
    assert_eq!(seal.open(&strangers).unwrap_err(), SealError::CannotOpen);
    // The same, whoever asks with what.
    let passphrase = Identity::passphrase(SecretBytes::new(b"guess".to_vec()));
    assert_eq!(seal.open(&[passphrase]).unwrap_err().to_string(), SealError::CannotOpen.to_string());
}

#[test]
fn keys_of_ssh_that_cannot_serve_are_refused_in_words() {
    let why = |text: &str| Identity::parse(text).unwrap_err().to_string();
    assert!(why(include_str!("ssh/locked")).contains("has a passphrase"));
    assert!(why(include_str!("ssh/rsa")).contains("`ssh-rsa`"));
    assert!(why(include_str!("ssh/ecdsa")).contains("`ecdsa-sha2-nistp256`"));
    let whole = include_str!("ssh/host");
    for cut in (40..whole.len() - 40).step_by(17) {
        assert!(Identity::parse(&whole[..cut]).is_err());
    }
    for line in [include_str!("ssh/rsa.pub"), include_str!("ssh/ecdsa.pub")] {
        let why = line.parse::<rustle_seal::Recipient>().unwrap_err().to_string();
        assert!(why.contains("only Ed25519"), "{why}");
    }
    // The point of order one, whose shared secrets everybody knows.
    let weak = format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAE{}", "A".repeat(41));
    let recipient: rustle_seal::Recipient = weak.parse().unwrap();
    assert!(Sealer::new(Scope::All).unwrap().recipient(&recipient).is_err());
}

#[test]
fn the_same_secret_gives_other_bytes_each_time() {
    let key = key();
    let seal = || sealed(std::slice::from_ref(&key), Scope::All, &[("a", "one"), ("b", "one")]);
    let (one, two) = (seal(), seal());
    let content = |bytes: &[u8], name: &[u8]| {
        let at = find(bytes, &[&[0x83, 0x61], name].concat()) + 3;
        bytes[at..at + 34].to_vec()
    };
    let all = [content(&one, b"a"), content(&one, b"b"), content(&two, b"a"), content(&two, b"b")];
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), 4);
    assert_ne!(Seal::read(&one).unwrap().id(), Seal::read(&two).unwrap().id());
}

#[test]
fn limits_hold_before_anything_is_done() {
    assert_eq!(Seal::read(&vec![0x80; MAX_SEAL + 1]).unwrap_err(), SealError::CannotOpen);
    // Lists and texts that say they are longer than all memory, and lists in lists.
    for hostile in [
        &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..],
        &[0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x7b, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[0x81; 100_000],
    ] {
        assert_eq!(Seal::read(hostile).unwrap_err(), SealError::CannotOpen);
    }
    let cheap = Kdf::Argon2id { memory: 1 << 10, passes: 1, lanes: 1 };
    let costly = Kdf::Argon2id { memory: 1 << 21, passes: 3, lanes: 1 };
    for kdf in [cheap, costly, Kdf::Pbkdf2Sha256 { rounds: 1000 }, Kdf::Pbkdf2Sha256 { rounds: u32::MAX }] {
        let mut sealer = Sealer::new(Scope::All).unwrap();
        sealer.identity(&Identity::passphrase(SecretBytes::new(b"x".to_vec())), kdf).unwrap();
        assert!(sealer.seal().is_err(), "{kdf:?}");
    }
}

#[test]
fn a_costly_derivation_in_a_seal_is_not_carried_out() {
    let mut sealer = Sealer::new(Scope::All).unwrap();
    let kdf = Kdf::Pbkdf2Sha256 { rounds: 600_000 };
    sealer.identity(&Identity::passphrase(SecretBytes::new(b"x".to_vec())), kdf).unwrap();
    let mut bytes = sealer.seal().unwrap();
    let at = find(&bytes, &[&[0x1a][..], &600_000_u32.to_be_bytes()].concat());
    bytes[at + 1..at + 5].copy_from_slice(&u32::MAX.to_be_bytes());
    // It is refused when it is read: 4,294,967,295 rounds would take an hour.
    assert_eq!(Seal::read(&bytes).unwrap_err(), SealError::CannotOpen);
}

/// Takes a minute where nothing is optimised: `cargo test --release -p rustle-seal --features seal -- --ignored`.
#[test]
#[ignore = "a million encryptions"]
fn a_million_encryptions_repeat_no_nonce() {
    let key = key();
    let mut nonces = HashSet::with_capacity(1_000_000);
    let names: Vec<String> = (0..50_000).map(|number| format!("n{number:05}")).collect();
    for _ in 0..20 {
        let mut sealer = Sealer::new(Scope::All).unwrap();
        sealer.identity(&key, Kdf::ARGON2ID).unwrap();
        names.iter().for_each(|name| sealer.secret(name, Secret::text("same")).unwrap());
        let bytes = sealer.seal().unwrap();
        let mut at = 0;
        for name in &names {
            at += find(&bytes[at..], name.as_bytes()) + name.len();
            // The nonce follows the name, after one byte for its length.
            assert_eq!(bytes[at], 0x4c);
            let nonce: [u8; 12] = bytes[at + 1..at + 13].try_into().unwrap();
            assert!(nonces.insert(nonce), "a nonce is there twice");
        }
    }
    assert_eq!(nonces.len(), 1_000_000);
}
