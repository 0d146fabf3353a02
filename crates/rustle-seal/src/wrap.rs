//! A data key, wrapped for one recipient.

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR};
use zeroize::Zeroizing;

use crate::cipher::{self, Key32, joined};
use crate::format::Wrap;
use crate::identity::{Identity, Inner};
use crate::kdf::Kdf;

const DOMAIN: &[u8] = b"rustle-seal/1 wrap";

/// What a wrap is bound to: the seal that it stands in, and how it was made.
fn context(id: &[u8; 16], how: &[&[u8]]) -> Vec<u8> {
    let mut parts = vec![DOMAIN, id.as_slice()];
    parts.extend_from_slice(how);
    joined(&parts)
}

/// The context of a wrap under a passphrase: the derivation is in it, so that nobody can make it cheaper.
fn kdf_context(id: &[u8; 16], kdf: Kdf) -> Vec<u8> {
    match kdf {
        Kdf::Argon2id { memory, passes, lanes } => {
            let numbers = [memory, passes, lanes].map(u32::to_le_bytes).concat();
            context(id, &[b"argon2id", &numbers])
        }
        Kdf::Pbkdf2Sha256 { rounds } => context(id, &[b"pbkdf2-sha256", &rounds.to_le_bytes()]),
    }
}

/// The data key, if `identity` is the recipient of `wrap`.
pub(crate) fn unwrap(wrap: &Wrap, id: &[u8; 16], identity: &Identity) -> Option<Key32> {
    let plain = match (wrap, &identity.0) {
        (Wrap::Passphrase { kdf, salt, nonce, key }, Inner::Passphrase(passphrase)) => {
            let derived = kdf.derive(passphrase.expose(), salt).ok()?;
            cipher::decrypt(&derived, nonce, &kdf_context(id, *kdf), key)?
        }
        (Wrap::Key { nonce, key }, Inner::Key(raw)) => {
            let derived = cipher::subkey(raw, id, &[DOMAIN, b"key"]);
            cipher::decrypt(&derived, nonce, &context(id, &[b"key"]), key)?
        }
        (Wrap::X25519 { enc, key }, Inner::X25519 { secret, .. }) => {
            decapsulate(secret, enc, &context(id, &[b"x25519"]), key)?
        }
        (Wrap::Ssh { enc, key }, Inner::Ssh { secret, public }) => {
            decapsulate(secret, enc, &context(id, &[b"ssh-ed25519", public]), key)?
        }
        _ => return None,
    };
    Some(Zeroizing::new(plain.as_slice().try_into().ok()?))
}

/// HPKE (RFC 9180) in base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
fn decapsulate(secret: &[u8; 32], enc: &[u8; 32], info: &[u8], key: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let secret = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(secret).ok()?;
    let enc = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(enc).ok()?;
    hpke::single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret,
        &enc,
        info,
        key,
        b"",
    )
    .ok()
    .map(Zeroizing::new)
}

#[cfg(feature = "seal")]
mod wrapping {
    use getrandom::SysRng;
    use hpke::rand_core::UnwrapErr;
    use hpke::{OpModeS, Serializable};

    use ed25519_dalek::VerifyingKey;

    use super::*;
    use crate::error::SealError;
    use crate::sealer::random;

    /// The X25519 key for an Ed25519 one: the same point in the other form (RFC 7748, section 4.1).
    ///
    /// # Errors
    /// If the bytes are no key, or one of the weak ones.
    pub(crate) fn montgomery(ed25519: &[u8; 32]) -> Result<[u8; 32], SealError> {
        let key = VerifyingKey::from_bytes(ed25519).ok().filter(|key| !key.is_weak());
        key.map(|key| key.to_montgomery().to_bytes())
            .ok_or_else(|| SealError::Recipient("this is no Ed25519 key of SSH".into()))
    }

    /// Wraps `key` under a passphrase.
    pub(crate) fn for_passphrase(
        key: &Key32,
        id: &[u8; 16],
        passphrase: &[u8],
        kdf: Kdf,
    ) -> Result<Wrap, SealError> {
        if !kdf.is_bounded() {
            return Err(SealError::Refused("this derivation is too weak, or too costly".into()));
        }
        let (salt, nonce) = (random()?, random()?);
        let derived = kdf.derive(passphrase, &salt)?;
        let key = encrypt(&derived, &nonce, &kdf_context(id, kdf), key)?;
        Ok(Wrap::Passphrase { kdf, salt, nonce, key })
    }

    /// Wraps `key` under a key of 32 bytes.
    pub(crate) fn for_key(key: &Key32, id: &[u8; 16], raw: &Key32) -> Result<Wrap, SealError> {
        let nonce = random()?;
        let derived = cipher::subkey(raw, id, &[DOMAIN, b"key"]);
        Ok(Wrap::Key { nonce, key: encrypt(&derived, &nonce, &context(id, &[b"key"]), key)? })
    }

    /// Wraps `key` for an X25519 key.
    pub(crate) fn for_x25519(key: &Key32, id: &[u8; 16], public: &[u8; 32]) -> Result<Wrap, SealError> {
        let (enc, key) = encapsulate(public, &context(id, &[b"x25519"]), key)?;
        Ok(Wrap::X25519 { enc, key })
    }

    /// Wraps `key` for an Ed25519 key of SSH.
    pub(crate) fn for_ssh(key: &Key32, id: &[u8; 16], public: &[u8; 32]) -> Result<Wrap, SealError> {
        let point = montgomery(public)?;
        let (enc, key) = encapsulate(&point, &context(id, &[b"ssh-ed25519", public]), key)?;
        Ok(Wrap::Ssh { enc, key })
    }

    fn encrypt(key: &Key32, nonce: &[u8; 12], context: &[u8], plain: &Key32) -> Result<[u8; 48], SealError> {
        let encrypted = cipher::encrypt(key, nonce, context, plain.as_slice());
        encrypted
            .and_then(|it| it.try_into().ok())
            .ok_or_else(|| SealError::Refused("the key is too long".into()))
    }

    fn encapsulate(public: &[u8; 32], info: &[u8], key: &Key32) -> Result<([u8; 32], [u8; 48]), SealError> {
        let refused = || SealError::Recipient("a recipient's key is no X25519 key".into());
        let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(public).map_err(|_| refused())?;
        // That the system has randomness was asked before; a panic beyond that is the honest end.
        let (enc, key) = hpke::single_shot_seal_with_rng::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &public,
            info,
            key.as_slice(),
            b"",
            &mut UnwrapErr(SysRng),
        )
        .map_err(|_| refused())?;
        let enc = enc.to_bytes().as_slice().try_into().map_err(|_| refused())?;
        Ok((enc, key.try_into().map_err(|_| refused())?))
    }
}

#[cfg(feature = "seal")]
pub(crate) use wrapping::{for_key, for_passphrase, for_ssh, for_x25519, montgomery};
