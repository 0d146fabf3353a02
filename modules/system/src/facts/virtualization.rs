//! Whether this is a guest or a host, and of what.

use std::collections::BTreeSet;
use std::path::Path;

use rustle_runtime::prelude::*;

use super::{Gathering, content};

const NAMES: &[&str] =
    &["virtualization_role", "virtualization_tech_guest", "virtualization_tech_host", "virtualization_type"];

pub(super) fn has(name: &str) -> bool {
    NAMES.contains(&name)
}

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let mut found = Found::default();
    containers(&mut found);
    xen(&mut found);
    firmware(&mut found);
    processor(&mut found);
    modules(&mut found);
    let (kind, role) = found.first.unwrap_or(("NA".into(), "NA"));
    gathering.put("virtualization_type", kind);
    gathering.put("virtualization_role", role);
    gathering.put("virtualization_tech_guest", found.guest.into_iter().collect::<Value>());
    gathering.put("virtualization_tech_host", found.host.into_iter().collect::<Value>());
}

/// What was found: the first is what the machine is said to be.
#[derive(Default)]
struct Found {
    first: Option<(String, &'static str)>,
    guest: BTreeSet<String>,
    host: BTreeSet<String>,
}

impl Found {
    fn guest(&mut self, kind: &str) {
        self.guest.insert(kind.to_owned());
        self.first.get_or_insert_with(|| (kind.to_owned(), "guest"));
    }

    fn host(&mut self, kind: &str) {
        self.host.insert(kind.to_owned());
        self.first.get_or_insert_with(|| (kind.to_owned(), "host"));
    }
}

fn containers(found: &mut Found) {
    for line in content("/proc/1/cgroup").unwrap_or_default().lines() {
        if line.contains("/docker/") || line.contains("/docker-") {
            found.guest("docker");
        }
        if line.contains("/lxc/") || line.contains("/machine.slice/machine-lxc") {
            found.guest("lxc");
        }
        if line.contains("/system.slice/containerd.service") {
            found.guest("containerd");
        }
    }
    let environment = std::fs::read("/proc/1/environ").unwrap_or_default();
    for entry in environment.split(|byte| *byte == 0) {
        match entry.strip_prefix(b"container=") {
            Some(b"lxc") => found.guest("lxc"),
            Some(b"podman") => found.guest("podman"),
            Some([_, ..]) => found.guest("container"),
            _ => {}
        }
    }
    let exists = |path: &str| Path::new(path).exists();
    if exists("/proc/vz") && !exists("/proc/lve") {
        if exists("/proc/bc") { found.host("openvz") } else { found.guest("openvz") }
    }
    if let Some(kind) = content("/run/systemd/container") {
        found.guest(&kind);
    }
    if exists("/.dockerenv") || exists("/.dockerinit") {
        found.guest("docker");
    }
    if !found.guest.is_empty() {
        found.guest.insert("container".into());
    }
}

fn xen(found: &mut Found) {
    if Path::new("/proc/xen").exists() {
        let controls = content("/proc/xen/capabilities").is_some_and(|it| it.contains("control_d"));
        if controls { found.host("xen") } else { found.guest("xen") }
    }
}

fn firmware(found: &mut Found) {
    let read = |file: &str| content(format!("/sys/devices/virtual/dmi/id/{file}")).unwrap_or_default();
    let (product, vendor, family, bios) =
        (read("product_name"), read("sys_vendor"), read("product_family"), read("bios_vendor"));
    match product.as_str() {
        "KVM" | "KVM Server" | "Bochs" | "AHV" | "CloudStack KVM Hypervisor" => found.guest("kvm"),
        "OpenStack Compute" | "OpenStack Nova" => found.guest("openstack"),
        _ if product.starts_with("VMware") => found.guest("VMware"),
        _ => {}
    }
    match bios.as_str() {
        "Xen" => found.guest("xen"),
        "innotek GmbH" => found.guest("virtualbox"),
        "Amazon EC2" | "DigitalOcean" | "Hetzner" | "Linode" => found.guest("kvm"),
        _ => {}
    }
    match (vendor.as_str(), family.as_str()) {
        ("oVirt", _) => found.guest("oVirt"),
        ("Red Hat", "RHV") => found.guest("RHV"),
        ("Red Hat", _) if product == "RHEV Hypervisor" => found.guest("RHEV"),
        ("QEMU" | "Amazon EC2" | "DigitalOcean" | "Google" | "Scaleway" | "Nutanix", _) => found.guest("kvm"),
        ("KubeVirt", _) => found.guest("KubeVirt"),
        ("Microsoft Corporation", _) => found.guest("VirtualPC"),
        ("Parallels Software International Inc.", _) => found.guest("parallels"),
        ("OpenStack Foundation", _) => found.guest("openstack"),
        _ => {}
    }
}

fn processor(found: &mut Found) {
    let info = content("/proc/cpuinfo").unwrap_or_default();
    for line in info.lines() {
        let Some((key, value)) = line.split_once(':') else { continue };
        match (key.trim(), value.trim()) {
            ("model name", value) if value.contains("QEMU Virtual CPU") => found.guest("kvm"),
            ("vendor_id", "User Mode Linux") => found.guest("uml"),
            ("vendor_id", "PowerVM Lx86") => found.guest("powervm_lx86"),
            ("vendor_id", "IBM/S390") => found.guest("ibm_systemz"),
            _ => {}
        }
    }
}

fn modules(found: &mut Found) {
    let text = content("/proc/modules").unwrap_or_default();
    let loaded: BTreeSet<&str> = text.lines().filter_map(|line| line.split_whitespace().next()).collect();
    if loaded.contains("kvm") || Path::new("/dev/kvm").exists() {
        found.host("kvm");
    }
    if loaded.contains("vboxdrv") {
        found.host("virtualbox");
    }
    if loaded.contains("virtio") {
        found.guest("kvm");
    }
}
