//! Processors, from `/proc/cpuinfo` (proc(5)).

use std::collections::BTreeSet;

use rustle_runtime::prelude::*;

use super::{Gathering, content};

pub(super) fn has(name: &str) -> bool {
    name == "flags" || name.starts_with("processor")
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let info = Processors::parse(&content("/proc/cpuinfo").unwrap_or_default());
    let available = std::thread::available_parallelism().map_or(1, usize::from);
    gathering.put("processor", info.described);
    if let Some(flags) = info.flags {
        gathering.put("flags", flags.split_whitespace().collect::<Value>());
    }
    let processors = info.processors.max(1);
    let sockets = info.sockets.len().max(1);
    let cores = info.cores.unwrap_or(if info.sockets.is_empty() { 1 } else { processors / sockets }).max(1);
    let threads = info.siblings.map_or(1, |siblings| (siblings / cores).max(1));
    // Without sockets (on ARM, say) each processor is one.
    let count = if info.sockets.is_empty() { processors } else { sockets };
    gathering.put("processor_count", count);
    gathering.put("processor_cores", cores);
    gathering.put("processor_threads_per_core", threads);
    gathering.put("processor_vcpus", count * cores * threads);
    gathering.put("processor_nproc", available);
}

#[derive(Default)]
struct Processors {
    described: Vec<Value>,
    processors: usize,
    sockets: BTreeSet<String>,
    cores: Option<usize>,
    siblings: Option<usize>,
    flags: Option<String>,
}

impl Processors {
    fn parse(text: &str) -> Processors {
        let mut info = Processors::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim(), value.trim());
            match key {
                "processor" | "model name" | "Processor" | "vendor_id" | "cpu" | "Vendor" => {
                    info.processors += usize::from(key == "processor");
                    info.described.push(value.into());
                }
                "physical id" => {
                    info.sockets.insert(value.to_owned());
                }
                "cpu cores" => info.cores = value.parse().ok(),
                "siblings" => info.siblings = value.parse().ok(),
                "flags" | "Features" => info.flags = Some(value.to_owned()),
                _ => {}
            }
        }
        info
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_threads_of_one_core_are_counted() {
        let one = "vendor_id\t: A\nphysical id\t: 0\nsiblings\t: 2\ncpu cores\t: 1\nflags\t: fpu vme\n\n";
        let info = Processors::parse(&format!("processor\t: 0\n{one}processor\t: 1\n{one}"));
        assert_eq!(
            (info.processors, info.sockets.len(), info.cores, info.siblings),
            (2, 1, Some(1), Some(2))
        );
        assert_eq!(info.flags.as_deref(), Some("fpu vme"));
    }
}
