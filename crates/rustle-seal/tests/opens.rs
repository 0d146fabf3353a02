//! Who can open what.
#![cfg(feature = "seal")]

use rustle_seal::{
    Identity, Kdf, Recipient, Scope, Seal, SealError, Sealer, Secret, SecretBytes, SecretKind,
};

fn passphrase(text: &str) -> Identity {
    Identity::passphrase(SecretBytes::new(text.as_bytes().to_vec()))
}

fn sealed(scope: Scope, add: impl FnOnce(&mut Sealer)) -> Seal {
    let mut sealer = Sealer::new(scope).unwrap();
    sealer.secret("db_password", Secret::text("hunter2")).unwrap();
    sealer.secret("key", Secret::new(SecretKind::Bytes, SecretBytes::new(vec![0, 0xff])).unwrap()).unwrap();
    add(&mut sealer);
    Seal::read(&sealer.seal().unwrap()).unwrap()
}

/// That `identity` opens the seal and reads what was sealed.
fn reads(seal: &Seal, identity: Identity) {
    let opened = seal.open(&[passphrase_free(), identity]).unwrap();
    assert_eq!(opened.get("db_password").unwrap().as_text(), Some("hunter2"));
    let key = opened.get("key").unwrap();
    assert_eq!((key.kind(), key.bytes()), (SecretKind::Bytes, &[0, 0xff][..]));
    assert_eq!(opened.get("other"), Err(SealError::CannotOpen));
    assert_eq!(opened.names().collect::<Vec<_>>(), ["db_password", "key"]);
}

/// An identity that opens nothing.
fn passphrase_free() -> Identity {
    Identity::generate().unwrap()
}

#[test]
fn an_age_identity_opens() {
    let identity = Identity::generate().unwrap();
    let text = String::from_utf8(identity.to_age().unwrap().expose().to_vec()).unwrap();
    assert!(text.starts_with("AGE-SECRET-KEY-1"), "{text}");
    let recipient: Recipient = identity.recipient().to_string().parse().unwrap();
    let seal = sealed(Scope::All, |sealer| sealer.recipient(&recipient).unwrap());
    let mut read = Identity::parse(&format!("# created: today\n# public key: x\n{text}\n")).unwrap();
    reads(&seal, read.remove(0));
    assert!(
        seal.is_for(std::slice::from_ref(&recipient)) && !seal.is_for(&[recipient, Recipient::Passphrase])
    );
    assert_eq!(seal.open(&[passphrase_free()]).unwrap_err(), SealError::CannotOpen);
    assert_eq!(seal.open(&[]).unwrap_err(), SealError::CannotOpen);
}

#[test]
fn a_passphrase_opens_by_either_derivation() {
    for kdf in [Kdf::Argon2id { memory: 8 << 10, passes: 1, lanes: 1 }, Kdf::PBKDF2_SHA256] {
        let seal = sealed(Scope::All, |sealer| sealer.identity(&passphrase("correct horse"), kdf).unwrap());
        assert!(seal.takes_passphrase());
        reads(&seal, passphrase("correct horse"));
        assert_eq!(seal.open(&[passphrase("correct horsf")]).unwrap_err(), SealError::CannotOpen);
    }
}

#[test]
fn a_key_opens_however_it_is_written() {
    let hex = "00fbff".to_owned() + &"5a".repeat(29);
    let seal = sealed(Scope::All, |sealer| {
        sealer.identity(&Identity::key(&hex).unwrap(), Kdf::ARGON2ID).unwrap();
    });
    let texts = [
        hex.to_uppercase(),
        "APv/WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=".into(),
        "APv_WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo".into(),
    ];
    for text in texts {
        reads(&seal, Identity::key(&text).unwrap());
        reads(&seal, Identity::parse(&format!("{text}\n")).unwrap().remove(0));
    }
    for bad in ["", "5a", &"zz".repeat(32), &"5a".repeat(33)] {
        let error = Identity::key(bad).unwrap_err().to_string();
        assert!(bad.is_empty() || !error.contains(bad), "{error}");
    }
}
