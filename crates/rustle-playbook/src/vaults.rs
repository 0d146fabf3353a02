//! What ansible-vault encrypted. No password is known here: a value becomes a lookup of the secret that
//! `cargo rustle secret seal` made of it, and what it has not sealed is an error.

use std::path::Path;
use std::sync::Arc;

use rustle_seal::{LOOKUP, VaultText};
use rustle_template::trust::trusted_with;
use rustle_value::yaml::Node;
use rustle_value::{Map, Value};

use crate::document::{Document, Read};
use crate::loader::Loader;
use crate::origins::Owner;
use crate::problem::Problem;
use crate::source::{Location, SourceFile};

/// Something encrypted that a plan needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Vault {
    /// The name of the secret that it becomes.
    pub name: String,
    /// What is encrypted.
    pub text: VaultText,
    /// What it is.
    pub kind: VaultKind,
    /// Where it stands.
    pub at: Location,
    /// The host whose variables it stands in, if it is those of one host.
    pub host: Option<String>,
}

/// What is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VaultKind {
    /// A value behind `!vault`.
    Value,
    /// A file of variables, of which each is a secret of its own.
    Variables,
    /// A file that is embedded.
    File,
}

/// The template that gives a secret.
pub fn secret_template(name: &str) -> Value {
    Value::Template(
        format!("{{{{ lookup('{LOOKUP}', '{}') }}}}", name.replace('\\', "\\\\").replace('\'', "\\'")).into(),
    )
}

impl Loader<'_> {
    /// The value of a trusted `node`, its templates marked and its encrypted values looked up.
    pub(crate) fn trusted(&mut self, file: &Arc<SourceFile>, node: &Node) -> Value {
        let mut found = Vec::new();
        let value = trusted_with(node, &mut |node| {
            let text = VaultText::read(node.as_text().unwrap_or_default().trim_start().as_bytes());
            let value = match &text {
                Ok(text) => secret_template(&text.name()),
                Err(_) => Value::str(""),
            };
            found.push((Location::of(file, node), text));
            value
        });
        for (at, text) in found {
            match text {
                Ok(text) => drop(self.vault(at, text, VaultKind::Value)),
                Err(why) => self.problems.add(Problem::error("bad-vault", why).at(at).labelled("encrypted")),
            }
        }
        value
    }

    /// Notes something encrypted, tells it if it is not sealed, and gives the name of its secret.
    fn vault(&mut self, at: Location, text: VaultText, kind: VaultKind) -> String {
        let name = text.name();
        if !self.options.sealed.contains(&name) {
            let what = if kind == VaultKind::Value { "this value" } else { "the file" };
            self.problems.add(
                Problem::error(
                    "unsealed-secret",
                    format!("{what} is encrypted with ansible-vault and not sealed"),
                )
                .at(at.clone())
                .labelled("encrypted")
                .with_help("`cargo rustle secret seal --vault-password-file FILE` seals it"),
            );
        }
        self.vaults.push(Vault { name: name.clone(), text, kind, at, host: None });
        name
    }

    /// Notes whose variables were just read: those that are encrypted from `first` on stand in them.
    pub(crate) fn vaults_are_of(&mut self, owner: &Owner, first: usize) {
        if let Owner::Host(host) = owner {
            self.vaults.iter_mut().skip(first).for_each(|vault| vault.host = Some(host.clone()));
        }
    }

    /// The variables in an encrypted file: those that were sealed of it.
    pub(crate) fn vault_variables(&mut self, doc: &Document, text: &VaultText) -> Map {
        let name = self.vault(first_line(&doc.file), text.clone(), VaultKind::Variables);
        let prefix = VaultText::variable(&name, "");
        let options = self.options;
        let sealed = options.sealed.range(prefix.clone()..).take_while(|it| it.starts_with(&prefix));
        let map: Map = sealed
            .filter_map(|secret| Some((Value::str(secret.strip_prefix(&prefix)?), secret_template(secret))))
            .collect();
        self.definitions.add_all(&map);
        map
    }

    /// The document at `path`, which may be encrypted: then its root is empty.
    pub(crate) fn document(&mut self, path: &Path) -> Option<Read> {
        let document = self.any_document(path)?;
        if document.doc.vault.is_some() {
            self.not_readable(&document.doc.file);
            return None;
        }
        Some(document)
    }

    /// Tells that something is encrypted which must be read when the runner is built.
    pub(crate) fn not_readable(&mut self, file: &Arc<SourceFile>) {
        let message =
            "the file is encrypted with ansible-vault, and its tasks or hosts must be known to build";
        self.problems.add(
            Problem::error("vault-not-supported", message)
                .at(first_line(file))
                .labelled("encrypted")
                .with_help("`ansible-vault decrypt` it, and keep what is secret in it in an encrypted file of variables"),
        );
    }
}

fn first_line(file: &Arc<SourceFile>) -> Location {
    Location::new(file, 0..file.text.lines().next().map_or(0, str::len))
}
