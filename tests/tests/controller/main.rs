//! Runners that report to a controller: real executables, real TLS, a controller that is told how to misbehave.

mod delivery;
mod faults;
mod page;
mod receiver;
mod run_settings;
mod secrets;
mod site;
mod spool;
