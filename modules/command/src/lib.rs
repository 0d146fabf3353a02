//! Modules that run programs: command, shell, script
