//! The attribute #[rustle_module]
