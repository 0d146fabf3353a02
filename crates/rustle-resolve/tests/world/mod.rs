//! Worlds of modules to solve in: an index in memory, generated graphs, and a judge that knows nothing of the solver.

// Each test binary uses its part of it.
#![allow(dead_code)]

pub mod dice;
pub mod graph;
pub mod judge;
pub mod shelf;
