//! SELinux: whether it is on, and what is said where an argument asks for more than is done.

use std::path::Path;

use crate::args::FileAttributes;

/// Whether SELinux is enabled on this host.
pub fn is_enabled() -> bool {
    Path::new("/sys/fs/selinux/enforce").exists()
}

/// The warning for a task that names a context (`seuser`, `serole`, `setype`, `selevel`). Where SELinux is off such
/// arguments mean nothing, as in Ansible. Where it is on, a replaced file keeps the context it had and a new one gets
/// what the policy gives to files in its folder.
pub fn warning(args: &FileAttributes) -> Option<&'static str> {
    let is_given = [&args.seuser, &args.serole, &args.setype, &args.selevel].into_iter().any(Option::is_some);
    (is_given && is_enabled()).then_some(
        "SELinux is enabled, but seuser, serole, setype and selevel are not supported: the context is left as it is",
    )
}
