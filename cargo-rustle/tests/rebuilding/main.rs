//! Runners without sources: inspected, compared, and given another plan. And, where a compiler may run, the proof that
//! an appended bundle and an embedded one are the same runner.

mod comparing;
mod inspecting;
#[path = "../offline/mod.rs"]
mod offline;
#[path = "../program/mod.rs"]
mod program;
mod repacking;
mod running;
mod same_runner;
mod workshop;
