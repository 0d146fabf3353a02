//! What ansible-vault writes, as far as it can be read without a password.

use sha2::{Digest, Sha256};

use crate::carried::VAULT_PREFIX;

/// What every vault begins with.
const MARK: &[u8] = b"$ANSIBLE_VAULT";

/// The largest vault that is read, in bytes: a secret of the greatest length in hexadecimal digits twice over.
const MOST: usize = 80 << 20;

/// A text that ansible-vault encrypted: a whole file, or a value behind `!vault`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultText {
    /// The id of the password, in format 1.2.
    id: Option<String>,
    /// The hexadecimal digits, without the lines' ends.
    pub(crate) digits: Vec<u8>,
}

impl VaultText {
    /// Whether a file is, or claims to be, encrypted by ansible-vault.
    pub fn is(start: &[u8]) -> bool {
        start.starts_with(MARK)
    }

    /// Reads the envelope: `$ANSIBLE_VAULT;1.1;AES256` or `$ANSIBLE_VAULT;1.2;AES256;id`, then lines of hexadecimal digits.
    ///
    /// # Errors
    /// In plain words, if it is none or of another format.
    pub fn read(text: &[u8]) -> Result<VaultText, String> {
        if text.len() > MOST {
            return Err(format!("the vault has {} bytes; {MOST} are the most", text.len()));
        }
        let mut lines = text.split(|byte| matches!(byte, b'\n' | b'\r')).filter(|line| !line.is_empty());
        let header = lines.next().unwrap_or_default().trim_ascii();
        let mut fields = header.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let mut field = || fields.next().unwrap_or_default();
        if field() != MARK {
            return Err("this is no vault: it does not begin with `$ANSIBLE_VAULT;`".into());
        }
        let (version, cipher, id) = (field(), field(), field());
        if !matches!(version, b"1.1" | b"1.2") {
            return Err(format!(
                "the vault has format `{}`, and 1.1 and 1.2 are known; `ansible-vault rekey` brings it up to date",
                version.escape_ascii()
            ));
        }
        if cipher != b"AES256" {
            return Err(format!("the vault has cipher `{}`, and AES256 is known", cipher.escape_ascii()));
        }
        let id = (version == b"1.2" && !id.is_empty()).then(|| String::from_utf8_lossy(id).into_owned());
        let digits: Vec<u8> = lines.flatten().copied().collect();
        if digits.is_empty() {
            return Err("the vault is empty".into());
        }
        Ok(VaultText { id, digits })
    }

    /// The id of the password, in format 1.2.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The name of the secret that this text becomes: `vault:` and the SHA-256 of its digits. The ends of lines and the
    /// password's id do not count.
    pub fn name(&self) -> String {
        let mut name = String::from(VAULT_PREFIX);
        for byte in Sha256::digest(&self.digits) {
            name.push_str(&format!("{byte:02x}"));
        }
        name
    }

    /// The name of the secret that one variable in this file becomes.
    pub fn variable(name: &str, variable: &str) -> String {
        format!("{name}:{variable}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_lines_do_not_count() {
        let text = VaultText::read(b"$ANSIBLE_VAULT;1.1;AES256\n6162\n6364\n").unwrap();
        assert_eq!(text.digits, b"61626364");
        let other = VaultText::read(b"$ANSIBLE_VAULT;1.2;AES256;dev\r\n6162\r\n6364").unwrap();
        assert_eq!((other.id(), other.name()), (Some("dev"), text.name()));
        assert_eq!(text.name().len(), 6 + 64);
    }

    #[test]
    fn what_is_no_vault_is_refused() {
        let why = |text: &str| VaultText::read(text.as_bytes()).unwrap_err();
        assert!(why("").contains("no vault"));
        assert!(why("$ANSIBLE_VAULTS;1.1;AES256\n61").contains("no vault"));
        assert!(why("$ANSIBLE_VAULT;1.0;AES\n61").contains("rekey"));
        assert!(why("$ANSIBLE_VAULT;1.1;AES\n61").contains("cipher `AES`"));
        assert!(why("$ANSIBLE_VAULT;1.1;AES256\n").contains("empty"));
    }
}
