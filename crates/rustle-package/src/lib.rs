//! A package of modules on disk.
