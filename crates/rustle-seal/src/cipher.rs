//! The few ciphers that everything else is made of.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The length of a nonce of AES-GCM.
pub(crate) const NONCE: usize = 12;

/// 32 bytes that are cleared when they are dropped.
pub(crate) type Key32 = Zeroizing<[u8; 32]>;

/// Parts one behind the other, each after its length: no two lists of parts give the same bytes.
pub(crate) fn joined(parts: &[&[u8]]) -> Vec<u8> {
    let mut all = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        all.extend_from_slice(&(part.len() as u64).to_le_bytes());
        all.extend_from_slice(part);
    }
    all
}

/// A key for one purpose: HKDF-SHA256 (RFC 5869) of a key, with the id of what it is for as salt.
pub(crate) fn subkey(key: &[u8; 32], salt: &[u8; 16], purpose: &[&[u8]]) -> Key32 {
    let mut sub = Zeroizing::new([0; 32]);
    // 32 bytes are always to be had: the limit is 255 × 32.
    let _ = Hkdf::<Sha256>::new(Some(salt), key).expand(&joined(purpose), sub.as_mut());
    sub
}

/// AES-256-GCM. None if the text is longer than the cipher takes.
#[cfg(feature = "seal")]
pub(crate) fn encrypt(key: &[u8; 32], nonce: &[u8; NONCE], context: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
    cipher.encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad: context }).ok()
}

/// AES-256-GCM. None if anything was changed.
pub(crate) fn decrypt(
    key: &[u8; 32],
    nonce: &[u8; NONCE],
    context: &[u8],
    secret: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key));
    cipher.decrypt(&Nonce::from(*nonce), Payload { msg: secret, aad: context }).ok().map(Zeroizing::new)
}

/// HMAC-SHA256 (RFC 2104).
pub(crate) fn mac(key: &[u8; 32], bytes: &[u8]) -> Hmac<Sha256> {
    // HMAC itself fills a short key with zeros up to a block.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new(&(*block).into());
    mac.update(bytes);
    mac
}
