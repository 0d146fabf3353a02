//! Vaults that ansible-vault wrote, and what became of them: here as there, the same plaintext or an error.
//! `vaults/record.py` made the corpus.
#![cfg(feature = "vault")]

use std::fs;
use std::path::Path;

use base64ct::{Base64, Encoding};
use rustle_seal::{VaultError, VaultText};

const PASSWORDS: [&[u8]; 2] = [b"correct horse", "battery stapleé".as_bytes()];

/// What Ansible reads and this refuses: it never looks at the format, and these may mean anything.
const REFUSED: [&str; 2] = ["format-1.0", "format-9.9"];

fn decrypted(text: &[u8]) -> Result<Vec<u8>, String> {
    let text = VaultText::read(text)?;
    let mut last = Err(VaultError::Password);
    for password in PASSWORDS {
        last = text.decrypt(password);
        if last.is_ok() {
            break;
        }
    }
    last.map(|plain| plain.expose().to_vec()).map_err(|error| error.to_string())
}

#[test]
fn what_ansible_reads_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vaults");
    let (mut read, mut refused) = (0, 0);
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "vault") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let found = decrypted(&fs::read(&path).unwrap());
        let expected = fs::read_to_string(path.with_extension("expected")).unwrap();
        match expected.trim_end_matches('\n').strip_prefix("text ") {
            Some(_) if REFUSED.contains(&name.as_str()) => {
                assert!(found.unwrap_err().contains("1.1 and 1.2 are known"), "{name}");
                refused += 1;
            }
            Some(plain) => {
                assert_eq!(found, Ok(Base64::decode_vec(plain).unwrap()), "{name}");
                read += 1;
            }
            None => {
                let error = found.expect_err(&name);
                assert!(error.starts_with("the vault ") && error.len() < 200, "{name}: {error}");
                refused += 1;
            }
        }
    }
    assert!(read >= 15 && refused >= 18, "{read} read, {refused} refused");
}

#[test]
fn a_changed_or_cut_vault_never_gives_another_text() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vaults");
    let text = fs::read(folder.join("format-1.1.vault")).unwrap();
    let plain = decrypted(&text).unwrap();
    // Each digit changed, and the text cut at each place: an error, or the same text. Never another one.
    let body = text.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut same = 0;
    for at in (body..text.len()).step_by(61) {
        let mut changed = text.clone();
        changed[at] = if changed[at] == b'3' { b'4' } else { b'3' };
        for text in [changed, text[..at].to_vec()] {
            match decrypted(&text) {
                Ok(found) => {
                    assert_eq!(found, plain, "at {at}");
                    same += 1;
                }
                Err(error) => assert!(!error.contains("hunter2"), "{error}"),
            }
        }
    }
    // Digits of the password's own lines cannot be changed without notice.
    assert!(same <= 2, "{same}");
}
