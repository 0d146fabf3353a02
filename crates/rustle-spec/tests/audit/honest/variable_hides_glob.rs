use std::fs::*;

use rustle_runtime::prelude::*;

/// Has variables of the same names.
#[rustle_module(name = "acme.variable_hides_glob", permissions = ["fs:read"])]
pub struct VariableHidesGlob {
    /// What is worked on.
    name: String,
}

impl Module for VariableHidesGlob {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let write = |text: &str| text.len();
        let copy = write("a");
        for rename in 0..copy {
            let _ = rename + 1;
        }
        if let Some(remove_dir) = Some(copy) {
            let _ = remove_dir + copy;
        }
        match copy {
            hard_link @ 1..=3 => drop(hard_link),
            create_dir => drop(create_dir),
        }
        let _ = (ctx, [1].map(|set_permissions| set_permissions + 1));
        Ok(Outcome::default().with_message(read_to_string(&self.name)?))
    }
}
