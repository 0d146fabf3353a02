//! What is measured: kinds of tasks, and who does them.

use std::fmt::Write as _;
use std::io;
use std::path::Path;

/// Who does the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The hand-written program.
    Floor,
    /// A POSIX shell script.
    Shell,
    /// A runner.
    Rustle,
    /// ansible-playbook.
    Ansible,
}

impl Subject {
    pub(crate) const ALL: &[Subject] = &[Subject::Floor, Subject::Shell, Subject::Rustle, Subject::Ansible];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Subject::Floor => "floor",
            Subject::Shell => "shell",
            Subject::Rustle => "rustle",
            Subject::Ansible => "ansible-core",
        }
    }
}

/// A kind of task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One task: what it costs to start and to end.
    Start,
    Debug,
    Skipped,
    File,
    Copy,
    Template,
    Command,
    Lineinfile,
}

impl Kind {
    pub(crate) const ALL: &[Kind] = &[
        Kind::Start,
        Kind::Debug,
        Kind::Skipped,
        Kind::File,
        Kind::Copy,
        Kind::Template,
        Kind::Command,
        Kind::Lineinfile,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Start => "start",
            Kind::Debug => "debug",
            Kind::Skipped => "skipped",
            Kind::File => "file",
            Kind::Copy => "copy",
            Kind::Template => "template",
            Kind::Command => "command",
            Kind::Lineinfile => "lineinfile",
        }
    }

    /// What must be there before the first run.
    pub(crate) fn prepare(self, folder: &Path, tasks: usize) -> io::Result<()> {
        if self == Kind::Lineinfile {
            for index in 0..tasks {
                std::fs::write(folder.join(format!("lineinfile-{index}")), "first = 1\nsecond = 2\n")?;
            }
        }
        Ok(())
    }

    /// One task of a playbook, YAML at the indentation of a play's tasks.
    pub(crate) fn task(self, index: usize) -> String {
        let name = self.name();
        match self {
            Kind::Start | Kind::Debug => format!("    - debug:\n        msg: message {index}\n"),
            Kind::Skipped => {
                format!("    - debug:\n        msg: message {index}\n      when: wanted == {index}\n")
            }
            Kind::File => format!(
                "    - file:\n        path: {name}-{index}\n        state: directory\n        mode: '0755'\n"
            ),
            Kind::Copy => format!(
                "    - copy:\n        content: \"This is number {index}.\\n\"\n        dest: {name}-{index}\n        mode: '0644'\n"
            ),
            Kind::Template => format!(
                "    - template:\n        src: number.j2\n        dest: {name}-{index}\n        mode: '0644'\n      vars:\n        number: {index}\n"
            ),
            Kind::Command => "    - command: 'true'\n".into(),
            Kind::Lineinfile => {
                format!("    - lineinfile:\n        path: {name}-{index}\n        line: setting = {index}\n")
            }
        }
    }

    /// The shell script that does the same.
    pub(crate) fn script(self, tasks: usize) -> String {
        let name = self.name();
        let mut script = String::from("set -eu\n");
        for index in 0..tasks {
            let done = match self {
                Kind::Start | Kind::Debug => writeln!(script, "echo 'ok: message {index}'"),
                Kind::Skipped => writeln!(script, "[ -z \"${{WANTED:-}}\" ] || echo {index}"),
                Kind::File => writeln!(script, "[ -d {name}-{index} ] || mkdir -m 755 {name}-{index}"),
                Kind::Copy | Kind::Template => writeln!(
                    script,
                    "text='This is number {index}.'\n[ -f {name}-{index} ] && [ \"$(cat {name}-{index})\" = \"$text\" ] || \
                     {{ echo \"$text\" > {name}-{index}.new; chmod 644 {name}-{index}.new; mv {name}-{index}.new {name}-{index}; }}"
                ),
                Kind::Command => writeln!(script, "/bin/true"),
                Kind::Lineinfile => writeln!(
                    script,
                    "grep -qxF 'setting = {index}' {name}-{index} || echo 'setting = {index}' >> {name}-{index}"
                ),
            };
            // Writing to a string cannot fail.
            let _ = done;
        }
        script
    }
}
