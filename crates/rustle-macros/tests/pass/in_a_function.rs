//! A module may stand in a function, for a test.

use rustle_runtime::testing::{self, args};

fn main() {
    use rustle_runtime::prelude::*;

    /// Greets.
    #[rustle_module(name = "acme.greet")]
    struct Greet {
        /// Who.
        #[arg(default = "you")]
        who: String,
    }

    impl Module for Greet {
        fn apply(&self, _: &Context) -> Result<Outcome> {
            Ok(Outcome::changed().msg(&self.who))
        }
    }

    assert_eq!(testing::apply::<Greet>(args! { "who": 5 }).msg.as_deref(), Some("5"));
}
