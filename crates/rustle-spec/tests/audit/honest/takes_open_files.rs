use std::fs::{File, FileType, Metadata, Permissions};
use std::net::TcpStream;
use std::os::unix::fs::{MetadataExt, PermissionsExt};

use rustle_runtime::prelude::*;

/// Works on files that others opened.
#[rustle_module(name = "acme.takes_open_files")]
pub struct TakesOpenFiles {
    /// What is worked on.
    name: String,
}

impl Module for TakesOpenFiles {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = (ctx, size(None), age(None));
        Ok(Outcome::default())
    }
}

fn size(metadata: Option<&Metadata>) -> u64 {
    metadata.filter(|it| it.is_file()).map_or(0, MetadataExt::size)
}

fn age(opened: Option<(&File, &TcpStream, FileType)>) -> bool {
    opened.is_some_and(|(file, _, kind)| kind.is_dir() && file.metadata().is_ok())
}

fn mode(bits: u32) -> Permissions {
    Permissions::from_mode(bits)
}
