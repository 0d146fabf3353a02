//! The bundle that a runner starts with.

use std::path::Path;

use rustle_bundle::{Bundle, FILE_NAME, open_appended};

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
    match open_appended(Path::new("/proc/self/exe")) {
        Ok(Some(bundle)) => return Ok(Carried { bundle, live: Live::default() }),
        Ok(None) => {}
        // Without /proc there is no way to look behind the executable; what is embedded still counts.
        Err(rustle_bundle::BundleError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(format!("the bundle behind this executable is damaged: {error}")),
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

/// The bundle that a runner carries, and where its files lie while it is being written.
pub struct Carried {
    /// The bundle.
    pub bundle: Bundle,
    /// The files that are read from disk in place of those in the bundle.
    pub live: Live,
}
