//! Makes seals.

use std::collections::BTreeMap;
use std::fmt;

use hmac::Mac;
use zeroize::Zeroizing;

use crate::cipher::{self, Key32};
use crate::error::SealError;
use crate::format::{Parts, Record, SealId, Wrap};
use crate::identity::{Identity, Inner};
use crate::kdf::Kdf;
use crate::limits::{MAX_HOST, MAX_NAME, MAX_PASSPHRASES, MAX_SEAL, MAX_SECRET, MAX_SECRETS, MAX_WRAPS};
use crate::opened::{MAC_PURPOSE, SECRET_PURPOSE, secret_context};
use crate::recipient::{Recipient, recipients_digest};
use crate::scope::Scope;
use crate::secret::{Secret, SecretBytes};
use crate::wrap;

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| SealError::NoRandomness)?;
    Ok(bytes)
}

/// Someone to wrap a data key for.
#[derive(Clone)]
pub(crate) enum For {
    X25519([u8; 32]),
    Ssh([u8; 32]),
    Passphrase(SecretBytes, Kdf),
    Key(Key32),
}

impl fmt::Debug for For {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            For::X25519(_) => "X25519",
            For::Ssh(_) => "Ssh",
            For::Passphrase(..) => "Passphrase",
            For::Key(_) => "Key",
        })
    }
}

impl For {
    /// A recipient with a public key.
    pub(crate) fn public(recipient: &Recipient) -> Result<For, SealError> {
        match recipient {
            Recipient::X25519(key) => Ok(For::X25519(*key)),
            Recipient::Ssh(key) => wrap::montgomery(key).map(|_| For::Ssh(*key)),
            Recipient::Passphrase | Recipient::Key => {
                Err(SealError::Recipient(format!("to seal for a {recipient}, it must be given")))
            }
        }
    }

    /// Whoever has `identity`.
    pub(crate) fn identity(identity: &Identity, kdf: Kdf) -> Result<For, SealError> {
        match &identity.0 {
            Inner::Passphrase(passphrase) if passphrase.is_empty() => {
                Err(SealError::Refused("an empty passphrase protects nothing".into()))
            }
            Inner::Passphrase(passphrase) => Ok(For::Passphrase(passphrase.clone(), kdf)),
            Inner::Key(key) => Ok(For::Key(key.clone())),
            Inner::X25519 { .. } | Inner::Ssh { .. } => For::public(&identity.recipient()),
        }
    }

    /// The data key, wrapped.
    pub(crate) fn wrap(&self, key: &Key32, id: &[u8; 16]) -> Result<Wrap, SealError> {
        match self {
            For::X25519(public) => wrap::for_x25519(key, id, public),
            For::Ssh(public) => wrap::for_ssh(key, id, public),
            For::Passphrase(passphrase, kdf) => wrap::for_passphrase(key, id, passphrase.expose(), *kdf),
            For::Key(raw) => wrap::for_key(key, id, raw),
        }
    }
}

/// Collects secrets and recipients, and seals. Each seal has an id, a key and nonces of its own: sealing the same secrets
/// twice gives other bytes.
#[derive(Debug)]
pub struct Sealer {
    scope: Scope,
    recipients: BTreeMap<Recipient, Vec<For>>,
    secrets: BTreeMap<String, Secret>,
    id: SealId,
    fingerprint: Option<[u8; 32]>,
}

impl Sealer {
    /// An empty one.
    ///
    /// # Errors
    /// If the system gives no random bytes.
    pub fn new(scope: Scope) -> Result<Sealer, SealError> {
        let id = SealId(random()?);
        Ok(Sealer { scope, recipients: BTreeMap::new(), secrets: BTreeMap::new(), id, fingerprint: None })
    }

    /// The id of the seal to be.
    pub fn id(&self) -> SealId {
        self.id
    }

    /// Adds a recipient with a public key. One that is there already is not added twice.
    ///
    /// # Errors
    /// If it has none, or its key is no key.
    pub fn recipient(&mut self, recipient: &Recipient) -> Result<(), SealError> {
        self.recipients.insert(recipient.clone(), vec![For::public(recipient)?]);
        Ok(())
    }

    /// Adds whoever has `identity`; `kdf` turns a passphrase into a key.
    ///
    /// # Errors
    /// If a passphrase is empty, or there are too many.
    pub fn identity(&mut self, identity: &Identity, kdf: Kdf) -> Result<(), SealError> {
        let wanted = For::identity(identity, kdf)?;
        let all = self.recipients.entry(identity.recipient()).or_default();
        if identity.recipient().public_key().is_some() {
            all.clear();
        }
        if all.len() >= MAX_PASSPHRASES {
            return Err(SealError::Refused(format!("a seal has at most {MAX_PASSPHRASES} passphrases")));
        }
        all.push(wanted);
        Ok(())
    }

    /// Adds a secret.
    ///
    /// # Errors
    /// If one of this name is there, the name is empty or too long, or the secret is too long.
    pub fn secret(&mut self, name: &str, secret: Secret) -> Result<(), SealError> {
        let refuse = |why: String| Err(SealError::Refused(why));
        if name.is_empty() || name.len() > MAX_NAME {
            return refuse(format!("the name of a secret has 1 to {MAX_NAME} bytes"));
        }
        if secret.bytes().len() > MAX_SECRET {
            return refuse(format!("`{name}` has {} bytes; {MAX_SECRET} are the most", secret.bytes().len()));
        }
        if self.secrets.insert(name.to_owned(), secret).is_some() {
            return refuse(format!("the secret `{name}` is there twice"));
        }
        Ok(())
    }

    /// What tells later whether the seal is still what it should be. It is readable by everybody: it must tell nothing
    /// to those who have not the key that it was made with.
    pub fn fingerprint(&mut self, fingerprint: [u8; 32]) {
        self.fingerprint = Some(fingerprint);
    }

    /// Seals.
    ///
    /// # Errors
    /// If there is no recipient, a limit is exceeded, or the system gives no random bytes.
    pub fn seal(self) -> Result<Vec<u8>, SealError> {
        let refuse = |why: &str| Err(SealError::Refused(why.to_owned()));
        let count: usize = self.recipients.values().map(Vec::len).sum();
        if count == 0 {
            return refuse("nobody could open a seal without recipients");
        }
        if count > MAX_WRAPS || self.secrets.len() > MAX_SECRETS {
            return refuse("there are too many recipients or secrets for one seal");
        }
        if self.scope.host().is_some_and(|host| host.is_empty() || host.len() > MAX_HOST) {
            return refuse("the name of a host is empty or too long");
        }
        let (id, key) = (self.id.0, Zeroizing::new(random::<32>()?));
        let names: Vec<Recipient> = self.recipients.keys().cloned().collect();
        let wraps = self.recipients.values().flatten().map(|recipient| recipient.wrap(&key, &id));
        let wraps = wraps.collect::<Result<_, _>>()?;
        let records =
            self.secrets.iter().map(|(name, secret)| record(&key, self.id, &self.scope, name, secret));
        let records = records.collect::<Result<_, _>>()?;
        let parts = Parts {
            id: self.id,
            scope: self.scope,
            recipients: recipients_digest(&id, &names),
            fingerprint: self.fingerprint,
            wraps,
            records,
        };
        let mut bytes = parts.to_bytes()?;
        let code = cipher::mac(&cipher::subkey(&key, &id, &[MAC_PURPOSE]), &bytes).finalize().into_bytes();
        bytes.extend_from_slice(&code);
        if bytes.len() > MAX_SEAL {
            return refuse("the secrets are too large for one seal");
        }
        Ok(bytes)
    }
}

fn record(key: &Key32, id: SealId, scope: &Scope, name: &str, secret: &Secret) -> Result<Record, SealError> {
    let sub = cipher::subkey(key, id.bytes(), &[SECRET_PURPOSE, name.as_bytes()]);
    let nonce = random()?;
    let context = secret_context(id, scope, name);
    let encrypted = cipher::encrypt(&sub, &nonce, &context, &secret.to_plaintext());
    let encrypted = encrypted.ok_or_else(|| SealError::Refused(format!("`{name}` is too long")))?;
    Ok(Record { name: name.to_owned(), nonce, encrypted })
}
