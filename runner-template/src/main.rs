//! A runner: one playbook, compiled into one executable. `rustle.toml` says which.

rustle_runtime::main!();
