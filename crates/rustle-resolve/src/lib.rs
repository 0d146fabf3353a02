//! Which version of which module.
