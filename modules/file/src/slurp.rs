//! The `slurp` module.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use rustle_runtime::fs::os_error;
use rustle_runtime::prelude::*;

/// Reads a file of the host; its content is returned base64-encoded.
///
/// # Examples
/// ```yaml
/// - name: Which machine is this
///   slurp:
///     src: /etc/machine-id
///   register: machine
///
/// - debug:
///     msg: "{{ machine.content | b64decode }}"
/// ```
///
/// # Returns
/// - `content` (str): the content, base64-encoded
/// - `encoding` (str): `base64`
/// - `source` (str): the file that was read
#[rustle_module(name = "slurp", check_mode = "full", diff_mode = "none", permissions = ["fs:read"])]
#[derive(Debug)]
pub struct Slurp {
    /// The file.
    #[arg(alias = "path")]
    src: PathBuf,
}

impl Module for Slurp {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        let shown = self.src.display();
        let content = std::fs::read(&self.src).map_err(|error| {
            Error::new(match error.kind() {
                std::io::ErrorKind::NotFound => format!("File not found: {shown}"),
                std::io::ErrorKind::PermissionDenied => format!("File is not readable: {shown}"),
                std::io::ErrorKind::IsADirectory => {
                    format!("Source is a directory and must be a file: {shown}")
                }
                _ => format!("Unable to slurp file: {shown}: {}", os_error::reason(&error)),
            })
        })?;
        Ok(Outcome::ok()
            .with("content", BASE64.encode(content))
            .with("source", shown.to_string())
            .with("encoding", "base64"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustle_runtime::testing::{Case, Scratch, args};

    #[test]
    fn content_travels_as_base64() {
        let scratch = Scratch::new();
        let file = scratch.write("file", b"a\xff\n");
        let outcome = Case::<Slurp>::new(args! { "path": (file.display().to_string()) }).assert_unchanged();
        assert_eq!(outcome.data.get("content"), Some(&Value::from("Yf8K")));
        assert_eq!(outcome.data.get("source"), Some(&Value::from(file.display().to_string())));
    }

    #[test]
    fn failures_say_which_file() {
        let scratch = Scratch::new();
        let folder = scratch.path("").display().to_string();
        assert_eq!(
            Case::<Slurp>::new(args! { "src": folder.as_str() }).assert_fails(),
            format!("Source is a directory and must be a file: {folder}")
        );
        let missing = scratch.path("no").display().to_string();
        assert_eq!(
            Case::<Slurp>::new(args! { "src": missing.as_str() }).assert_fails(),
            format!("File not found: {missing}")
        );
    }
}
