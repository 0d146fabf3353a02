use rustle_runtime::prelude::*;

/// Counts file systems.
#[rustle_module(name = "acme.variables_named_fs")]
pub struct VariablesNamedFs {
    /// What is worked on.
    name: String,
}

impl Module for VariablesNamedFs {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let fs = vec![self.name.len(), 2];
        let process = fs.iter().sum::<usize>();
        let net = |env: usize| env + process;
        let env = net(fs.len());
        let write = env > 3;
        let read = !write;
        let _ = (ctx, read, write);
        Ok(Outcome::default())
    }
}
