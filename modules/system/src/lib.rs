//! Facts about the machine: setup
