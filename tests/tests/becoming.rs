//! A runner that an ordinary user starts becomes other users by way of sudo.
//!
//! Root makes the ordinary user: with a sudoers file of its own, in a mount namespace of its own, so that nothing of the
//! machine changes. Where the tests do not run as root, or there is no sudo, they say so and prove nothing.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use rustle_tests::conformance::compiled;
use rustle_tests::startable;

/// The user who starts the runner, and the one that it becomes: both are on every Debian.
const ORDINARY: &str = "daemon";
const OTHER: &str = "games";

const PLAYBOOK: &str = r#"- hosts: localhost
  gather_facts: false
  tasks:
    - name: Nobody else
      shell: echo "$(id -un) $HOME $USER" > {{ out }}/nobody_else
    - name: Other
      shell: echo "$(id -un) $HOME $USER" > {{ out }}/other
      become: true
      become_user: games
    - name: File of the other
      copy: {content: "theirs\n", dest: "{{ out }}/theirs", mode: "0600"}
      become: true
      become_user: games
    - name: Nobody else again
      copy: {content: "mine\n", dest: "{{ out }}/mine", mode: "0600"}
    - name: Root
      shell: echo "$(id -un) $HOME $USER" > {{ out }}/root
      become: true
    - name: File of root
      copy: {content: "root's\n", dest: "{{ out }}/roots", mode: "0600"}
      become: true
"#;

/// A runner in a folder with such a mode, and a sudoers file.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    /// Nothing where this machine cannot have it.
    fn new(mode: u32, rules: &str) -> Option<World> {
        let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !rustix::process::geteuid().is_root() || !["sudo", "unshare", "setpriv"].into_iter().all(there) {
            eprintln!("not tried: it needs root, sudo, unshare and setpriv");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let world = World { folder };
        fs::set_permissions(world.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let sudoers = world.path("sudoers");
        fs::write(&sudoers, format!("root ALL=(ALL) ALL\n{rules}\n")).unwrap();
        fs::set_permissions(&sudoers, fs::Permissions::from_mode(0o440)).unwrap();
        for (name, mode) in [("source", 0o700), ("home", 0o700), ("out", 0o1777), ("bin", mode)] {
            fs::create_dir(world.path(name)).unwrap();
            fs::set_permissions(world.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }
        fs::write(world.path("source/playbook.yml"), PLAYBOOK).unwrap();
        let bundle = compiled::bundle(&world.path("source"), vec!["out".into()]).unwrap();
        let runner = world.path("bin/runner");
        rustle_bundle::append(Path::new(env!("CARGO_BIN_EXE_base")), &runner, &bundle).unwrap();
        startable(&runner);
        let (user, group) = ids(ORDINARY);
        for name in ["home", "bin", "bin/runner"] {
            chown(world.path(name), Some(user), Some(group)).unwrap();
        }
        Some(world)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What a run says that the ordinary user starts.
    fn run(&self) -> (Option<i32>, String) {
        let inside = "mount --bind \"$1\" /etc/sudoers && shift && exec setpriv --reuid \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-ec", inside, "sh"]);
        command.arg(self.path("sudoers"));
        command.args([ORDINARY, "--regid", ORDINARY, "--init-groups"]);
        command.arg(self.path("bin/runner")).arg("-e").arg(format!("out={}", self.path("out").display()));
        command
            .env("HOME", self.path("home"))
            .env("USER", ORDINARY)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        // Runs of one plan at the same time would meet at its lock.
        command.env("TMPDIR", self.path("home"));
        command.current_dir("/");
        let Output { status, stdout, stderr } = command.output().unwrap();
        (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }

    fn said(&self, name: &str) -> String {
        fs::read_to_string(self.path("out").join(name)).unwrap()
    }

    /// Who made each file, and that it has become everybody.
    fn everybody_was_become(&self) {
        let (status, told) = self.run();
        assert_eq!(status, Some(0), "{told}");
        assert_eq!(
            self.said("nobody_else"),
            format!("{ORDINARY} {} {ORDINARY}\n", self.path("home").display())
        );
        assert_eq!(self.said("other"), format!("{OTHER} /usr/games {OTHER}\n"));
        assert_eq!(self.said("root"), "root /root root\n");
        for (name, user) in [("mine", ORDINARY), ("theirs", OTHER), ("roots", "root")] {
            let file = self.path("out").join(name).metadata().unwrap();
            assert_eq!((file.uid(), file.mode() & 0o777), (ids(user).0, 0o600), "{name}\n{told}");
        }
    }
}

/// The numbers of a user and its group.
fn ids(name: &str) -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.split(':').next() == Some(name)).unwrap();
    let mut numbers = line.split(':').skip(2).map(|it| it.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn sudo_starts_what_the_other_user_may_execute() {
    let Some(world) = World::new(0o755, "daemon ALL=(ALL) NOPASSWD: ALL") else { return };
    world.everybody_was_become();
}

/// As on a host that was deployed to: the runner is its owner's alone.
#[test]
fn sudo_goes_by_root_where_the_other_user_may_not_execute_it() {
    let Some(world) = World::new(0o700, "daemon ALL=(ALL) NOPASSWD: ALL") else { return };
    world.everybody_was_become();
}

#[test]
fn a_rule_for_the_other_user_is_enough_for_that_user() {
    let Some(world) = World::new(0o755, "daemon ALL=(games) NOPASSWD: ALL") else { return };
    let (status, told) = world.run();
    assert_eq!(status, Some(2), "{told}");
    assert!(told.contains("Missing sudo password"), "{told}");
    assert!(told.contains("ok=4 ") && told.contains("failed=1 "), "{told}");
    assert_eq!(world.said("theirs"), "theirs\n");
    assert!(!world.path("out/root").exists());
}

#[test]
fn without_a_rule_the_task_fails_and_nothing_was_done() {
    let Some(world) = World::new(0o755, "") else { return };
    let (status, told) = world.run();
    assert_eq!(status, Some(2), "{told}");
    assert!(told.contains("Missing sudo password"), "{told}");
    assert!(told.contains("ok=1 ") && !world.path("out/other").exists(), "{told}");
}
