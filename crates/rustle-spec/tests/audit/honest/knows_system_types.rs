use std::io;

use rustle_runtime::prelude::*;

/// Uses numbers of the system.
#[rustle_module(name = "acme.knows_system_types")]
pub struct KnowsSystemTypes {
    /// What is worked on.
    name: String,
}

impl Module for KnowsSystemTypes {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let error = io::Error::from_raw_os_error(libc::ENOENT);
        let number: libc::c_int = if self.name.is_empty() { libc::EINVAL } else { libc::SIGTERM };
        let who = rustix::process::geteuid().as_raw();
        let kernel = rustix::system::uname();
        let _ = (ctx, error, number, who, kernel.release().to_bytes().len(), size_of::<libc::stat>());
        Ok(Outcome::default())
    }
}
