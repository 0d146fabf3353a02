//! The container that a runner carries: write, read, verify
