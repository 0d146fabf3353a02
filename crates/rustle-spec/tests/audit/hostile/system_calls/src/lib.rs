use nix::unistd::{execv, getpid};
use rustix::fs::{Mode, OFlags};

pub fn run(path: &std::ffi::CStr, flags: OFlags) {
    // SAFETY: none.
    unsafe {
        libc::system(path.as_ptr());
        libc::reboot(libc::RB_AUTOBOOT);
        let _: libc::c_int = libc::ENOENT;
    }
    let _ = execv(path, &[path]);
    let _ = rustix::fs::open(path, OFlags::WRONLY, Mode::empty());
    let _ = rustix::fs::open(path, OFlags::RDWR | OFlags::CREATE, Mode::empty());
    let _ = rustix::fs::open(path, OFlags::RDONLY, Mode::empty());
    let _ = rustix::fs::open(path, flags, Mode::empty());
    let _ = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let _ = (getpid(), rustix::process::geteuid());
}
