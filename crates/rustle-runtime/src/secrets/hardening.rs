//! A process that nobody looks into.

/// Keeps others out of this process's memory: no core dump, and no debugger of the same user. A program that is started
/// from here is not bound by it, but for the limit of core dumps, which it may raise again.
///
/// Becoming another user undoes a part of it, so it must be called again after that.
pub fn harden() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = Rlimit { current: Some(0), ..getrlimit(Resource::Core) };
    // A limit may always be lowered; and where it is not, the next line keeps the core dump away.
    let _ = setrlimit(Resource::Core, limit);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    #[test]
    fn a_hardened_process_leaves_no_core_dump() {
        super::harden();
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(rustix::process::getrlimit(rustix::process::Resource::Core).current, Some(0));
    }
}
