//! The bundle that a runner starts with.

use std::path::Path;

use rustle_bundle::{Bundle, FILE_NAME, open_appended};

/// What the build has put into an executable.
#[derive(Clone, Copy, Debug)]
pub struct Embedded {
    /// The folder of packs.
    pub bundle: &'static include_dir::Dir<'static>,
    /// The list of what is linked, which `cargo rustle inspect` and `repack` find in the executable; may be empty.
    pub linked: &'static [u8],
    /// The name of the runner's crate.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The bundle that is appended to this executable, or else the embedded one.
///
/// # Errors
/// If there is none, or it is damaged; the message says which and why.
pub fn open(embedded: &Embedded) -> Result<Bundle, String> {
    match open_appended(Path::new("/proc/self/exe")) {
        Ok(Some(bundle)) => return Ok(bundle),
        Ok(None) => {}
        // Without /proc there is no way to look behind the executable; what is embedded still counts.
        Err(rustle_bundle::BundleError::Io(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(format!("the bundle behind this executable is damaged: {error}")),
    }
    let Some(file) = embedded.bundle.get_file(FILE_NAME) else {
        return Err(
            "this executable carries no plan: its build had problems, or it is a base to append one to"
                .into(),
        );
    };
    Bundle::open(file.contents()).map_err(|error| format!("the embedded bundle is damaged: {error}"))
}
