//! The distribution, from `/etc/os-release` (os-release(5)) and the files that older ones have instead.

use super::{Gathering, content};

const NAMES: &[&str] = &[
    "distribution",
    "distribution_file_parsed",
    "distribution_file_path",
    "distribution_file_variety",
    "distribution_major_version",
    "distribution_minor_version",
    "distribution_release",
    "distribution_version",
    "os_family",
];

pub(super) fn has(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Families, and the distributions in each, as Ansible names them.
const FAMILIES: &[(&str, &[&str])] = &[
    (
        "RedHat",
        &[
            "RedHat",
            "RHEL",
            "Fedora",
            "CentOS",
            "Scientific",
            "SLC",
            "Ascendos",
            "CloudLinux",
            "PSBM",
            "OracleLinux",
            "OVS",
            "OEL",
            "Amazon",
            "Virtuozzo",
            "XenServer",
            "Alibaba",
            "EulerOS",
            "openEuler",
            "AlmaLinux",
            "Rocky",
            "TencentOS",
            "EuroLinux",
            "Kylin Linux Advanced Server",
            "MIRACLE",
        ],
    ),
    (
        "Debian",
        &[
            "Debian",
            "Ubuntu",
            "Raspbian",
            "Neon",
            "KDE neon",
            "Linux Mint",
            "SteamOS",
            "Devuan",
            "Kali",
            "Cumulus Linux",
            "Pop!_OS",
            "Parrot",
            "Pardus GNU/Linux",
            "Uos",
            "Deepin",
            "OSMC",
            "Linux Mint Debian Edition",
        ],
    ),
    (
        "Suse",
        &[
            "SuSE",
            "SLES",
            "SLED",
            "openSUSE",
            "openSUSE Tumbleweed",
            "SLES_SAP",
            "SUSE_LINUX",
            "openSUSE Leap",
            "ALP-Dolomite",
            "SL-Micro",
            "openSUSE MicroOS",
        ],
    ),
    ("Archlinux", &["Archlinux", "Antergos", "Manjaro"]),
    ("Mandrake", &["Mandrake", "Mandriva"]),
    ("Gentoo", &["Gentoo", "Funtoo"]),
    ("ClearLinux", &["Clear Linux OS", "Clear Linux Mix"]),
];

pub(super) fn gather(gathering: &mut Gathering<'_>) {
    let path = ["/etc/os-release", "/usr/lib/os-release"].into_iter().find(|it| content(it).is_some());
    let release = OsRelease::parse(&path.and_then(content).unwrap_or_default());
    let found = Distribution::of(&release, &|path| content(path));
    let (major, minor) = match found.version.split_once('.') {
        Some((major, rest)) => (major.to_owned(), rest.split('.').next().unwrap_or_default().to_owned()),
        None => (found.version.clone(), String::new()),
    };
    gathering.put("distribution", found.name.as_str());
    gathering.put("distribution_version", found.version.as_str());
    gathering.put("distribution_release", found.release);
    gathering.put("distribution_major_version", major);
    if !minor.is_empty() {
        gathering.put("distribution_minor_version", minor);
    }
    if let Some(path) = path {
        gathering.put("distribution_file_path", path);
        gathering.put("distribution_file_variety", found.variety);
        gathering.put("distribution_file_parsed", true);
    }
    gathering.put("os_family", family(&found.name));
}

/// The family of a distribution: itself where it has no other.
fn family(name: &str) -> &str {
    FAMILIES.iter().find(|(_, names)| names.contains(&name)).map_or(name, |(family, _)| family)
}

/// The fields of `/etc/os-release` that matter here.
#[derive(Default)]
struct OsRelease {
    name: String,
    id: String,
    version: String,
    codename: String,
    pretty: String,
}

impl OsRelease {
    fn parse(text: &str) -> OsRelease {
        let mut release = OsRelease::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once('=') else { continue };
            let value = value.trim().trim_matches(['"', '\'']).to_owned();
            match key.trim() {
                "NAME" => release.name = value,
                "ID" => release.id = value,
                "VERSION_ID" => release.version = value,
                "VERSION_CODENAME" => release.codename = value,
                "PRETTY_NAME" => release.pretty = value,
                _ => {}
            }
        }
        release
    }
}

/// The distribution as Ansible tells it.
#[derive(Debug, PartialEq)]
struct Distribution {
    name: String,
    version: String,
    release: String,
    variety: &'static str,
}

impl Distribution {
    fn of(os: &OsRelease, content: &dyn Fn(&str) -> Option<String>) -> Distribution {
        let (name, variety) = match os.id.as_str() {
            "debian" => ("Debian", "Debian"),
            "ubuntu" => ("Ubuntu", "Debian"),
            "raspbian" => ("Raspbian", "Debian"),
            "linuxmint" => ("Linux Mint", "Debian"),
            "devuan" => ("Devuan", "Debian"),
            "kali" => ("Kali", "Debian"),
            "pop" => ("Pop!_OS", "Debian"),
            "rhel" => ("RedHat", "RedHat"),
            "centos" => ("CentOS", "CentOS"),
            "fedora" => ("Fedora", "RedHat"),
            "rocky" => ("Rocky", "RedHat"),
            "almalinux" => ("AlmaLinux", "RedHat"),
            "ol" => ("OracleLinux", "OracleLinux"),
            "amzn" => ("Amazon", "Amazon"),
            "alpine" => ("Alpine", "Alpine"),
            "arch" => ("Archlinux", "Archlinux"),
            "manjaro" => ("Manjaro", "Archlinux"),
            "gentoo" => ("Gentoo", "Gentoo"),
            "sles" => ("SLES", "SUSE"),
            "sled" => ("SLED", "SUSE"),
            "opensuse-leap" => ("openSUSE Leap", "SUSE"),
            "opensuse-tumbleweed" => ("openSUSE Tumbleweed", "SUSE"),
            "openEuler" => ("openEuler", "RedHat"),
            "clear-linux-os" => ("Clear Linux OS", "ClearLinux"),
            "" => ("Linux", "NA"),
            _ => (os.name.as_str(), "NA"),
        };
        // Debian's os-release has no minor version.
        let version = match name {
            "Debian" => {
                content("/etc/debian_version").filter(|it| it.starts_with(|c: char| c.is_ascii_digit()))
            }
            "Alpine" => content("/etc/alpine-release"),
            _ => None,
        };
        let in_brackets = |text: &str| Some(text.split_once('(')?.1.split_once(')')?.0.to_owned());
        let release = match os.codename.as_str() {
            "" => in_brackets(&os.pretty).unwrap_or_else(|| "NA".into()),
            codename => codename.to_owned(),
        };
        let version = version.unwrap_or_else(|| os.version.clone());
        let version = if version.is_empty() { "NA".into() } else { version };
        Distribution { name: name.to_owned(), version, release, variety }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_takes_its_minor_version_from_its_own_file() {
        let os = OsRelease::parse(
            "NAME=\"Debian GNU/Linux\"\nID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n",
        );
        let found = Distribution::of(&os, &|path| (path == "/etc/debian_version").then(|| "12.11".into()));
        assert_eq!((found.name.as_str(), found.version.as_str()), ("Debian", "12.11"));
        assert_eq!((found.release.as_str(), family(&found.name)), ("bookworm", "Debian"));
    }

    #[test]
    fn a_release_without_codename_is_looked_for_in_the_pretty_name() {
        let os = OsRelease::parse(
            "NAME=\"Rocky Linux\"\nID=\"rocky\"\nVERSION_ID=9.3\nPRETTY_NAME=\"Rocky 9.3 (Blue Onyx)\"",
        );
        let found = Distribution::of(&os, &|_| None);
        assert_eq!((found.release.as_str(), family(&found.name)), ("Blue Onyx", "RedHat"));
    }
}
