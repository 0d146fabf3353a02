//! What kind of content a file has, as the program `file` guesses it.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use rustle_runtime::context::Context;
use rustle_runtime::process::{self, Program};

/// Where programs for administrators stand, besides the `PATH`.
const SYSTEM_FOLDERS: &str = "/sbin:/usr/sbin:/usr/local/sbin";

/// What is said of a file that nobody can tell anything of.
const UNKNOWN: &str = "unknown";

/// The type and the character set of the file at `path`; `unknown` where `file` is not installed.
pub(super) fn of(path: &Path, ctx: &Context) -> (String, String) {
    guess(path, ctx).unwrap_or_else(|| (UNKNOWN.to_owned(), UNKNOWN.to_owned()))
}

fn guess(path: &Path, ctx: &Context) -> Option<(String, String)> {
    let of_task = ctx.environment().get("PATH").map(OsString::from);
    let mut folders = of_task.or_else(|| std::env::var_os("PATH")).unwrap_or_default();
    folders.push(":");
    folders.push(SYSTEM_FOLDERS);
    let program = process::find_executable(OsStr::new("file"), Some(&folders))?;
    let words = [program.as_os_str(), "--mime-type".as_ref(), "--mime-encoding".as_ref(), path.as_os_str()];
    let finished = Program::new(words).run(ctx).ok().filter(|finished| finished.code == 0)?;
    parse(&String::from_utf8_lossy(&finished.stdout))
}

/// Takes `name: text/plain; charset=us-ascii` apart; the name may have colons.
fn parse(line: &str) -> Option<(String, String)> {
    let (_, rest) = line.rsplit_once(':')?;
    let (mimetype, charset) = rest.split_once(';')?;
    let (_, charset) = charset.split_once('=')?;
    Some((mimetype.trim().to_owned(), charset.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_file() {
        let parsed = parse("/a: b: text/x-shellscript; charset=us-ascii\n").unwrap();
        assert_eq!(parsed, ("text/x-shellscript".to_owned(), "us-ascii".to_owned()));
        assert_eq!(parse("cannot open"), None);
    }

    #[test]
    fn what_is_there_has_a_kind() {
        let (mimetype, charset) = of(Path::new("/"), &Context::default());
        assert!(["inode/directory", UNKNOWN].contains(&mimetype.as_str()), "{mimetype}");
        assert!(["binary", UNKNOWN].contains(&charset.as_str()), "{charset}");
    }
}
