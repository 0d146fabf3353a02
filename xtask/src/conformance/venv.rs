//! The Python environment with ansible-core. It is made once, in the target folder.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use rustle_tests::conformance::ANSIBLE_CORE;

/// What ansible-core's results also depend on.
const COMPANIONS: [&str; 2] = ["jinja2==3.1.6", "PyYAML==6.0.3"];

/// Makes the environment if it is not there, and gives its folder.
pub fn ensure() -> io::Result<PathBuf> {
    let venv = crate::target().join("ansible-venv");
    let wanted = format!("ansible-core=={ANSIBLE_CORE} {}", COMPANIONS.join(" "));
    // Written last, so that an interrupted installation is begun again.
    let stamp = venv.join("installed");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(venv);
    }
    eprintln!("installing {wanted} into {}", venv.display());
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    run(Command::new(venv.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(wanted.split(' ')))?;
    std::fs::write(stamp, wanted)?;
    Ok(venv)
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
}
