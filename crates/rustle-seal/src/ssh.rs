//! Keys of SSH as OpenSSH writes them: Ed25519 alone.

use base64ct::{Base64, Encoding};

const ED25519: &str = "ssh-ed25519";

/// The key in a line such as `ssh-ed25519 AAAA… comment` (RFC 8709).
pub(crate) fn public_key(line: &str) -> Result<[u8; 32], String> {
    let mut words = line.split_ascii_whitespace();
    let kind = words.next().unwrap_or_default();
    if kind != ED25519 {
        return Err(format!("only Ed25519 keys of SSH can be sealed for, and this is `{kind}`"));
    }
    let blob = words.next().and_then(|word| Base64::decode_vec(word).ok());
    blob.as_deref().and_then(public_blob).ok_or_else(|| "the key is not whole".to_owned())
}

/// The line for a key.
pub(crate) fn public_text(key: &[u8; 32]) -> String {
    let mut blob = Vec::with_capacity(51);
    for part in [ED25519.as_bytes(), key] {
        blob.extend_from_slice(&(part.len() as u32).to_be_bytes());
        blob.extend_from_slice(part);
    }
    format!("{ED25519} {}", Base64::encode_string(&blob))
}

/// The key in the binary form of a public key.
fn public_blob(blob: &[u8]) -> Option<[u8; 32]> {
    let mut reader = Reader(blob);
    let kind = reader.text()?;
    let key = reader.text()?;
    (kind == ED25519.as_bytes() && reader.0.is_empty()).then_some(key.try_into().ok()?)
}

/// Reads SSH's binary form (RFC 4251, section 5).
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// A length and as many bytes.
    fn text(&mut self) -> Option<&'a [u8]> {
        let count = self.number()?;
        self.take(usize::try_from(count).ok()?)
    }
}

/// The first and the last line of a private key.
#[cfg(feature = "open")]
pub(crate) const BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";
#[cfg(feature = "open")]
const END: &str = "-----END OPENSSH PRIVATE KEY-----";

/// The seed of an Ed25519 key in an unencrypted private key file, such as `/etc/ssh/ssh_host_ed25519_key`, whose format
/// OpenSSH's PROTOCOL.key describes.
#[cfg(feature = "open")]
pub(crate) fn private_seed(text: &str) -> Result<zeroize::Zeroizing<[u8; 32]>, String> {
    use zeroize::Zeroizing;

    let damaged = || "the private key of SSH is not whole".to_owned();
    let body = text.trim().strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(END)).ok_or_else(damaged)?;
    let mut joined = Zeroizing::new(String::with_capacity(body.len()));
    joined.extend(body.split_ascii_whitespace());
    let blob = Zeroizing::new(Base64::decode_vec(&joined).map_err(|_| damaged())?);
    let inner = blob.strip_prefix(b"openssh-key-v1\0").ok_or_else(damaged)?;
    let mut reader = Reader(inner);
    let cipher = reader.text().ok_or_else(damaged)?;
    if cipher != b"none" {
        return Err(
            "the private key of SSH has a passphrase, which is not supported: an age identity can be used \
                    in its place"
                .into(),
        );
    }
    let read = || {
        let (kdf, _options, count) = (reader.text()?, reader.text()?, reader.number()?);
        let (public, private) = (reader.text()?, reader.text()?);
        let whole = kdf == b"none" && count == 1 && reader.0.is_empty();
        let mut reader = Reader(private);
        let (check, again, kind) = (reader.number()?, reader.number()?, reader.text()?);
        if !whole || check != again {
            return None;
        }
        if kind != ED25519.as_bytes() {
            return Some(Err(String::from_utf8_lossy(kind).into_owned()));
        }
        let (key, pair) = (reader.text()?, reader.text()?);
        let (seed, key_again) = pair.split_first_chunk::<32>()?;
        let same = key == key_again && public_blob(public)? == key;
        same.then(|| Ok(Zeroizing::new(*seed)))
    };
    match { read }() {
        Some(Ok(seed)) => Ok(seed),
        Some(Err(kind)) => Err(format!("only Ed25519 keys of SSH can open seals, and this is `{kind}`")),
        None => Err(damaged()),
    }
}
