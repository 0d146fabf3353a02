//! Embedded files whose content is a secret.
//!
//! In the bundle lies a line that stands for the content; whoever reads the file gets what was sealed.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rustle_value::{Map, Value};

use super::opened;

/// What a worker was told by its runner, which alone opens seals.
static ADOPTED: OnceLock<BTreeMap<Vec<u8>, Arc<[u8]>>> = OnceLock::new();

/// The content of an embedded file: what was sealed, where `content` stands for that, else `content` itself.
pub(crate) fn unsealed(content: Arc<[u8]>) -> Arc<[u8]> {
    let files = ADOPTED.get().unwrap_or(&opened().files);
    files.get(content.as_ref()).cloned().unwrap_or(content)
}

/// What a worker must be told of sealed files.
pub(crate) fn sealed_files() -> Map {
    let value = |bytes: &Arc<[u8]>| Value::Bytes(Arc::clone(bytes));
    let stand_in = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes).into_owned());
    opened().files.iter().map(|(name, content)| (stand_in(name), value(content))).collect()
}

/// Takes over what [`sealed_files`] has told. Only the first time counts.
pub(crate) fn adopt_files(told: &Map) {
    if told.is_empty() {
        return;
    }
    let file = |(name, content): (&Value, &Value)| match (name, content) {
        (Value::Str(name), Value::Bytes(content)) => Some((name.as_bytes().to_vec(), Arc::clone(content))),
        _ => None,
    };
    let _ = ADOPTED.set(told.iter().filter_map(file).collect());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_reads_what_the_runner_has_opened() {
        let stand_in = "$RUSTLE_SEALED;1;vault:00\n";
        let content: Arc<[u8]> = Arc::from([0xff, 0].as_slice());
        adopt_files(&Map::from([(stand_in, Value::Bytes(Arc::clone(&content)))]));
        assert_eq!(unsealed(Arc::from(stand_in.as_bytes())), content);
        assert_eq!(unsealed(Arc::from(b"other".as_slice())).as_ref(), b"other");
    }
}
