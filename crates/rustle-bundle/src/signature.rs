//! Signed bundles: who says that a runner's plan is theirs.
//!
//! A signature is the text of a minisign signature (ed25519 over BLAKE2b-512) behind the index. What is signed is the
//! [`message`]: these words and the root digest, which stands for every byte but those of the signature. The key's id
//! stands in the trusted comment, `key:E7620F1842B4E81F`.

use std::borrow::Cow;
use std::fmt;
use std::io;
use std::ops::Range;

use minisign_verify::{Error, PublicKey, Signature};

use crate::error::BundleError;
use crate::index::{HEADER, Header};
use crate::reader::Bundle;
use crate::source::Source;

/// The longest signature, in bytes. Real ones have about 350.
pub const LONGEST: u64 = 4 << 10;

/// The words that a signature of a bundle begins with, so that no signature of anything else is one.
const WORDS: &str = "rustle-bundle 1";

/// What is signed of the bundle with this digest (`sha256:…`).
///
/// ```
/// assert_eq!(rustle_bundle::signature::message("sha256:00"), "rustle-bundle 1\nsha256:00\n");
/// ```
pub fn message(digest: &str) -> String {
    format!("{WORDS}\n{digest}\n")
}

/// The trusted comment of a signature that is made `seconds` after 1970 by the key with this id.
pub fn comment(seconds: u64, key: &str) -> String {
    format!("timestamp:{seconds}\trustle-bundle\tkey:{key}")
}

/// Why a bundle is not signed by a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// It carries no signature.
    Unsigned,
    /// It carries the signature of another key: the id that the signature claims, if it does.
    OtherKey(Option<String>),
    /// The key has made the signature, and not of this bundle; or it is none at all.
    Wrong,
    /// The key is none.
    Key,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignatureError::Unsigned => f.write_str("it is not signed"),
            SignatureError::OtherKey(Some(key)) => write!(f, "another key has signed it ({key})"),
            SignatureError::OtherKey(None) => f.write_str("another key has signed it"),
            SignatureError::Wrong => f.write_str(
                "its signature is of something else: the bundle was changed, or the signature moved",
            ),
            SignatureError::Key => f.write_str("the key that it should be signed by is no minisign key"),
        }
    }
}

impl std::error::Error for SignatureError {}

/// Checks that `bundle` is signed by `key`, the base64 line of a minisign public key.
///
/// # Errors
/// Why it is not.
pub fn check(bundle: &Bundle, key: &str) -> Result<(), SignatureError> {
    let key = PublicKey::from_base64(key).map_err(|_| SignatureError::Key)?;
    let text = bundle.signature().ok_or(SignatureError::Unsigned)?;
    let signature = Signature::decode(text).map_err(|_| SignatureError::Wrong)?;
    match key.verify(message(&bundle.digest()).as_bytes(), &signature, false) {
        Ok(()) => Ok(()),
        Err(Error::UnexpectedKeyId) => Err(SignatureError::OtherKey(claimed(text))),
        Err(_) => Err(SignatureError::Wrong),
    }
}

/// The id of the key that a signature says it was made by. Nobody has checked that.
pub fn claimed(signature: &str) -> Option<String> {
    let comment = signature.lines().find_map(|line| line.strip_prefix("trusted comment: "))?;
    let key = comment.split('\t').find_map(|field| field.strip_prefix("key:"))?;
    (key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| key.to_owned())
}

impl Bundle {
    /// The same bundle with the signature that `sign` makes of a message, in place of one that it may have. Its digest is
    /// another one, since that covers whether there is a signature and how long it is. `sign` is called twice and must give
    /// texts of one length.
    ///
    /// # Errors
    /// If `sign` fails, or gives no signature.
    pub fn signed<E: From<BundleError>>(self, sign: impl Fn(&str) -> Result<String, E>) -> Result<Bundle, E> {
        let wrong = || BundleError::Index("a signature of this length cannot be carried".into());
        // How long it will be is part of what is signed.
        let length = sign(&message(""))?.len() as u64;
        let signed =
            u32::try_from(length).ok().filter(|_| (1..=LONGEST).contains(&length)).ok_or_else(wrong)?;
        let source = self.into_source();
        let old = Header::read(&source.bytes(0..HEADER).map_err(BundleError::from)?, source.length())?;
        let index = old.index();
        let index_bytes = source.bytes(index.clone()).map_err(BundleError::from)?;
        let header = Header::write(&index_bytes, index.start, signed);
        drop(index_bytes);
        let root = Header::read(&header, index.end + length)?.root;
        let text = sign(&message(&crate::reader::digest_text(&root)))?;
        if text.len() as u64 != length {
            return Err(wrong().into());
        }
        let signed = Signed { header, middle: HEADER..index.end, signature: text.into_bytes(), source };
        Ok(Bundle::open(signed)?)
    }
}

/// A bundle with another header and signature.
struct Signed {
    header: Vec<u8>,
    /// What is taken from `source`: all between header and signature.
    middle: Range<u64>,
    signature: Vec<u8>,
    source: Box<dyn Source>,
}

impl Source for Signed {
    fn length(&self) -> u64 {
        self.middle.end + self.signature.len() as u64
    }

    fn bytes(&self, range: Range<u64>) -> io::Result<Cow<'_, [u8]>> {
        let inside = |within: &Range<u64>| {
            let (start, end) = (range.start.max(within.start), range.end.min(within.end));
            (start < end).then_some(start..end)
        };
        if range.start > range.end || range.end > self.length() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if self.middle.start <= range.start && range.end <= self.middle.end {
            return self.source.bytes(range);
        }
        let mut bytes = Vec::new();
        let part = |bytes: &[u8], at: u64, range: Range<u64>| {
            let place = usize::try_from(range.start - at).ok().zip(usize::try_from(range.end - at).ok());
            place.and_then(|(start, end)| Some(bytes.get(start..end)?.to_vec())).unwrap_or_default()
        };
        if let Some(range) = inside(&(0..self.middle.start)) {
            bytes.extend(part(&self.header, 0, range));
        }
        if let Some(range) = inside(&self.middle) {
            bytes.extend_from_slice(&self.source.bytes(range)?);
        }
        if let Some(range) = inside(&(self.middle.end..self.length())) {
            bytes.extend(part(&self.signature, self.middle.end, range));
        }
        Ok(Cow::Owned(bytes))
    }
}

#[cfg(test)]
mod tests {
    use minisign::KeyPair;
    use rustle_schema::plan::Plan;
    use rustle_schema::settings::Settings;

    use super::*;
    use crate::writer::Writer;

    fn bundle(content: &str) -> Bundle {
        let mut writer = Writer::default();
        writer.file("motd", 0o644, content.repeat(100).into_bytes()).unwrap();
        Bundle::open(writer.finish(&Plan::default(), &Settings::default()).unwrap()).unwrap()
    }

    fn sign(keys: &KeyPair) -> impl Fn(&str) -> Result<String, BundleError> {
        |message| {
            let comment = comment(1_795_219_200, "0123456789ABCDEF");
            let signed = minisign::sign(None, &keys.sk, message.as_bytes(), Some(&comment), None).unwrap();
            Ok(signed.into_string())
        }
    }

    fn bytes(bundle: &Bundle) -> Vec<u8> {
        let mut bytes = Vec::new();
        bundle.copy_to(&mut bytes).unwrap();
        bytes
    }

    fn keys() -> (KeyPair, String) {
        let keys = KeyPair::generate_unencrypted_keypair().unwrap();
        let public = keys.pk.to_base64();
        (keys, public)
    }

    #[test]
    fn a_signed_bundle_is_the_signers() {
        let ((keys, public), (_, other)) = (keys(), keys());
        let unsigned = bundle("hello");
        assert_eq!(check(&unsigned, &public), Err(SignatureError::Unsigned));
        let digest = unsigned.digest();
        let signed = unsigned.signed(sign(&keys)).unwrap();
        assert_eq!(check(&signed, &public), Ok(()));
        assert_ne!(signed.digest(), digest);
        // What was written is read again, as a whole and in pieces.
        let again = Bundle::open(bytes(&signed)).unwrap();
        assert_eq!((again.digest(), check(&again, &public)), (signed.digest(), Ok(())));
        assert_eq!(again.read(b"motd").unwrap().len(), 500);
        assert_eq!(check(&again, &other), Err(SignatureError::OtherKey(Some("0123456789ABCDEF".into()))));
        assert_eq!(check(&again, "RW"), Err(SignatureError::Key));
        // Signing it again takes the place of the signature.
        let twice = again.signed(sign(&keys)).unwrap();
        assert_eq!((twice.length(), check(&twice, &public)), (signed.length(), Ok(())));
    }

    #[test]
    fn a_signature_that_was_moved_is_wrong() {
        let (keys, public) = keys();
        let (one, two) =
            (bundle("hello").signed(sign(&keys)).unwrap(), bundle("other").signed(sign(&keys)).unwrap());
        let (one, two) = (bytes(&one), bytes(&two));
        let length = Bundle::open(one.clone()).unwrap().signature().unwrap().len();
        let mut moved = two[..two.len() - length].to_vec();
        moved.extend_from_slice(&one[one.len() - length..]);
        assert_eq!(check(&Bundle::open(moved).unwrap(), &public), Err(SignatureError::Wrong));
    }

    #[test]
    fn every_byte_counts() {
        let (keys, public) = keys();
        let good = bytes(&bundle("hello").signed(sign(&keys)).unwrap());
        // The untrusted comment, which is no part of what is signed, is all that may change.
        let words = b"untrusted comment: ";
        let start = good.windows(words.len()).rposition(|part| part == words).unwrap() + words.len();
        let end = start + good[start..].iter().position(|byte| *byte == b'\n').unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            let accepted = Bundle::open(bad).is_ok_and(|bundle| check(&bundle, &public).is_ok());
            assert!(!accepted || (start..end).contains(&at), "byte {at} of {} may be changed", good.len());
        }
        // Nor may it be cut off.
        for length in 0..good.len() {
            assert!(Bundle::open(good[..length].to_vec()).is_err(), "{length} bytes are taken");
        }
    }
}
