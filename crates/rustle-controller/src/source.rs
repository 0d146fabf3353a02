//! Token and key: where they come from on the host.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rustle_runtime::schema::settings::SecretSource;
use rustle_runtime::secrets::private_file::{Unfit, open, open_private};
use rustle_runtime::secrets::{self, Opened, environment};
use rustle_runtime::value::Value;
use zeroize::Zeroizing;

/// No token or key is longer.
const LONGEST: u64 = 64 << 10;

/// What `source` holds, without the end of its line. A variable leaves the environment: call it before there are threads.
///
/// # Errors
/// Why it cannot be had; the text says nothing of what it holds.
pub(crate) fn read(source: &SecretSource) -> Result<Zeroizing<String>, String> {
    let text = match source {
        SecretSource::Secret(name) => secret(name, secrets::opened())?,
        SecretSource::File(path) => file(Path::new(path))?,
        SecretSource::Credential(name) => credential(name)?,
        SecretSource::Env(name) => variable(name)?,
    };
    let text = Zeroizing::new(text.trim().to_owned());
    if text.is_empty() { Err(format!("{} is empty", words(source))) } else { Ok(text) }
}

/// A source as a message names it.
pub(crate) fn words(source: &SecretSource) -> String {
    match source {
        SecretSource::Secret(name) => format!("the secret `{name}`"),
        SecretSource::File(path) => format!("the file {path}"),
        SecretSource::Credential(name) => format!("the credential `{name}`"),
        SecretSource::Env(name) => format!("the variable {name}"),
    }
}

/// A secret of the bundle.
fn secret(name: &str, opened: &Opened) -> Result<Zeroizing<String>, String> {
    match opened.variables.get(name) {
        Some(Value::Str(text)) => Ok(Zeroizing::new(text.to_string())),
        Some(_) => Err(format!("the secret `{name}` is no text")),
        None => Err(format!("the bundle has no secret `{name}` for this host")),
    }
}

/// A file that is nobody else's to read.
fn file(path: &Path) -> Result<Zeroizing<String>, String> {
    let wrong = |why: String| format!("the file {} cannot be used: {why}", path.display());
    let file = open_private(path).map_err(|unfit| match unfit {
        Unfit::Unreadable(error) => wrong(error.to_string()),
        Unfit::NoFile => wrong("it is no file".into()),
        Unfit::Stranger(_) => wrong("it belongs to another user".into()),
        Unfit::Open(_) => wrong("others may read it; `chmod 0600` it".into()),
    })?;
    text(file).map_err(wrong)
}

/// A credential of systemd: `$CREDENTIALS_DIRECTORY/<name>` (systemd.exec(5)).
fn credential(name: &str) -> Result<Zeroizing<String>, String> {
    let wrong = |why: &str| format!("the credential `{name}` cannot be used: {why}");
    if name.is_empty() || name.contains('/') || name.starts_with('.') {
        return Err(wrong("that is no name"));
    }
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY")
        .ok_or_else(|| wrong("no service manager hands over credentials (CREDENTIALS_DIRECTORY)"))?;
    let file = open(&Path::new(&folder).join(name)).map_err(|error| wrong(&error.to_string()))?;
    text(file).map_err(|why| wrong(&why))
}

fn variable(name: &str) -> Result<Zeroizing<String>, String> {
    let bytes = environment::take_variable(name).ok_or_else(|| format!("the variable {name} is not set"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("the variable {name} is no text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

fn text(file: File) -> Result<Zeroizing<String>, String> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > LONGEST {
        return Err("it is too long for a token or key".into());
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| "it is no text")?;
    Ok(Zeroizing::new(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "t0ken\n").unwrap();
        let source = SecretSource::File(path.to_string_lossy().into_owned());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = read(&source).unwrap_err();
        assert!(error.contains("others may read it") && !error.contains("t0ken"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&source).unwrap().as_str(), "t0ken");
        fs::write(&path, "\n").unwrap();
        assert!(read(&source).unwrap_err().ends_with("is empty"));
        assert!(read(&SecretSource::File("/nowhere".into())).is_err());
    }

    #[test]
    fn secrets_of_the_bundle_are_asked_for_by_name() {
        let mut opened = Opened::default();
        opened.variables.insert("api", "t0ken");
        opened.variables.insert("list", Value::list([Value::Int(1)]));
        assert_eq!(secret("api", &opened).unwrap().as_str(), "t0ken");
        assert_eq!(secret("list", &opened).unwrap_err(), "the secret `list` is no text");
        assert!(secret("other", &opened).unwrap_err().contains("has no secret `other`"));
    }

    #[test]
    fn a_credential_has_a_plain_name() {
        for name in ["", "../x", ".hidden", "a/b"] {
            assert!(credential(name).unwrap_err().contains("no name"), "{name}");
        }
    }
}
