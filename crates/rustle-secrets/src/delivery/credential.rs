//! Credentials of systemd: files in a folder that only the unit can read (systemd.exec(5), `LoadCredential=`).

use std::io;
use std::path::Path;

use rustle_runtime::secrets::KeyText;

use super::file;

/// The variable that names the folder.
const FOLDER: &str = "CREDENTIALS_DIRECTORY";

/// The credential called `name`; none if it is not there and nobody has `asked` for it.
///
/// # Errors
/// If it was asked for and is not there, or if it cannot be read.
pub(super) fn read(name: &str, asked: bool) -> Result<Option<KeyText>, String> {
    if name.is_empty() || name.contains('/') || name.starts_with('.') {
        return Err(format!("`{name}` is no name of a systemd credential"));
    }
    let Some(folder) = std::env::var_os(FOLDER) else {
        return match asked {
            true => Err(format!(
                "there is no systemd credential {name}: {FOLDER} is not set; a unit sets it with LoadCredential="
            )),
            false => Ok(None),
        };
    };
    match file::read(&Path::new(&folder).join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !asked => Ok(None),
        Err(error) => Err(format!("the systemd credential {name} cannot be read: {error}")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_cannot_lead_out_of_the_folder() {
        for name in ["../key", "a/b", "", ".", ".."] {
            assert!(super::read(name, true).unwrap_err().contains("is no name"), "{name}");
        }
    }
}
