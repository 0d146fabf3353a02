//! From Rust source to ModuleSpec: the one parser of the rustle_module attribute
