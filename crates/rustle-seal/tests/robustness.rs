//! Whatever is read: an error or a result, and never a panic.
#![cfg(all(feature = "store", feature = "vault"))]

use proptest::prelude::*;
use rustle_seal::{Identity, Kdf, Recipient, Scope, Seal, Sealer, Secret, Store, VaultText};

fn key() -> Identity {
    Identity::key(&"5a".repeat(32)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Seal::read(&bytes).is_err());
        let _ = VaultText::read(&bytes);
        let vault = [b"$ANSIBLE_VAULT;1.1;AES256\n".as_slice(), &bytes].concat();
        let _ = VaultText::read(&vault).map(|text| text.name());
        let text = String::from_utf8_lossy(&bytes);
        let _ = (Store::parse(&text).is_err(), Identity::parse(&text).is_err(), text.parse::<Recipient>().is_err());
    }

    #[test]
    fn nearly_right(text in "(AGE-SECRET-KEY-1|age1|ssh-ed25519 )[A-Za-z0-9+/=]{0,80}") {
        let _ = (Identity::parse(&text).is_err(), text.parse::<Recipient>().is_err());
    }

    #[test]
    fn seals_with_other_pieces(at in 0_usize..300, piece in prop::collection::vec(any::<u8>(), 0..6), cut in 0_usize..6) {
        let mut sealer = Sealer::new(Scope::All).unwrap();
        sealer.identity(&key(), Kdf::ARGON2ID).unwrap();
        sealer.secret("a", Secret::text("x")).unwrap();
        let whole = sealer.seal().unwrap();
        let at = at.min(whole.len());
        let end = (at + cut).min(whole.len());
        let changed = [&whole[..at], &piece, &whole[end..]].concat();
        let opened = Seal::read(&changed).and_then(|seal| seal.open(&[key()]));
        prop_assert_eq!(opened.is_ok(), changed == whole);
    }
}
