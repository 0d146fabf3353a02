use self::inner::deep::Launcher as Command;
use rustle_runtime::prelude::*;

/// Names things anew.
#[rustle_module(name = "acme.reexports_of_its_own")]
pub struct ReexportsOfItsOwn {
    /// What is worked on.
    name: String,
}

impl Module for ReexportsOfItsOwn {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = (ctx, prelude::run(&self.name), inner::deep::write("x"), Command::default());
        Ok(Outcome::default())
    }
}

mod inner {
    pub mod deep {
        #[derive(Default)]
        pub struct Launcher;

        pub fn write(text: &str) -> usize {
            text.len()
        }
    }

    pub use self::deep::write as run;
}

mod prelude {
    pub use super::inner::*;
}
