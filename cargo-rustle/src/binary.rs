//! A finished runner, read and not run: it may be one for another system.

use std::fs::File;
use std::path::{Path, PathBuf};

use rustle_bundle::{Bundle, FilePart, appended, find_embedded, find_linked};
use rustle_schema::linked::Linked;

use crate::failure::{Context, Failure, Result};

/// A finished runner.
#[derive(Debug)]
pub struct Binary {
    /// Where it lies.
    pub path: PathBuf,
    /// How many bytes the file has.
    pub length: u64,
    /// How many of them are the executable itself.
    pub executable: u64,
    /// The bundle that it runs.
    pub bundle: Bundle,
    /// Where in the file that begins.
    pub start: u64,
    /// Whether it lies behind the executable.
    pub appended: bool,
    /// How many bytes an embedded bundle has that the appended one takes the place of.
    pub unused: Option<u64>,
    /// What is linked, where the executable says so.
    pub linked: Option<Linked>,
    /// What it was built for, as far as its first bytes tell.
    pub system: String,
}

impl Binary {
    /// The runner at `path`.
    ///
    /// # Errors
    /// If it cannot be read, or carries no bundle.
    pub fn open(path: &Path) -> Result<Binary> {
        let file = File::open(path).context(path.display())?;
        let length = file.metadata().context(path.display())?.len();
        let behind = appended(&file).context(path.display())?;
        let executable = behind.map_or(length, |it| it.start);
        let inside = find_embedded(&file, executable).context(path.display())?;
        let linked = find_linked(&file).context(path.display())?;
        let system = system(&file);
        let unused = behind.and(inside.as_ref()).map(|found| found.bundle.length());
        let (bundle, start) = match (behind, inside) {
            (Some(behind), _) => {
                let part = FilePart::new(file, behind.start, behind.length);
                (Bundle::open(part).context(path.display())?, behind.start)
            }
            (None, Some(found)) => (found.bundle, found.start),
            (None, None) => {
                return Err(Failure::new(format!("{} carries no bundle", path.display()))
                    .help("it is no runner, or a base to append one to, or its bundle is damaged"));
            }
        };
        let appended = behind.is_some();
        Ok(Binary {
            path: path.to_owned(),
            length,
            executable,
            bundle,
            start,
            appended,
            unused,
            linked,
            system,
        })
    }
}

/// The kind of an executable, and its processor.
fn system(file: &File) -> String {
    let mut head = [0; 20];
    if std::os::unix::fs::FileExt::read_exact_at(file, &mut head, 0).is_err() {
        return "unknown".to_owned();
    }
    match head {
        [0x7f, b'E', b'L', b'F', ..] => {
            let little = head[5] == 1;
            let bytes = [head[18], head[19]];
            let machine = if little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) };
            let name = match machine {
                3 => "x86",
                21 => "powerpc64",
                22 => "s390x",
                40 => "arm",
                62 => "x86_64",
                183 => "aarch64",
                243 => "riscv",
                _ => "another processor",
            };
            format!("ELF, {name}")
        }
        [b'M', b'Z', ..] => "PE".to_owned(),
        [0xcf, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => "Mach-O".to_owned(),
        _ => "unknown".to_owned(),
    }
}
