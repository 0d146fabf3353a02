//! The bytes of a seal: one CBOR list, in one encoding only.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use ciborium::Value;

use crate::error::SealError;
use crate::kdf::Kdf;
use crate::limits::{MAX_HOST, MAX_NAME, MAX_PASSPHRASES, MAX_SEAL, MAX_SECRET, MAX_SECRETS, MAX_WRAPS};
use crate::pieces;
use crate::recipient::{Recipient, recipients_digest};
use crate::scope::Scope;

/// What the list begins with.
const MAGIC: &str = "rustle-seal";

/// The format that is written and read.
pub(crate) const FORMAT: u8 = 1;

/// The length of the authentication code, which is the end of the bytes.
pub(crate) const MAC: usize = 32;

/// A data key as it is wrapped: 32 bytes and a tag.
const WRAPPED: usize = 48;

/// The most items of CBOR in a wrap, its list among them.
pub(crate) const WRAP_ITEMS: usize = 8;

/// The most items of CBOR in a seal: the list and nine in it, wraps, and secrets of a list of three.
const MAX_ITEMS: usize = 10 + WRAP_ITEMS * MAX_WRAPS + 4 * MAX_SECRETS;

/// What makes a seal another than all others: 16 random bytes. Its text is 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SealId(pub(crate) [u8; 16]);

impl SealId {
    /// The bytes.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SealId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for SealId {
    type Err = SealError;

    fn from_str(text: &str) -> Result<SealId, SealError> {
        let refused = || SealError::Refused("the id of a seal is 32 hexadecimal digits".into());
        let number = u128::from_str_radix(text, 16).map_err(|_| refused())?;
        let id = SealId(number.to_be_bytes());
        if id.to_string() == text { Ok(id) } else { Err(refused()) }
    }
}

/// The data key, wrapped for one recipient. Who that is cannot be read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrap {
    Passphrase { kdf: Kdf, salt: [u8; 16], nonce: [u8; 12], key: [u8; WRAPPED] },
    Key { nonce: [u8; 12], key: [u8; WRAPPED] },
    X25519 { enc: [u8; 32], key: [u8; WRAPPED] },
    Ssh { enc: [u8; 32], key: [u8; WRAPPED] },
}

/// One secret as it lies in a seal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) nonce: [u8; 12],
    pub(crate) encrypted: Vec<u8>,
}

/// What a seal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) id: SealId,
    pub(crate) scope: Scope,
    pub(crate) recipients: [u8; 32],
    pub(crate) fingerprint: Option<[u8; 32]>,
    pub(crate) wraps: Vec<Wrap>,
    /// By name, in order, each once.
    pub(crate) records: Vec<Record>,
}

/// A seal that was read and not opened. A clone shares the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Seal {
    pub(crate) parts: Arc<Parts>,
    bytes: Arc<[u8]>,
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seal({}, {}, {} secrets)", self.id(), self.scope(), self.parts.records.len())
    }
}

impl Seal {
    /// Reads a seal. That it is whole and unchanged is proven only when it is opened.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`] if the bytes are no seal, or one beyond the limits.
    pub fn read(bytes: &[u8]) -> Result<Seal, SealError> {
        if bytes.len() > MAX_SEAL || !pieces::are_few(bytes, MAX_ITEMS) {
            return Err(SealError::CannotOpen);
        }
        let value: Value = ciborium::from_reader(bytes).map_err(|_| SealError::CannotOpen)?;
        let (parts, mac) = parts_of(value).ok_or(SealError::CannotOpen)?;
        // One reading has one writing: what is equal in meaning and not in its bytes is refused.
        let mut again = parts.to_bytes()?;
        again.extend_from_slice(&mac);
        if again != bytes {
            return Err(SealError::CannotOpen);
        }
        Ok(Seal { parts: Arc::new(parts), bytes: again.into() })
    }

    /// Its id.
    pub fn id(&self) -> SealId {
        self.parts.id
    }

    /// Which hosts it is for.
    pub fn scope(&self) -> &Scope {
        &self.parts.scope
    }

    /// The names of the secrets in it, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.records.iter().map(|record| record.name.as_str())
    }

    /// Whether there is a secret of this name in it.
    pub fn contains(&self, name: &str) -> bool {
        self.record(name).is_some()
    }

    pub(crate) fn record(&self, name: &str) -> Option<&Record> {
        let at = self.parts.records.binary_search_by(|record| record.name.as_str().cmp(name)).ok()?;
        self.parts.records.get(at)
    }

    /// Whether it was made for exactly these recipients. Whoever changed the seal can make this say anything: it tells
    /// operators what they forgot, and protects nothing.
    pub fn is_for(&self, recipients: &[Recipient]) -> bool {
        recipients_digest(&self.parts.id.0, recipients) == self.parts.recipients
    }

    /// Whether a passphrase opens it, so that somebody can be asked for one.
    pub fn takes_passphrase(&self) -> bool {
        self.parts.wraps.iter().any(|wrap| matches!(wrap, Wrap::Passphrase { .. }))
    }

    /// How the passphrases that open it become keys: one for each. As [`Seal::is_for`], it is proven only by opening.
    pub fn derivations(&self) -> impl Iterator<Item = Kdf> {
        self.parts.wraps.iter().filter_map(|wrap| match wrap {
            Wrap::Passphrase { kdf, .. } => Some(*kdf),
            Wrap::Key { .. } | Wrap::X25519 { .. } | Wrap::Ssh { .. } => None,
        })
    }

    /// Whether a key of 32 bytes opens it.
    pub fn takes_key(&self) -> bool {
        self.parts.wraps.iter().any(|wrap| matches!(wrap, Wrap::Key { .. }))
    }

    /// Whether an age identity opens it.
    pub fn takes_age(&self) -> bool {
        self.parts.wraps.iter().any(|wrap| matches!(wrap, Wrap::X25519 { .. }))
    }

    /// Whether a key of SSH opens it.
    pub fn takes_ssh(&self) -> bool {
        self.parts.wraps.iter().any(|wrap| matches!(wrap, Wrap::Ssh { .. }))
    }

    /// What whoever made it left to tell later whether it is still what it should be.
    pub fn fingerprint(&self) -> Option<&[u8; 32]> {
        self.parts.fingerprint.as_ref()
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// All bytes but the code at their end, and that code.
    #[cfg(feature = "open")]
    pub(crate) fn authenticated(&self) -> Option<(&[u8], &[u8; MAC])> {
        self.bytes.split_last_chunk::<MAC>()
    }
}

impl Parts {
    /// The bytes, but for the code that ends them.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, SealError> {
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        let wraps = self.wraps.iter().map(Wrap::to_value).collect();
        let records = self.records.iter().map(|record| {
            Value::Array(vec![
                Value::Text(record.name.clone()),
                bytes(&record.nonce),
                bytes(&record.encrypted),
            ])
        });
        let list = Value::Array(vec![
            Value::Text(MAGIC.into()),
            Value::from(FORMAT),
            bytes(&self.id.0),
            self.scope.host().map_or(Value::Null, Value::from),
            bytes(&self.recipients),
            self.fingerprint.as_ref().map_or(Value::Null, |it| bytes(it)),
            Value::Array(wraps),
            Value::Array(records.collect()),
            bytes(&[0; MAC]),
        ]);
        let mut written = Vec::new();
        ciborium::into_writer(&list, &mut written)
            .map_err(|error| SealError::Refused(format!("the seal cannot be written: {error}")))?;
        written.truncate(written.len().saturating_sub(MAC));
        Ok(written)
    }
}

impl Wrap {
    pub(crate) fn to_value(&self) -> Value {
        let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
        let number = |number: u32| Value::from(number);
        Value::Array(match self {
            Wrap::Passphrase { kdf: Kdf::Argon2id { memory, passes, lanes }, salt, nonce, key } => {
                let numbers = [number(*memory), number(*passes), number(*lanes)];
                let mut list = vec![Value::from(0), bytes(salt)];
                list.extend(numbers);
                list.extend([bytes(nonce), bytes(key)]);
                list
            }
            Wrap::Passphrase { kdf: Kdf::Pbkdf2Sha256 { rounds }, salt, nonce, key } => {
                vec![Value::from(1), bytes(salt), number(*rounds), bytes(nonce), bytes(key)]
            }
            Wrap::Key { nonce, key } => vec![Value::from(2), bytes(nonce), bytes(key)],
            Wrap::X25519 { enc, key } => vec![Value::from(3), bytes(enc), bytes(key)],
            Wrap::Ssh { enc, key } => vec![Value::from(4), bytes(enc), bytes(key)],
        })
    }

    pub(crate) fn of(value: Value) -> Option<Wrap> {
        let mut list = List::of(value)?;
        let wrap = match list.number()? {
            0 => {
                let salt = list.bytes()?;
                let kdf =
                    Kdf::Argon2id { memory: list.number()?, passes: list.number()?, lanes: list.number()? };
                Wrap::Passphrase { kdf, salt, nonce: list.bytes()?, key: list.bytes()? }
            }
            1 => {
                let salt = list.bytes()?;
                let kdf = Kdf::Pbkdf2Sha256 { rounds: list.number()? };
                Wrap::Passphrase { kdf, salt, nonce: list.bytes()?, key: list.bytes()? }
            }
            2 => Wrap::Key { nonce: list.bytes()?, key: list.bytes()? },
            3 => Wrap::X25519 { enc: list.bytes()?, key: list.bytes()? },
            4 => Wrap::Ssh { enc: list.bytes()?, key: list.bytes()? },
            _ => return None,
        };
        let bounded = !matches!(&wrap, Wrap::Passphrase { kdf, .. } if !kdf.is_bounded());
        (list.is_done() && bounded).then_some(wrap)
    }
}

/// A list that is read from its front.
struct List(std::vec::IntoIter<Value>);

impl List {
    fn of(value: Value) -> Option<List> {
        value.into_array().ok().map(|items| List(items.into_iter()))
    }

    fn number(&mut self) -> Option<u32> {
        u32::try_from(u64::try_from(self.0.next()?.into_integer().ok()?).ok()?).ok()
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.0.next()?.into_bytes().ok()?.try_into().ok()
    }

    fn text(&mut self) -> Option<String> {
        self.0.next()?.into_text().ok()
    }

    /// A list of at most `most` items.
    fn items(&mut self, most: usize) -> Option<Vec<Value>> {
        self.0.next()?.into_array().ok().filter(|items| items.len() <= most)
    }

    fn is_done(&self) -> bool {
        self.0.as_slice().is_empty()
    }
}

fn parts_of(value: Value) -> Option<(Parts, [u8; MAC])> {
    let mut list = List::of(value)?;
    if list.text()? != MAGIC || list.number()? != u32::from(FORMAT) {
        return None;
    }
    let id = SealId(list.bytes()?);
    let scope = match list.0.next()? {
        Value::Null => Scope::All,
        Value::Text(host) if !host.is_empty() && host.len() <= MAX_HOST => Scope::Host(host),
        _ => return None,
    };
    let recipients = list.bytes()?;
    let fingerprint = match list.0.next()? {
        Value::Null => None,
        Value::Bytes(bytes) => Some(bytes.try_into().ok()?),
        _ => return None,
    };
    let wraps: Vec<Wrap> = list.items(MAX_WRAPS)?.into_iter().map(Wrap::of).collect::<Option<_>>()?;
    let passphrases = wraps.iter().filter(|wrap| matches!(wrap, Wrap::Passphrase { .. })).count();
    let records: Vec<Record> = list.items(MAX_SECRETS)?.into_iter().map(record).collect::<Option<_>>()?;
    let ordered = records.windows(2).all(|pair| matches!(pair, [a, b] if a.name < b.name));
    let mac = list.bytes()?;
    let whole = list.is_done() && ordered && passphrases <= MAX_PASSPHRASES;
    whole.then_some((Parts { id, scope, recipients, fingerprint, wraps, records }, mac))
}

fn record(value: Value) -> Option<Record> {
    let mut list = List::of(value)?;
    let name = list.text().filter(|name| !name.is_empty() && name.len() <= MAX_NAME)?;
    let nonce = list.bytes()?;
    // The byte of the kind and the tag come to what a secret may have.
    let encrypted = list.0.next()?.into_bytes().ok().filter(|it| it.len() <= MAX_SECRET + 17)?;
    list.is_done().then_some(Record { name, nonce, encrypted })
}
