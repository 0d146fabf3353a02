//! What code can touch, and the permission that allows it.

use std::fmt;

/// Something that code can touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Starting programs.
    Process,
    /// Reading files, folders, or what is known of them.
    FsRead,
    /// Writing, creating, renaming, removing files, or changing what is known of them.
    FsWrite,
    /// Reaching others over a network or a socket of the machine; looking up their names.
    NetConnect,
    /// Being reached by others.
    NetListen,
    /// Reading environment variables.
    EnvRead,
    /// Changing environment variables, or the folder that the process works in.
    EnvWrite,
    /// `unsafe`.
    Unsafe,
    /// Code that is not Rust's: foreign functions, symbols given away to a linker, libraries loaded at run time.
    Ffi,
    /// Inline assembly.
    Asm,
    /// Code that runs, or that is generated, when the package is built.
    BuildScript,
    /// Code that runs in the compiler of whoever depends on the package.
    ProcMacro,
}

impl Capability {
    /// All of them.
    pub const ALL: [Capability; 12] = [
        Capability::Process,
        Capability::FsRead,
        Capability::FsWrite,
        Capability::NetConnect,
        Capability::NetListen,
        Capability::EnvRead,
        Capability::EnvWrite,
        Capability::Unsafe,
        Capability::Ffi,
        Capability::Asm,
        Capability::BuildScript,
        Capability::ProcMacro,
    ];

    /// The permission that allows it.
    ///
    /// ```
    /// use rustle_spec::audit::Capability;
    ///
    /// assert_eq!(Capability::FsWrite.permission(), "fs:write");
    /// assert_eq!(Capability::BuildScript.permission(), "code:build_script");
    /// ```
    pub fn permission(self) -> &'static str {
        match self {
            Capability::Process => "process:exec",
            Capability::FsRead => "fs:read",
            Capability::FsWrite => "fs:write",
            Capability::NetConnect => "net:connect",
            Capability::NetListen => "net:listen",
            Capability::EnvRead => "env:read",
            Capability::EnvWrite => "env:write",
            Capability::Unsafe => "code:unsafe",
            Capability::Ffi => "code:ffi",
            Capability::Asm => "code:asm",
            Capability::BuildScript => "code:build_script",
            Capability::ProcMacro => "code:proc_macro",
        }
    }

    /// What `permission` allows, whatever it is limited to: `fs:write:/etc/**` is [`FsWrite`](Capability::FsWrite).
    /// `None` where it is about nothing that can be read off code.
    ///
    /// ```
    /// use rustle_spec::audit::Capability;
    ///
    /// assert_eq!(Capability::of_permission("net:connect:host:443"), Some(Capability::NetConnect));
    /// assert_eq!(Capability::of_permission("secret:read:token"), None);
    /// ```
    pub fn of_permission(permission: &str) -> Option<Capability> {
        let mut parts = permission.splitn(3, ':');
        let (area, verb) = (parts.next()?, parts.next()?);
        Capability::ALL.into_iter().find(|it| it.permission().split_once(':') == Some((area, verb)))
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Capability::Process => "starts programs",
            Capability::FsRead => "reads files",
            Capability::FsWrite => "writes files",
            Capability::NetConnect => "connects to others",
            Capability::NetListen => "listens for others",
            Capability::EnvRead => "reads environment variables",
            Capability::EnvWrite => "changes the environment",
            Capability::Unsafe => "has unsafe code",
            Capability::Ffi => "reaches code that is not Rust's",
            Capability::Asm => "has inline assembly",
            Capability::BuildScript => "runs code when it is built",
            Capability::ProcMacro => "runs code in the compiler",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_and_capabilities_go_together() {
        for capability in Capability::ALL {
            let permission = capability.permission();
            assert_eq!(Capability::of_permission(permission), Some(capability));
            assert_eq!(Capability::of_permission(&format!("{permission}:a:b")), Some(capability));
            assert!(crate::names::permission(permission).is_ok(), "{permission}");
        }
        for other in ["fs", "fs:", "fs:writes", "", "process:exec_all", "secret:read"] {
            assert_eq!(Capability::of_permission(other), None, "{other}");
        }
    }
}
