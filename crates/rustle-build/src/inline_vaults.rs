//! Encrypted values in files of variables that a runner reads. The bundle carries such a file with a lookup in place of each: a runner
//! opens no vault, and what a vault's password opens is not handed out.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use rustle_playbook::{Files, Location, SourceFile, Vault, VaultKind, secret_template};
use rustle_seal::VaultText;
use rustle_template::trust::trusted_with;
use rustle_value::{Value, yaml};

/// The folders whose files are variables wherever they lie, by their names.
const FOLDERS: [&str; 4] = ["vars", "defaults", "group_vars", "host_vars"];

/// What stands in every vault, inline or not.
const MARK: &str = "$ANSIBLE_VAULT;";

/// Encrypted values, and the files that they stood in as a runner reads them, by their paths in the bundle.
#[derive(Debug, Default)]
pub(crate) struct Inline {
    pub(crate) vaults: Vec<Vault>,
    pub(crate) files: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// Finds them in the embedded files that are variables: by their folder, or since the playbook reads them as such, so that
/// something of theirs is in `read`.
pub(crate) fn find(files: &Files, read: &[Vault]) -> Inline {
    let values = read.iter().filter(|vault| vault.kind == VaultKind::Value);
    let read: BTreeSet<&[u8]> = values.map(|vault| vault.at.file.path.as_bytes()).collect();
    let mut inline = Inline::default();
    for (path, file) in &files.embedded {
        if !read.contains(path.as_slice()) && !is_variables(path) {
            continue;
        }
        // What cannot be read, or is no YAML, is told where it is used.
        let Ok(text) = fs::read_to_string(&file.source) else { continue };
        // Places are counted in 32 bits; the playbook refuses to read a longer file.
        if u32::try_from(text.len()).is_err() {
            continue;
        }
        if text.starts_with(MARK) || !text.contains(MARK) {
            continue;
        }
        let name = String::from_utf8_lossy(path).into_owned();
        let (vaults, changed) = replaced(&Arc::new(SourceFile { path: name, text }));
        if !vaults.is_empty() {
            inline.vaults.extend(vaults);
            inline.files.insert(path.clone(), changed.into_bytes());
        }
    }
    inline
}

fn is_variables(path: &[u8]) -> bool {
    let Ok(path) = std::str::from_utf8(path) else { return false };
    let path = Path::new(path);
    let extension = path.extension().map(|it| it.to_string_lossy());
    let mut folders = path.parent().into_iter().flat_map(Path::components);
    matches!(extension.as_deref(), None | Some("yml" | "yaml"))
        && folders.any(|part| FOLDERS.iter().any(|folder| part.as_os_str() == *folder))
}

/// The encrypted values in a file, and its text with a lookup in place of each. What is no vault stays.
fn replaced(file: &Arc<SourceFile>) -> (Vec<Vault>, String) {
    let mut found: Vec<(Range<usize>, VaultText)> = Vec::new();
    for node in yaml::parse(&file.text).unwrap_or_default() {
        trusted_with(&node, &mut |node| {
            let text = VaultText::read(node.as_text().unwrap_or_default().trim_start().as_bytes());
            found.extend(text.map(|text| (node.span.bytes(), text)));
            Value::None
        });
    }
    // From the last to the first, so that what is before keeps its place.
    found.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut changed = file.text.clone();
    let mut vaults = Vec::new();
    for (span, text) in found {
        let Some(shown) = file.text.get(span.clone()) else { continue };
        // A block scalar reaches to the beginning of the next line.
        let span = span.start..span.start + shown.trim_end().len();
        let name = text.name();
        let Value::Template(template) = secret_template(&name) else { continue };
        changed.replace_range(span.clone(), &format!("\"{template}\""));
        let at = Location::new(file, span);
        vaults.push(Vault { name, text, kind: VaultKind::Value, at, host: None });
    }
    vaults.reverse();
    (vaults, changed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lookup_stands_in_place_of_each() {
        let text = "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\n\nb:\n  - x\n  - !vault |\n    \
                    $ANSIBLE_VAULT;1.2;AES256;id\n    6163\nc: {d: !vault \"$ANSIBLE_VAULT;1.1;AES256\\n6162\"} # e\nf: !vault no\n";
        let file = Arc::new(SourceFile { path: "vars/x.yml".into(), text: text.into() });
        let (vaults, changed) = replaced(&file);
        let lookup = |vault: &Vault| format!("\"{{{{ lookup('rustle.secret', '{}') }}}}\"", vault.name);
        let [a, b, d] = vaults.as_slice() else { panic!("{vaults:?}") };
        assert_eq!((a.name == d.name, a.name == b.name), (true, false));
        let expected = format!(
            "a: {}\n\nb:\n  - x\n  - {}\nc: {{d: {}}} # e\nf: !vault no\n",
            lookup(a),
            lookup(b),
            lookup(d)
        );
        assert_eq!(changed, expected);
        assert!(yaml::parse(&changed).is_ok());
    }

    #[test]
    fn variables_are_told_by_their_folder() {
        for path in ["vars/a.yml", "roles/x/defaults/main.yaml", "group_vars/all"] {
            assert!(is_variables(path.as_bytes()), "{path}");
        }
        for path in ["files/a.yml", "vars/a.txt", "vars.yml"] {
            assert!(!is_variables(path.as_bytes()), "{path}");
        }
    }
}
