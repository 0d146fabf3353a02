//! The bundle that a runner starts with.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustle_bundle::{Bundle, BundleError, FILE_NAME, open_appended};

use super::signer::Signer;
use crate::embedded::Live;

/// What the build has put into an executable.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// The folder of packs.
    pub bundle: &'static include_dir::Dir<'static>,
    /// The list of what is linked, which `cargo rustle inspect` and `repack` find in the executable; may be empty.
    pub linked: &'static [u8],
    /// The key that its bundle must be signed by.
    pub signer: Option<Signer>,
    /// The name of the runner's crate.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Embedded {
    /// Nothing: the executable is a base, to which bundles are appended.
    pub const fn base(name: &'static str, version: &'static str) -> Embedded {
        static NOTHING: include_dir::Dir<'static> = include_dir::Dir::new("", &[]);
        Embedded { bundle: &NOTHING, linked: &[], signer: None, name, version }
    }
}

/// What the build tells a runner beside its folder of packs.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    /// The bundle, where it was linked as an object file.
    pub object: Option<fn() -> &'static [u8]>,
    /// Where embedded files lie on the machine of the build: path and file, each with a NUL behind it. Empty but in debug
    /// builds.
    pub live: &'static [u8],
}

impl Beside {
    /// Nothing.
    pub const NOTHING: Beside = Beside { object: None, live: &[] };
}

/// The bundle that is appended to this executable, or else the one that was built in.
///
/// # Errors
/// If there is none, it is damaged, or it is not signed by the key that the executable is pinned to; the message says which
/// and why.
pub fn open(embedded: &Embedded, beside: &Beside) -> Result<Carried, String> {
    let carried = unchecked(embedded, beside)?;
    match &embedded.signer {
        Some(signer) => signer.check(&carried.bundle).map(|()| carried),
        None => Ok(carried),
    }
}

fn unchecked(embedded: &Embedded, beside: &Beside) -> Result<Carried, String> {
    if let Some(bundle) = behind_this()? {
        return Ok(Carried { bundle, live: Live::default() });
    }
    let linked = beside.object.map(|linked| linked());
    let Some(bytes) = linked.or_else(|| embedded.bundle.get_file(FILE_NAME).map(|file| file.contents()))
    else {
        return Err(
            "this executable carries no plan: its build had problems, or it is a base to append one to"
                .into(),
        );
    };
    let bundle = Bundle::open(bytes).map_err(|error| format!("the embedded bundle is damaged: {error}"))?;
    Ok(Carried { bundle, live: Live::parse(beside.live) })
}

/// The bundle that is appended to this executable, if there is one.
fn behind_this() -> Result<Option<Bundle>, String> {
    const OWN: &str = "/proc/self/exe";
    let damaged = |error| format!("the bundle behind this executable is damaged: {error}");
    match open_appended(Path::new(OWN)) {
        Err(BundleError::Io(error)) if error.kind() == ErrorKind::NotFound => {}
        found => return found.map_err(damaged),
    }
    // Without /proc, as in an empty root, there is the name that it was started by. What is compiled in may be an older
    // plan, and must not run because nobody could look.
    let name = std::env::args_os().next().map(PathBuf::from).filter(|name| name.components().count() > 1);
    let Some(name) = name else {
        return Err(format!(
            "there is no {OWN}, so it cannot be seen which plan this executable carries: start it by its path"
        ));
    };
    open_appended(&name).map_err(|error| match error {
        BundleError::Io(error) => format!(
            "there is no {OWN}, and {} cannot be read, so it cannot be seen which plan this executable carries: {error}",
            name.display()
        ),
        error => damaged(error),
    })
}

/// The bundle that a runner carries, and where its files lie while it is being written.
pub struct Carried {
    /// The bundle.
    pub bundle: Bundle,
    /// The files that are read from disk in place of those in the bundle.
    pub live: Live,
}
