use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;

use rustle_runtime::prelude::*;

/// Reads the end of a log.
#[rustle_module(name = "acme.reads_with_options", permissions = ["fs:read:/var/log/**"])]
pub struct ReadsWithOptions {
    /// What is worked on.
    name: String,
}

impl Module for ReadsWithOptions {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let mut file = OpenOptions::new().read(true).write(false).custom_flags(0).open(&self.name)?;
        file.seek(SeekFrom::End(-100))?;
        let again = fs::File::options().read(true).open(&self.name)?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let _ = (ctx, again);
        Ok(Outcome::default().with_message(text))
    }
}
