//! A runner with every builtin module and no plan of its own: the suite appends bundles to it, so that no compiler runs
//! for a case.

use rustle_controller as _;
use rustle_module_command as _;
use rustle_module_control as _;
use rustle_module_file as _;
use rustle_module_system as _;
use rustle_secrets as _;

use rustle_runtime::runner::Embedded;

fn main() -> std::process::ExitCode {
    rustle_runtime::runner::main(&Embedded::base("base", env!("CARGO_PKG_VERSION")))
}
