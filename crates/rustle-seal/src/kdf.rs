//! From a passphrase to a key, slowly.

#[cfg(feature = "open")]
use crate::error::SealError;
/// How a passphrase becomes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kdf {
    /// Argon2id (RFC 9106), version 1.3.
    Argon2id {
        /// Memory, in KiB.
        memory: u32,
        /// Passes over it.
        passes: u32,
        /// Lanes.
        lanes: u32,
    },
    /// PBKDF2 (RFC 8018) with HMAC-SHA256.
    Pbkdf2Sha256 {
        /// Rounds.
        rounds: u32,
    },
}

/// The most memory that a seal can ask for, in KiB: what a host that must open it surely has.
const MOST_MEMORY: u32 = 1 << 20;

/// The most memory × passes, in KiB: some seconds.
const MOST_WORK: u64 = 4 << 20;

impl Default for Kdf {
    fn default() -> Kdf {
        Kdf::ARGON2ID
    }
}

impl Kdf {
    /// 64 MiB, three passes, four lanes: what RFC 9106 recommends where memory is scarce.
    pub const ARGON2ID: Kdf = Kdf::Argon2id { memory: 64 << 10, passes: 3, lanes: 4 };

    /// 600,000 rounds: what OWASP recommends for PBKDF2-HMAC-SHA256.
    pub const PBKDF2_SHA256: Kdf = Kdf::Pbkdf2Sha256 { rounds: 600_000 };

    /// `argon2id` or `pbkdf2-sha256`, as rustle.toml names them.
    pub fn named(name: &str) -> Option<Kdf> {
        match name {
            "argon2id" => Some(Kdf::ARGON2ID),
            "pbkdf2-sha256" => Some(Kdf::PBKDF2_SHA256),
            _ => None,
        }
    }

    /// Whether it is neither too weak to protect nor too costly to be tried.
    pub(crate) fn is_bounded(self) -> bool {
        match self {
            Kdf::Argon2id { memory, passes, lanes } => {
                (8 << 10..=MOST_MEMORY).contains(&memory)
                    && (1..=64).contains(&passes)
                    && (1..=16).contains(&lanes)
                    && u64::from(memory) * u64::from(passes) <= MOST_WORK
            }
            Kdf::Pbkdf2Sha256 { rounds } => (600_000..=10_000_000).contains(&rounds),
        }
    }

    /// The key.
    ///
    /// # Errors
    /// If the bounds are broken.
    #[cfg(feature = "open")]
    pub(crate) fn derive(
        self,
        passphrase: &[u8],
        salt: &[u8; 16],
    ) -> Result<crate::cipher::Key32, SealError> {
        use argon2::{Algorithm, Argon2, Params, Version};

        if !self.is_bounded() {
            return Err(SealError::CannotOpen);
        }
        let mut key = zeroize::Zeroizing::new([0; 32]);
        match self {
            Kdf::Argon2id { memory, passes, lanes } => {
                let params =
                    Params::new(memory, passes, lanes, Some(32)).map_err(|_| SealError::CannotOpen)?;
                Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                    .hash_password_into(passphrase, salt, key.as_mut())
                    .map_err(|_| SealError::CannotOpen)?;
            }
            Kdf::Pbkdf2Sha256 { rounds } => {
                pbkdf2::pbkdf2_hmac::<sha2::Sha256>(passphrase, salt, rounds, key.as_mut());
            }
        }
        Ok(key)
    }
}
