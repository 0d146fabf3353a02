//! `secrets.toml`: secrets in a repository, their names in the clear, for the operators who keep them.
//!
//! One line is one secret, so that two people can add secrets side by side and a change reads as what it is. Each value is
//! bound to the store, the host and the name; the list of recipients is authenticated as a whole, so that nobody who can
//! write the file makes himself a recipient of the next rotation. That a line was removed, or an older one put back, is
//! for the repository's history to tell.

use std::fmt;

use base64ct::{Base64, Encoding};
use ciborium::Value as Cbor;
use hmac::Mac;
use toml_edit::{Array, DocumentMut, Item, Table, value};
use zeroize::Zeroizing;

use crate::cipher::{self, Key32, NONCE, joined};
use crate::error::SealError;
use crate::format::{SealId, WRAP_ITEMS, Wrap};
use crate::identity::Identity;
use crate::kdf::Kdf;
use crate::limits::{MAX_NAME, MAX_PASSPHRASES, MAX_SEAL, MAX_SECRET, MAX_WRAPS};
use crate::pieces;
use crate::recipient::Recipient;
use crate::scope::Scope;
use crate::sealer::{For, random};
use crate::secret::{Secret, SecretBytes};
use crate::wrap;

const PURPOSE: &[u8] = b"rustle-store/1";
const HEAD: &str = "# Secrets, encrypted. `cargo rustle secret` reads and writes this file: change nothing by hand.\nformat = 1\n";

/// What stands in `secrets.toml`. Values can be read only when it was opened.
#[derive(Clone)]
pub struct Store {
    document: DocumentMut,
    id: SealId,
    recipients: Vec<Recipient>,
    wraps: Vec<Wrap>,
}

/// A store whose values can be read and changed.
#[derive(Clone)]
pub struct OpenStore {
    store: Store,
    key: Key32,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Store({}, {} recipients)", self.id, self.recipients.len())
    }
}

impl fmt::Debug for OpenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Open{:?}", self.store)
    }
}

/// Who is to be a recipient: by a public key, or with what was given.
#[derive(Debug, Default)]
pub struct Operators {
    list: Vec<(Recipient, For)>,
}

impl Operators {
    /// Adds a recipient with a public key.
    ///
    /// # Errors
    /// If it has none, or it is no key.
    pub fn add(&mut self, recipient: &Recipient) -> Result<(), SealError> {
        let wanted = For::public(recipient)?;
        self.push(recipient.clone(), wanted)
    }

    /// Adds whoever has `identity`.
    ///
    /// # Errors
    /// If a passphrase is empty, or there are too many.
    pub fn add_identity(&mut self, identity: &Identity, kdf: Kdf) -> Result<(), SealError> {
        let wanted = For::identity(identity, kdf)?;
        self.push(identity.recipient(), wanted)
    }

    fn push(&mut self, recipient: Recipient, wanted: For) -> Result<(), SealError> {
        let is_passphrase = recipient == Recipient::Passphrase;
        let same = self.list.iter().filter(|(there, _)| *there == recipient).count();
        if same > 0 && !is_passphrase {
            return Ok(());
        }
        if same >= MAX_PASSPHRASES || self.list.len() >= MAX_WRAPS {
            return Err(SealError::Refused("there are too many recipients".into()));
        }
        self.list.push((recipient, wanted));
        Ok(())
    }
}

impl Store {
    /// Reads the text of `secrets.toml`.
    ///
    /// # Errors
    /// In plain words, if it is none.
    pub fn parse(text: &str) -> Result<Store, SealError> {
        let refuse = |why: &str| SealError::Refused(why.to_owned());
        if text.len() > MAX_SEAL {
            return Err(refuse("it is too large"));
        }
        if !pieces::has_few_values(text) {
            return Err(refuse("it has too many values"));
        }
        let document: DocumentMut = text.parse().map_err(|error| SealError::Refused(told(&error, text)))?;
        match document.get("format").map(Item::as_integer) {
            Some(Some(1)) => {}
            Some(_) => return Err(refuse("it has another format than 1; a newer Rustle may read it")),
            None if document.is_empty() => {
                return Err(refuse(
                    "it is empty: restore it from the repository, or remove it to begin anew",
                ));
            }
            None => return Err(refuse("its `format` is missing: restore it from the repository")),
        }
        let id = document
            .get("id")
            .and_then(Item::as_str)
            .ok_or_else(|| refuse("its `id` is missing"))?
            .parse()?;
        let texts = |key: &str| -> Option<Vec<&str>> {
            document.get(key)?.as_array()?.iter().map(toml_edit::Value::as_str).collect()
        };
        let missing = |key: &str| SealError::Refused(format!("its `{key}` are missing or damaged"));
        let recipients = texts("recipients").ok_or_else(|| missing("recipients"))?;
        let recipients = recipients.into_iter().map(str::parse).collect::<Result<Vec<_>, _>>()?;
        let wraps = texts("wraps").filter(|all| all.len() <= MAX_WRAPS).ok_or_else(|| missing("wraps"))?;
        let wraps: Option<Vec<Wrap>> = wraps.into_iter().map(wrap_of_text).collect();
        let wraps = wraps.ok_or_else(|| missing("wraps"))?;
        let passphrases = wraps.iter().filter(|wrap| matches!(wrap, Wrap::Passphrase { .. })).count();
        if passphrases > MAX_PASSPHRASES {
            return Err(missing("wraps"));
        }
        Ok(Store { id, recipients, wraps, document })
    }

    /// Who can open it, as the file says.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// Whether a passphrase opens it.
    pub fn takes_passphrase(&self) -> bool {
        self.wraps.iter().any(|wrap| matches!(wrap, Wrap::Passphrase { .. }))
    }

    /// The names of the secrets: those for all hosts first, then host by host.
    pub fn names(&self) -> Vec<(Scope, String)> {
        let mut names = Vec::new();
        let of = |table: &Table| table.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        if let Some(table) = self.document.get("all").and_then(Item::as_table) {
            names.extend(of(table).into_iter().map(|name| (Scope::All, name)));
        }
        let hosts = self.document.get("hosts").and_then(Item::as_table);
        for (host, item) in hosts.into_iter().flat_map(Table::iter) {
            let scope = Scope::Host(host.to_owned());
            names.extend(
                item.as_table().map(of).unwrap_or_default().into_iter().map(|name| (scope.clone(), name)),
            );
        }
        names
    }

    /// Opens it with the first of `identities` that is a recipient.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`], whatever the reason is.
    pub fn open(&self, identities: &[Identity]) -> Result<OpenStore, SealError> {
        let id = self.id.0;
        let keys = identities
            .iter()
            .flat_map(|identity| self.wraps.iter().filter_map(move |it| wrap::unwrap(it, &id, identity)));
        let key = { keys }.next().ok_or(SealError::CannotOpen)?;
        let mac =
            self.document.get("mac").and_then(Item::as_str).and_then(|text| Base64::decode_vec(text).ok());
        let checked = mac_of(&key, self.id, &self.recipients, &self.wraps);
        checked.verify_slice(&mac.unwrap_or_default()).map_err(|_| SealError::CannotOpen)?;
        Ok(OpenStore { store: self.clone(), key })
    }

    fn item(&self, scope: &Scope, name: &str) -> Option<&Item> {
        match scope {
            Scope::All => self.document.get("all")?.get(name),
            Scope::Host(host) => self.document.get("hosts")?.get(host)?.get(name),
        }
    }
}

/// What is no TOML, and in which line; none of what stands there.
fn told(error: &toml_edit::TomlError, text: &str) -> String {
    let message = error.message().replace('\n', ", ");
    let before = error.span().and_then(|span| text.get(..span.start));
    before.map_or(message.clone(), |it| format!("line {}: {message}", it.matches('\n').count() + 1))
}

/// The code over who can open the store.
fn mac_of(key: &Key32, id: SealId, recipients: &[Recipient], wraps: &[Wrap]) -> hmac::Hmac<sha2::Sha256> {
    let texts: Vec<String> = recipients.iter().map(Recipient::to_string).collect();
    let wraps: Vec<Vec<u8>> = wraps.iter().map(wrap_bytes).collect();
    let count = (texts.len() as u64).to_le_bytes();
    let mut parts: Vec<&[u8]> = vec![PURPOSE, b"recipients", id.bytes(), &count];
    parts.extend(texts.iter().map(String::as_bytes));
    parts.extend(wraps.iter().map(Vec::as_slice));
    cipher::mac(&cipher::subkey(key, id.bytes(), &[PURPOSE, b"mac"]), &joined(&parts))
}

fn wrap_bytes(wrap: &Wrap) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = ciborium::into_writer(&wrap.to_value(), &mut bytes);
    bytes
}

fn wrap_of_text(text: &str) -> Option<Wrap> {
    let bytes = Base64::decode_vec(text).ok()?;
    if !pieces::are_few(&bytes, WRAP_ITEMS) {
        return None;
    }
    let value: Cbor = ciborium::from_reader(bytes.as_slice()).ok()?;
    Wrap::of(value).filter(|wrap| wrap_bytes(wrap) == bytes)
}

impl OpenStore {
    /// A new store for these operators.
    ///
    /// # Errors
    /// If there are none, or the system gives no random bytes.
    pub fn create(operators: &Operators) -> Result<OpenStore, SealError> {
        let (id, key) = (SealId(random()?), Zeroizing::new(random()?));
        let document = HEAD.parse().unwrap_or_default();
        let store = Store { document, id, recipients: Vec::new(), wraps: Vec::new() };
        let mut open = OpenStore { store, key };
        open.write_head(Vec::new(), Vec::new(), operators)?;
        Ok(open)
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The text of `secrets.toml`.
    pub fn to_text(&self) -> String {
        self.store.document.to_string()
    }

    /// A secret, or none of this name.
    ///
    /// # Errors
    /// [`SealError::CannotOpen`] if its line was changed, or moved from elsewhere.
    pub fn get(&self, scope: &Scope, name: &str) -> Result<Option<Secret>, SealError> {
        let Some(item) = self.store.item(scope, name) else { return Ok(None) };
        let bytes =
            item.as_str().and_then(|text| Base64::decode_vec(text).ok()).ok_or(SealError::CannotOpen)?;
        let (nonce, encrypted) = bytes.split_first_chunk::<NONCE>().ok_or(SealError::CannotOpen)?;
        let key = cipher::subkey(&self.key, self.store.id.bytes(), &[PURPOSE, b"secret", name.as_bytes()]);
        let plain = cipher::decrypt(&key, nonce, &self.context(scope, name), encrypted);
        Secret::of_plaintext(&plain.ok_or(SealError::CannotOpen)?).map(Some)
    }

    /// Writes a secret in place of the one of this name, if there is one. One that is the same already is left as it is;
    /// whether it was changed is what is returned.
    ///
    /// # Errors
    /// If the name or the secret is too long, or the system gives no random bytes.
    pub fn set(&mut self, scope: &Scope, name: &str, secret: &Secret) -> Result<bool, SealError> {
        if name.is_empty() || name.len() > MAX_NAME || secret.bytes().len() > MAX_SECRET {
            return Err(SealError::Refused(format!(
                "the name has 1 to {MAX_NAME} bytes, the secret at most {MAX_SECRET}"
            )));
        }
        if self.get(scope, name).is_ok_and(|there| there.as_ref() == Some(secret)) {
            return Ok(false);
        }
        let text = self.encrypted(scope, name, secret)?;
        let table = self.table(scope)?;
        let is_new = !table.contains_key(name);
        table.insert(name, value(text));
        if is_new {
            table.sort_values();
        }
        Ok(true)
    }

    /// Removes a secret; whether there was one.
    pub fn remove(&mut self, scope: &Scope, name: &str) -> bool {
        self.table(scope).is_ok_and(|table| table.remove(name).is_some())
    }

    /// Adds these operators. The key stays, and so do those who can open it already.
    ///
    /// # Errors
    /// If there are too many, or the system gives no random bytes.
    pub fn add(&mut self, operators: &Operators) -> Result<(), SealError> {
        self.write_head(self.store.recipients.clone(), self.store.wraps.clone(), operators)
    }

    /// Makes these the operators, and those of `operators`.
    fn write_head(
        &mut self,
        mut recipients: Vec<Recipient>,
        mut wraps: Vec<Wrap>,
        operators: &Operators,
    ) -> Result<(), SealError> {
        let id = self.store.id;
        for (recipient, wanted) in &operators.list {
            wraps.push(wanted.wrap(&self.key, id.bytes())?);
            recipients.push(recipient.clone());
        }
        if wraps.is_empty() {
            return Err(SealError::Refused("nobody could open secrets without recipients".into()));
        }
        let passphrases = wraps.iter().filter(|wrap| matches!(wrap, Wrap::Passphrase { .. })).count();
        if wraps.len() > MAX_WRAPS || passphrases > MAX_PASSPHRASES {
            return Err(SealError::Refused("there are too many recipients".into()));
        }
        let code = mac_of(&self.key, id, &recipients, &wraps).finalize().into_bytes();
        let document = &mut self.store.document;
        document["id"] = value(id.to_string());
        document["recipients"] = value(lines(recipients.iter().map(Recipient::to_string)));
        document["wraps"] = value(lines(wraps.iter().map(|wrap| Base64::encode_string(&wrap_bytes(wrap)))));
        document["mac"] = value(Base64::encode_string(&code));
        (self.store.recipients, self.store.wraps) = (recipients, wraps);
        Ok(())
    }

    /// The same secrets under a new key and a new id, for these operators.
    ///
    /// # Errors
    /// If one of them cannot be read, or as [`OpenStore::create`].
    pub fn rotate(&self, operators: &Operators) -> Result<OpenStore, SealError> {
        let mut new = OpenStore::create(operators)?;
        for (scope, name) in self.store.names() {
            let secret = self.get(&scope, &name)?.ok_or(SealError::CannotOpen)?;
            new.set(&scope, &name, &secret)?;
        }
        Ok(new)
    }

    /// A code over `bytes` that only operators can make: what tells whether a seal still is what it should be.
    pub fn fingerprint(&self, bytes: &[u8]) -> [u8; 32] {
        let key = cipher::subkey(&self.key, self.store.id.bytes(), &[PURPOSE, b"fingerprint"]);
        cipher::mac(&key, bytes).finalize().into_bytes().into()
    }

    fn encrypted(&self, scope: &Scope, name: &str, secret: &Secret) -> Result<String, SealError> {
        let key = cipher::subkey(&self.key, self.store.id.bytes(), &[PURPOSE, b"secret", name.as_bytes()]);
        let nonce: [u8; NONCE] = random()?;
        let encrypted = cipher::encrypt(&key, &nonce, &self.context(scope, name), &secret.to_plaintext());
        let encrypted = encrypted.ok_or_else(|| SealError::Refused(format!("`{name}` is too long")))?;
        Ok(Base64::encode_string(&[nonce.as_slice(), &encrypted].concat()))
    }

    fn context(&self, scope: &Scope, name: &str) -> Vec<u8> {
        let host = scope.host().unwrap_or_default();
        joined(&[PURPOSE, self.store.id.bytes(), host.as_bytes(), name.as_bytes()])
    }

    /// The table of a scope, made if it is not there.
    fn table(&mut self, scope: &Scope) -> Result<&mut Table, SealError> {
        let damaged = || SealError::Refused("`all` and `hosts` must be tables of secrets".into());
        let root = self.store.document.as_table_mut();
        let Some(host) = scope.host() else {
            return root.entry("all").or_insert_with(toml_edit::table).as_table_mut().ok_or_else(damaged);
        };
        let hosts = root.entry("hosts").or_insert_with(|| {
            let mut hosts = Table::new();
            hosts.set_implicit(true);
            Item::Table(hosts)
        });
        let hosts = hosts.as_table_mut().ok_or_else(damaged)?;
        hosts.entry(host).or_insert_with(toml_edit::table).as_table_mut().ok_or_else(damaged)
    }
}

/// A list with one item a line.
fn lines(items: impl Iterator<Item = String>) -> Array {
    let mut list: Array = items.collect();
    for item in list.iter_mut() {
        item.decor_mut().set_prefix("\n    ");
    }
    list.set_trailing("\n");
    list.set_trailing_comma(true);
    list
}

/// Bytes to make a fingerprint of: each part after its length.
pub fn fingerprinted(parts: &[&[u8]]) -> SecretBytes {
    SecretBytes::new(joined(parts))
}
