//! How large a seal may be. Each limit is checked before what it bounds is allocated or derived.

/// The largest seal, in bytes.
pub const MAX_SEAL: usize = 64 << 20;
/// The largest secret, in bytes.
pub const MAX_SECRET: usize = 16 << 20;
/// The most secrets in a seal.
pub const MAX_SECRETS: usize = 65_536;
/// The longest name of a secret, in bytes.
pub const MAX_NAME: usize = 1024;
/// The most recipients of a seal.
pub const MAX_WRAPS: usize = 4096;
/// The most passphrases among them: each costs a derivation to try.
pub(crate) const MAX_PASSPHRASES: usize = 4;
/// The longest name of a host, in bytes.
pub(crate) const MAX_HOST: usize = 1024;
