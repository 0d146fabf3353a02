//! Git repositories, and a server for them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustle_fetch::testserver::{Received, Server, git_http_backend};
use tempfile::TempDir;

/// A repository with a work tree, served by `git http-backend`.
pub struct Repository {
    folder: TempDir,
    server: Server,
}

impl Repository {
    /// A new one, empty.
    pub fn start() -> Repository {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(git_http_backend(folder.path()));
        let repository = Repository { folder, server };
        fs::create_dir(repository.path()).expect("a folder");
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// Its work tree.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("modules")
    }

    /// Its address.
    pub fn url(&self) -> String {
        self.server.url("/modules/.git")
    }

    /// All requests so far.
    pub fn received(&self) -> Vec<Received> {
        self.server.received()
    }

    /// Runs git in it; what it prints.
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(self.path()).args(args);
        for (name, value) in [
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_AUTHOR_NAME", "T"),
            ("GIT_AUTHOR_EMAIL", "t@example.org"),
            ("GIT_COMMITTER_NAME", "T"),
            ("GIT_COMMITTER_EMAIL", "t@example.org"),
        ] {
            command.env(name, value);
        }
        let output = command.output().expect("git is installed");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Writes a file.
    pub fn put(&self, path: &str, content: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// Commits everything; the commit.
    pub fn commit(&self) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "next"]);
        self.git(&["rev-parse", "HEAD"])
    }
}
