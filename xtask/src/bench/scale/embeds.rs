//! What carrying large files and many of them costs, beside copying them: to build the bundle.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::rebuild::{Time, made, text, timed};
use crate::bench::{build, measure};

/// What is carried: how many files, of how many KiB each. The last one with `--full` only.
const LOADS: [(u64, u64); 3] = [(10_000, 20), (1, 200 << 10), (1, 1 << 20)];

/// What carrying files costs.
#[derive(Debug)]
pub(crate) struct Embedded {
    pub(crate) files: u64,
    /// MiB of all of them.
    pub(crate) size: u64,
    /// `cp -r` of their folder.
    pub(crate) copy: Time,
    /// `prepare()` of a playbook that copies it.
    pub(crate) prepare: Time,
    /// The most memory that took, in bytes.
    pub(crate) memory: u64,
}

/// Measures each, with files that cannot be made smaller.
pub(crate) fn measure(root: &Path, work: &Path, full: bool) -> io::Result<Vec<Embedded>> {
    build::cargo(root, &["build", "--release", "-p", "rustle-build", "--example", "prepare"])?;
    let program = text(&root.join("target/release/examples/prepare"));
    let mut all = Vec::new();
    for (files, kib) in LOADS.into_iter().take(if full { 3 } else { 2 }) {
        let size = (files * kib) >> 10;
        let folder = made(&work.join(format!("embed-{files}-{size}")))?;
        let image = made(&folder.join("files/image"))?;
        for number in 0..files {
            noise(&image.join(number.to_string()), kib << 10, number)?;
        }
        let playbook = folder.join("site.yml");
        fs::write(
            &playbook,
            "- hosts: all\n  gather_facts: false\n  tasks:\n    - copy:\n        src: image/\n        dest: /srv/image\n",
        )?;
        let cp = ["cp".to_owned(), "-r".to_owned(), text(&image), text(&folder.join("copy"))];
        let copy = timed(|| measure::run(&cp, &folder))?;
        fs::remove_dir_all(folder.join("copy"))?;
        let mut memory = 0;
        let line = [program.clone(), text(&playbook), text(&folder.join("plan.bundle"))];
        let prepare = timed(|| {
            let (cpu, output) = measure::output(&line, &folder)?;
            memory = super::prepare::peak(&output);
            Ok(cpu)
        })?;
        all.push(Embedded { files, size, copy, prepare, memory });
        eprintln!("bench: embeds: {:?}", all.last());
        fs::remove_dir_all(&folder)?;
    }
    Ok(all)
}

/// Writes a file of bytes in which nothing repeats, always the same ones for one number.
fn noise(path: &Path, length: u64, number: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15 ^ (number << 32);
    let mut buffer = Vec::with_capacity(length.min(1 << 20) as usize);
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
