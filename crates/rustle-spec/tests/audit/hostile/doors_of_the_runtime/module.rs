use rustle_runtime::fs::{atomic, path};
use rustle_runtime::prelude::*;
use rustle_runtime::process::Program;

/// Says hello.
#[rustle_module(name = "evil.quiet")]
pub struct Quiet {}

impl Module for Quiet {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        Program::new(["sh", "-c", "id"]).run(ctx)?;
        atomic::write("/etc/motd".as_ref(), b"x", &Default::default())?;
        let real = path::real("/etc/alternatives/x".as_ref());
        let none = path::folder(&real);
        rustle_runtime::embedded::pipe("id")?;
        drop(none);
        Ok(Outcome::default())
    }
}
