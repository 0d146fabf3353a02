use rustle_runtime::prelude::*;

/// Keeps files in memory.
#[rustle_module(name = "acme.own_fs")]
pub struct OwnFs {
    /// What is worked on.
    name: String,
}

impl Module for OwnFs {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        fs::write(&self.name, "x");
        let mut disk = fs::File::create(&self.name);
        disk.set_len(3);
        let _ = (ctx, fs::read(&self.name), fs::remove_file(&self.name));
        Ok(Outcome::default())
    }
}

pub mod fs {
    #[derive(Default)]
    pub struct File(usize);

    impl File {
        pub fn create(name: &str) -> File {
            File(name.len())
        }

        pub fn set_len(&mut self, length: usize) {
            self.0 = length;
        }
    }

    pub fn write(_name: &str, _text: &str) {}

    pub fn read(name: &str) -> usize {
        name.len()
    }

    pub fn remove_file(_name: &str) -> bool {
        false
    }
}
