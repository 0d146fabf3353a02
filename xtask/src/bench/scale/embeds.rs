//! What carrying a large file costs, beside copying it: to build the bundle, and to put it into a runner.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::rebuild::{Time, made, text, timed};
use crate::bench::{build, measure};

/// The sizes, in MiB; the last one with `--full` only.
const SIZES: [u64; 2] = [200, 1024];

/// What carrying one file costs.
#[derive(Debug)]
pub(crate) struct Embedded {
    /// MiB.
    pub(crate) size: u64,
    /// `cp` of the file.
    pub(crate) copy: Time,
    /// `prepare()` of a playbook that copies it.
    pub(crate) prepare: Time,
    /// The most memory that took, in bytes.
    pub(crate) memory: u64,
}

/// Measures each size, with files that cannot be made smaller.
pub(crate) fn measure(root: &Path, work: &Path, full: bool) -> io::Result<Vec<Embedded>> {
    build::cargo(root, &["build", "--release", "-p", "rustle-build", "--example", "prepare"])?;
    let program = text(&root.join("target/release/examples/prepare"));
    let mut all = Vec::new();
    for size in SIZES.into_iter().filter(|size| full || *size < 1024) {
        let folder = made(&work.join(format!("embed-{size}")))?;
        let files = made(&folder.join("files"))?;
        noise(&files.join("image"), size << 20)?;
        let playbook = folder.join("site.yml");
        fs::write(
            &playbook,
            "- hosts: all\n  gather_facts: false\n  tasks:\n    - copy:\n        src: image\n        dest: /srv/image\n",
        )?;
        let cp = ["cp".to_owned(), text(&files.join("image")), text(&folder.join("copy"))];
        let copy = timed(|| measure::run(&cp, &folder))?;
        fs::remove_file(folder.join("copy"))?;
        let mut memory = 0;
        let line = [program.clone(), text(&playbook), text(&folder.join("plan.bundle"))];
        let prepare = timed(|| {
            let (cpu, output) = measure::output(&line, &folder)?;
            memory = super::prepare::peak(&output);
            Ok(cpu)
        })?;
        all.push(Embedded { size, copy, prepare, memory });
        eprintln!("bench: embeds: {:?}", all.last());
        fs::remove_dir_all(&folder)?;
    }
    Ok(all)
}

/// Writes a file of bytes in which nothing repeats, always the same ones.
fn noise(path: &Path, length: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut buffer = Vec::with_capacity(1 << 20);
    let mut left = length;
    while left > 0 {
        buffer.clear();
        while (buffer.len() as u64) < left.min(1 << 20) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            buffer.extend_from_slice(&state.to_le_bytes());
        }
        file.write_all(&buffer)?;
        left = left.saturating_sub(buffer.len() as u64);
    }
    Ok(())
}
