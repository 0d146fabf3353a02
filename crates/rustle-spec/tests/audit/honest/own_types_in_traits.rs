use rustle_runtime::prelude::*;

/// Leaves types open.
#[rustle_module(name = "acme.own_types_in_traits")]
pub struct OwnTypesInTraits {
    /// What is worked on.
    name: String,
}

impl Module for OwnTypesInTraits {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let _ = (ctx, Memory::opened(&self.name), make::<Memory>());
        Ok(Outcome::default())
    }
}

trait Store {
    type File: Default;
    fn opened(name: &str) -> Self::File;
}

struct Memory;

#[derive(Default)]
struct Slot(usize);

impl Slot {
    fn create(name: &str) -> Slot {
        Slot(name.len())
    }
}

impl Store for Memory {
    type File = Slot;
    fn opened(name: &str) -> Self::File {
        Self::File::create(name)
    }
}

fn make<S: Store>() -> S::File {
    S::File::default()
}
