//! Runners that report to a controller: real executables, real TLS, a controller that is told how to misbehave.

mod delivery;
mod faults;
mod receiver;
mod site;
mod spool;
