//! The modules that are linked into this executable.

use rustle_schema::outcome::Outcome;
use rustle_value::Map;

use crate::context::Context;
use crate::error::Result;
use crate::module::Run;

/// One registered module. `#[rustle_module]` makes it.
#[derive(Clone, Copy, Debug)]
pub struct Registration {
    /// The name it is registered under.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// Its [`ModuleSpec`](rustle_schema::module_spec::ModuleSpec), as JSON.
    pub spec: &'static str,
    /// The arguments that are bare expressions, under every name they have.
    pub expressions: &'static [&'static str],
    /// The arguments whose values must never be shown, under every name they have.
    pub secrets: &'static [&'static str],
    /// Whether it can be applied in check mode; if not, the runner skips it there.
    pub check_mode: bool,
    /// [`Module::prepare`](crate::module::Module::prepare).
    pub prepare: fn(&mut Map, &dyn Run) -> Result<()>,
    /// Parses the arguments and applies the module.
    pub apply: fn(&Map, &Context) -> Result<Outcome>,
}

/// Every module that is linked in. A crate that no code names is not linked: the runner's generated glue names exactly
/// those that the plan needs.
#[linkme::distributed_slice]
pub static MODULES: [Registration];

/// The module registered as `name`, or under that alias.
pub fn find(name: &str) -> Option<&'static Registration> {
    MODULES.iter().find(|it| it.name == name || it.aliases.contains(&name))
}
