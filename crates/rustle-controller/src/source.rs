//! Token and key: where they come from on the host.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustle_runtime::schema::settings::SecretSource;
use zeroize::Zeroizing;

/// No token or key is longer.
const LONGEST: u64 = 64 << 10;

/// What `source` holds, without the end of its line.
///
/// # Errors
/// Why it cannot be had; the text says nothing of what it holds.
pub(crate) fn read(
    source: &SecretSource,
    secret: &dyn Fn(&str) -> Result<String, String>,
) -> Result<Zeroizing<String>, String> {
    let text = match source {
        SecretSource::Secret(name) => Zeroizing::new(secret(name)?),
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

/// A file that is nobody else's to read.
fn file(path: &Path) -> Result<Zeroizing<String>, String> {
    let wrong = |why: String| format!("the file {} cannot be used: {why}", path.display());
    let file = open(path).map_err(|error| wrong(error.to_string()))?;
    let metadata = file.metadata().map_err(|error| wrong(error.to_string()))?;
    let own = [0, rustix::process::geteuid().as_raw()];
    if !metadata.is_file() {
        return Err(wrong("it is no file".into()));
    }
    if !own.contains(&metadata.uid()) {
        return Err(wrong("it belongs to another user".into()));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(wrong("others may read it; `chmod 0600` it".into()));
    }
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
    std::env::var(name).map(Zeroizing::new).map_err(|_| format!("the variable {name} is not set"))
}

/// Opens a file; a pipe that nobody writes to would hold up the run.
fn open(path: &Path) -> std::io::Result<File> {
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    fs::OpenOptions::new().read(true).custom_flags(nonblock).open(path)
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
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn none(_: &str) -> Result<String, String> {
        Err("there is none".into())
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        fs::write(&path, "t0ken\n").unwrap();
        let source = SecretSource::File(path.to_string_lossy().into_owned());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = read(&source, &none).unwrap_err();
        assert!(error.contains("others may read it") && !error.contains("t0ken"), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&source, &none).unwrap().as_str(), "t0ken");
        fs::write(&path, "\n").unwrap();
        assert!(read(&source, &none).unwrap_err().ends_with("is empty"));
        assert!(read(&SecretSource::File("/nowhere".into()), &none).is_err());
    }

    #[test]
    fn secrets_of_the_bundle_are_asked_for_by_name() {
        let secret = |name: &str| Ok(format!("{name}!"));
        assert_eq!(read(&SecretSource::Secret("api".into()), &secret).unwrap().as_str(), "api!");
        assert_eq!(read(&SecretSource::Secret("api".into()), &none).unwrap_err(), "there is none");
    }

    #[test]
    fn a_credential_has_a_plain_name() {
        for name in ["", "../x", ".hidden", "a/b"] {
            assert!(credential(name).unwrap_err().contains("no name"), "{name}");
        }
    }
}
