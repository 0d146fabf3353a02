//! `--report FILE`: everything that a run did, written at its end.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rustle_schema::event::Event;
use rustle_schema::report::{REPORT_FORMAT, Report};

use super::Reporter;

/// Gathers a run and writes it when it ends.
pub struct ReportFile {
    path: PathBuf,
    report: Report,
}

impl ReportFile {
    /// Writes to `path` in the end. `version` is the runner's.
    pub fn new(path: PathBuf, version: &str) -> ReportFile {
        let report = Report {
            format: REPORT_FORMAT,
            version: version.to_owned(),
            started: now(),
            ..Report::default()
        };
        ReportFile { path, report }
    }

    fn finish(&mut self) {
        self.report.ended = now();
        if let Err(error) = write(&self.path, &self.report) {
            let _ = writeln!(
                io::stderr(),
                "[WARNING]: the report {} cannot be written: {error}",
                self.path.display()
            );
        }
    }
}

impl Reporter for ReportFile {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Start { plan, digest, check, .. } => {
                self.report.plan.clone_from(plan);
                self.report.digest.clone_from(digest);
                self.report.check = *check;
            }
            Event::TaskResult(result) => self.report.results.push((**result).clone()),
            Event::Recap { hosts } => self.report.recap.clone_from(hosts),
            Event::End { exit_code, stopped } => {
                self.report.exit_code = *exit_code;
                self.report.stopped.clone_from(stopped);
                self.finish();
            }
            _ => {}
        }
    }
}

fn now() -> String {
    let now = Timestamp::now();
    now.round(jiff::Unit::Millisecond).unwrap_or(now).to_string()
}

/// Writes beside `path`, then renames: whoever looks sees the old report or the new one. Only the owner may read it. A link
/// stays, and a pipe or a device is written to.
fn write(path: &Path, report: &Report) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let path = &crate::fs::path::real(path);
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return write_to(File::options().write(true).open(path)?, report)?.flush();
    }
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let partial = path.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id()));
    let written = (|| {
        let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
        write_to(file, report)?.sync_all()?;
        fs::rename(&partial, path)
    })();
    if written.is_err() {
        let _ = fs::remove_file(&partial);
    }
    written
}

fn write_to(file: File, report: &Report) -> io::Result<File> {
    let mut out = BufWriter::new(file);
    serde_json::to_writer_pretty(&mut out, report)?;
    out.write_all(b"\n")?;
    out.into_inner().map_err(io::IntoInnerError::into_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_and_what_is_no_file_is_written_to() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        write(&link, &Report::default()).unwrap();
        assert!(link.is_symlink());
        let written = fs::read(&file).unwrap();
        assert!(serde_json::from_slice::<Report>(&written).is_ok());
        std::os::unix::fs::symlink("not there yet", folder.path().join("next")).unwrap();
        write(&folder.path().join("next"), &Report::default()).unwrap();
        assert!(folder.path().join("next").is_symlink() && folder.path().join("not there yet").is_file());
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        write(&pipe, &Report::default()).unwrap();
        assert_eq!(reader.join().unwrap(), written);
        assert!(!fs::metadata(&pipe).unwrap().is_file());
    }

    #[test]
    fn the_report_is_there_when_the_run_has_ended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let mut reporter = ReportFile::new(path.clone(), "1.2.3");
        reporter.event(&Event::Start {
            format: 1,
            plan: "site.yml".into(),
            digest: "sha256:0".into(),
            check: true,
            host: "h".into(),
        });
        assert!(!path.exists());
        reporter.event(&Event::End { exit_code: 130, stopped: Some("interrupted".into()) });
        let report: Report = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        assert_eq!((report.exit_code, report.check, report.plan.as_str()), (130, true, "site.yml"));
        assert_eq!(report.stopped.as_deref(), Some("interrupted"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
