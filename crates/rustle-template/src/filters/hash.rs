//! Digests and identifiers made of them.

use rustle_value::Value;
use sha1::{Digest, Sha1};

use crate::call::Call;
use crate::error::Error;
use crate::registry::Filter;

/// The filters of this file.
pub const FILTERS: &[Filter] = &[
    Filter::new("hash", hash),
    Filter::new("md5", |call| fixed(call, "md5")),
    Filter::new("sha1", |call| fixed(call, "sha1")),
    Filter::new("checksum", |call| fixed(call, "sha1")),
    Filter::new("to_uuid", to_uuid),
];

/// The name space of Ansible's identifiers.
const NAMESPACE: &str = "361E6D51-FAEC-444A-9079-341386DA8E2E";

/// The digest of `data` in hexadecimal; `None` if there is no such algorithm here.
fn digest(algorithm: &str, data: &[u8]) -> Option<String> {
    Some(match algorithm {
        "md5" => hex(&md5::Md5::digest(data)),
        "sha1" => hex(&Sha1::digest(data)),
        "sha224" => hex(&sha2::Sha224::digest(data)),
        "sha256" => hex(&sha2::Sha256::digest(data)),
        "sha384" => hex(&sha2::Sha384::digest(data)),
        "sha512" => hex(&sha2::Sha512::digest(data)),
        "sha512_224" => hex(&sha2::Sha512_224::digest(data)),
        "sha512_256" => hex(&sha2::Sha512_256::digest(data)),
        _ => return None,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of the value: its own, or those of its text.
fn bytes(call: &Call<'_>) -> Result<Vec<u8>, Error> {
    match &call.value {
        Value::Bytes(bytes) => Ok(bytes.to_vec()),
        _ => call.value_text().map(String::into_bytes),
    }
}

/// `value | hash(hashtype='sha1')`
fn hash(call: &mut Call<'_>) -> Result<Value, Error> {
    let algorithm = call.text_arg(0, "hashtype", "sha1")?;
    call.finish()?;
    let digest = digest(&algorithm.to_lowercase(), &bytes(call)?);
    digest.map(Value::from).ok_or_else(|| Error::value_error(format!("unsupported hash type {algorithm}")))
}

/// `value | md5`, `value | sha1`, `value | checksum`
fn fixed(call: &mut Call<'_>, algorithm: &str) -> Result<Value, Error> {
    call.finish()?;
    Ok(digest(algorithm, &bytes(call)?).into())
}

/// `value | to_uuid(namespace=…)`: the identifier of version 5
fn to_uuid(call: &mut Call<'_>) -> Result<Value, Error> {
    let namespace = call.text_arg(0, "namespace", NAMESPACE)?;
    call.finish()?;
    let space = parse_uuid(&namespace).ok_or_else(|| {
        Error::value_error(format!(
            "Invalid value '{namespace}' for 'namespace': badly formed hexadecimal UUID string"
        ))
    })?;
    let mut hasher = Sha1::new();
    hasher.update(space);
    hasher.update(bytes(call)?);
    let mut id = [0; 16];
    id.iter_mut().zip(hasher.finalize()).for_each(|(to, from)| *to = from);
    // Version 5, and the variant of RFC 9562.
    id[6] = id[6] & 0x0f | 0x50;
    id[8] = id[8] & 0x3f | 0x80;
    let text = hex(&id);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| text.get(range).unwrap_or_default());
    Ok(Value::from(parts.join("-")))
}

fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let digits = text.replace("urn:", "").replace("uuid:", "").replace(['{', '}', '-'], "");
    if digits.len() != 32 {
        return None;
    }
    Some(u128::from_str_radix(&digits, 16).ok()?.to_be_bytes())
}
