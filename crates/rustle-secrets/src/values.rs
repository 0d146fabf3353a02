//! What secrets become: variables, values of vaults, and what is hidden.

use std::sync::Arc;

use rustle_runtime::secrets::Opened;
use rustle_runtime::value::Value;
use rustle_seal::{Scope, SealError, Secret, SecretKind, VAULT_PREFIX, stand_in};
use zeroize::Zeroizing;

use crate::redactor::{Redactor, SHORTEST};

/// The shortest piece between the templates of a secret that is hidden by itself.
const SHORTEST_PIECE: usize = 8;

/// Decrypts every secret. One of a host goes before one of the same name for all.
///
/// # Errors
/// If one was changed.
pub(crate) fn gather(mut seals: Vec<rustle_seal::Opened>) -> Result<Opened, SealError> {
    seals.sort_by_key(|opened| *opened.seal().scope() != Scope::All);
    let mut opened = Opened::default();
    let mut hidden: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    for seal in &seals {
        for name in seal.names() {
            let secret = seal.get(name)?;
            let value = value(&secret)?;
            texts(&value, &mut hidden);
            if !name.starts_with(VAULT_PREFIX) {
                if secret.bytes().trim_ascii().len() < SHORTEST {
                    opened.warnings.push(short(name));
                }
                opened.variables.insert(name, value);
                continue;
            }
            if secret.kind() != SecretKind::Value {
                opened.files.insert(stand_in(name), Arc::from(secret.bytes()));
            }
            opened.vaulted.insert(name.to_owned(), value);
        }
    }
    // That many secrets do not fit into any seal.
    let redactor = Redactor::new(hidden.iter().map(|text| text.as_slice()));
    opened.redact = Some(Arc::new(redactor.map_err(|_| SealError::CannotOpen)?));
    Ok(opened)
}

fn value(secret: &Secret) -> Result<Value, SealError> {
    Ok(match secret.kind() {
        SecretKind::Text => Value::str(secret.as_text().ok_or(SealError::CannotOpen)?),
        SecretKind::Bytes => Value::Bytes(Arc::from(secret.bytes())),
        SecretKind::Value => ciborium::from_reader(secret.bytes()).map_err(|_| SealError::CannotOpen)?,
    })
}

fn short(name: &str) -> String {
    format!(
        "the secret `{name}` is shorter than {SHORTEST} characters: it is hidden only where it is the whole of a text"
    )
}

/// The texts in a value that must not be told. Booleans and `null` tell nothing.
fn texts(value: &Value, into: &mut Vec<Zeroizing<Vec<u8>>>) {
    let mut add = |bytes: &[u8]| into.push(Zeroizing::new(bytes.to_vec()));
    match value {
        Value::Str(text) => add(text.as_bytes()),
        Value::Bytes(bytes) => add(bytes),
        Value::Int(_) | Value::BigInt(_) | Value::Float(_) => {
            let text = value.to_string();
            // Small numbers stand everywhere.
            if text.len() >= SHORTEST {
                add(text.as_bytes());
            }
        }
        Value::Template(text) => {
            add(text.as_bytes());
            pieces(text).filter(|piece| piece.len() >= SHORTEST_PIECE).for_each(|it| add(it.as_bytes()));
        }
        Value::List(items) | Value::Tuple(items) => items.iter().for_each(|item| texts(item, into)),
        Value::Map(map) => map.values().for_each(|item| texts(item, into)),
        Value::None | Value::Bool(_) | Value::Omit | Value::Undefined(_) | Value::Object(_) => {}
    }
}

/// What stands between the templates in a text: it comes out as it went in.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split("{{").flat_map(|part| part.split("{%")).map(|part| {
        let end = part.rfind("}}").max(part.rfind("%}"));
        end.and_then(|end| part.get(end + 2..)).unwrap_or(part).trim()
    })
}

#[cfg(test)]
mod tests {
    use rustle_runtime::value::Map;
    use rustle_seal::{Identity, Seal, Sealer, SecretBytes};

    use super::*;

    fn gathered(secrets: Vec<(&str, Secret)>) -> Opened {
        let identity = Identity::generate().unwrap();
        let mut sealer = Sealer::new(Scope::All).unwrap();
        sealer.recipient(&identity.recipient()).unwrap();
        for (name, secret) in secrets {
            sealer.secret(name, secret).unwrap();
        }
        let seal = Seal::read(&sealer.seal().unwrap()).unwrap();
        gather(vec![seal.open(&[identity]).unwrap()]).unwrap()
    }

    #[test]
    fn secrets_are_variables_and_what_was_in_vaults_is_not() {
        let vaulted = Value::Map(Map::from([
            ("url", Value::Template("https://bot:secret-token@{{ host }}/".into())),
            ("pins", Value::list([Value::Int(471_142), Value::Int(7)])),
            ("on", Value::Bool(true)),
        ]));
        let mut cbor = Vec::new();
        ciborium::into_writer(&vaulted, &mut cbor).unwrap();
        let opened = gathered(vec![
            ("key", Secret::new(SecretKind::Bytes, SecretBytes::new(vec![0xff, 0, 1, 2, 3])).unwrap()),
            ("pin", Secret::text("12")),
            ("vault:00", Secret::new(SecretKind::Value, SecretBytes::new(cbor)).unwrap()),
            ("vault:01", Secret::text("whole file\n")),
        ]);
        let names: Vec<String> = opened.variables.keys().map(Value::to_string).collect();
        assert_eq!(names, ["key", "pin"]);
        assert_eq!(opened.vaulted.get("vault:00"), Some(&vaulted));
        assert_eq!(opened.files.get(&stand_in("vault:01")).unwrap().as_ref(), b"whole file\n");
        assert_eq!(opened.warnings.len(), 1);
        assert!(opened.warnings[0].contains("`pin`"));
        let redact = opened.redact.unwrap();
        for text in ["x https://bot:secret-token@ x", "pin 471142.", "a whole file b"] {
            assert!(redact.redact(text.as_bytes()).is_some(), "{text}");
        }
        assert!(redact.redact(b"True 7").is_none());
        assert_eq!(redact.redact(b"12").as_deref(), Some(b"********".as_slice()));
    }

    #[test]
    fn pieces_are_what_no_template_makes() {
        assert_eq!(pieces("a {{ b }} c {% if d %}e").collect::<Vec<_>>(), ["a", "c", "e"]);
    }
}
