//! No file has grown past its reason, and none has a name that says nothing.

use std::path::Path;
use std::process::Command;

/// Over this many lines a file is named.
const LONG: usize = 400;
/// Over this many lines a file is refused.
const TOO_LONG: usize = 700;
/// Names that say nothing of what is in a file.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "types", "common"];

/// Every file that is refused; those that are merely long are printed.
pub fn check(root: &Path) -> Vec<String> {
    let output = match Command::new("git")
        .args(["ls-files", "-co", "--exclude-standard", "*.rs"])
        .current_dir(root)
        .output()
    {
        Ok(output) => output,
        Err(error) => return vec![format!("git ls-files: {error}")],
    };
    let mut faults = Vec::new();
    for name in String::from_utf8_lossy(&output.stdout).lines() {
        let path = root.join(name);
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let lines = text.lines().count();
        if lines > TOO_LONG {
            faults.push(format!(
                "{name} has {lines} lines; over {TOO_LONG} there is more than one reason in it"
            ));
        } else if lines > LONG {
            println!("tidy: {name} has {lines} lines: does it still have one reason to change?");
        }
        let says_nothing = Path::new(name)
            .with_extension("")
            .components()
            .any(|it| EMPTY_NAMES.contains(&it.as_os_str().to_string_lossy().as_ref()));
        if says_nothing {
            faults.push(format!("{name}: a module's name tells what is in it"));
        }
    }
    faults
}
