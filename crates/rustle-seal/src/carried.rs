//! How a bundle carries seals, and how what is in it refers to secrets.

/// The folder of a bundle in which seals lie, as `@sealed/<id>.seal`. No file of a project may lie below it.
pub const BUNDLE_FOLDER: &str = "@sealed";

/// The lookup that a compiled value gets its secret by: `{{ lookup('rustle.secret', 'vault:…') }}`.
pub const LOOKUP: &str = "rustle.secret";

/// What the names of secrets begin with that come from ansible-vault. No variable's name can.
pub const VAULT_PREFIX: &str = "vault:";

/// What a file in a bundle begins with whose content is a secret.
const MARK: &str = "$RUSTLE_SEALED;1;";

/// The content of a file in a bundle that stands for a sealed one.
pub fn stand_in(name: &str) -> Vec<u8> {
    format!("{MARK}{name}\n").into_bytes()
}

/// The name of the secret that is the content of a file in a bundle, if it is sealed.
pub fn stands_for(content: &[u8]) -> Option<&str> {
    let name = content.strip_prefix(MARK.as_bytes())?.strip_suffix(b"\n")?;
    std::str::from_utf8(name).ok().filter(|name| name.starts_with(VAULT_PREFIX))
}

/// Whether a project's file must not be embedded as it is, because it looks like one that is sealed.
pub fn looks_sealed(start: &[u8]) -> bool {
    start.starts_with(MARK.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stand_in_is_told_from_other_files() {
        let file = stand_in("vault:00ff");
        assert_eq!(stands_for(&file), Some("vault:00ff"));
        assert!(looks_sealed(&file));
        for other in ["", "a", "$RUSTLE_SEALED;1;vault:x", "$RUSTLE_SEALED;1;db_password\n"] {
            assert_eq!(stands_for(other.as_bytes()), None, "{other}");
        }
    }
}
