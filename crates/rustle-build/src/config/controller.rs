//! `[controller]`: whom a run is reported to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rustle_playbook::{Location, Problem};
use rustle_schema::settings::{ControllerSettings, SecretSource};

use super::reader::Table;

/// `[controller]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Controller {
    /// Everything but the authorities, which are in a file.
    settings: ControllerSettings,
    /// `ca_file`: the file of authorities, and where that stands.
    ca_file: Option<(PathBuf, Location)>,
    /// Where the names of secrets stand, by the keys `token` and `key`.
    secrets_at: BTreeMap<&'static str, Location>,
}

/// A secret of the bundle that `[controller]` needs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ControllerSecret {
    /// `token` or `key`.
    pub(crate) key: &'static str,
    /// The secret's name.
    pub(crate) name: String,
    /// Where that stands.
    pub(crate) at: Option<Location>,
}

impl Controller {
    /// As a finished runner has it: its authorities are with it.
    pub fn of(settings: ControllerSettings) -> Controller {
        Controller { settings, ..Controller::default() }
    }

    /// The secrets of the bundle that it needs.
    pub(crate) fn secrets(&self) -> Vec<ControllerSecret> {
        let given = [("token", &self.settings.token), ("key", &self.settings.key)];
        let secrets = given.into_iter().filter_map(|(key, source)| match source {
            Some(SecretSource::Secret(name)) => {
                Some(ControllerSecret { key, name: name.clone(), at: self.secrets_at.get(key).cloned() })
            }
            _ => None,
        });
        secrets.collect()
    }

    /// The settings that a bundle carries. `folder` is that of the configuration; what is read there is added to
    /// `watched`.
    pub fn settings(
        &self,
        folder: &Path,
        watched: &mut BTreeSet<PathBuf>,
        problems: &mut Vec<Problem>,
    ) -> ControllerSettings {
        let mut settings = self.settings.clone();
        let Some((path, at)) = &self.ca_file else { return settings };
        let file = folder.join(path);
        let wrong = |why: String| {
            Problem::error("config", format!("`ca_file`: {} {why}", path.display())).at(at.clone())
        };
        match std::fs::read_to_string(&file) {
            Err(error) => problems.push(wrong(format!("cannot be read: {error}"))),
            // Who carries the runner would carry the key.
            Ok(text) if text.contains("PRIVATE KEY-----") => problems.push(
                wrong("holds a private key, which has no place in a runner".into())
                    .with_help("give the certificates of the authorities alone"),
            ),
            Ok(text) if !text.contains("-----BEGIN CERTIFICATE-----") => {
                problems.push(wrong("holds no certificate in PEM form".into()));
            }
            Ok(text) => settings.authorities = text,
        }
        watched.insert(file);
        settings
    }
}

/// One number: its key, the field, the range.
type Number = (&'static str, fn(&mut ControllerSettings) -> &mut u64, i64, i64);

const NUMBERS: &[Number] = &[
    ("heartbeat", |it| &mut it.heartbeat, 0, 86_400),
    ("interval", |it| &mut it.interval, 0, 86_400),
    ("batch", |it| &mut it.batch, 1, 100_000),
    ("batch_kb", |it| &mut it.batch_kb, 1, 100_000),
    ("timeout", |it| &mut it.timeout, 1, 3_600),
    ("wait", |it| &mut it.wait, 0, 86_400),
    ("spool_mb", |it| &mut it.spool_mb, 1, 1_000_000),
];

/// One switch: its key, and the field.
type Switch = (&'static str, fn(&mut ControllerSettings) -> &mut bool);

const SWITCHES: &[Switch] = &[
    ("gzip", |it| &mut it.gzip),
    ("required", |it| &mut it.required),
    ("cleanup_on_completion", |it| &mut it.cleanup_on_completion),
];

pub(super) fn read(mut table: Table<'_>, at: Option<Location>, problems: &mut Vec<Problem>) -> Controller {
    let mut settings = ControllerSettings::default();
    match table.text_at("url", problems) {
        Some((url, at)) => {
            if let Some(why) = wrong_url(&url) {
                problems.push(Problem::error("config", format!("`url` {why}")).at(at));
            }
            settings.url = url;
        }
        None => {
            let problem = Problem::error("config", "`[controller]` has no `url`");
            problems.push(match at {
                Some(at) => problem.at(at),
                None => problem,
            });
        }
    }
    let mut secrets_at = BTreeMap::new();
    settings.token = source(&mut table, "token", &mut secrets_at, problems);
    settings.key = source(&mut table, "key", &mut secrets_at, problems);
    let ca_file = table.path("ca_file", problems);
    for (text, at) in table.texts("certificate_sha256", problems) {
        let digits: String = text.chars().filter(|c| *c != ':').collect::<String>().to_ascii_lowercase();
        if digits.len() == 64 && digits.bytes().all(|it| it.is_ascii_hexdigit()) {
            settings.certificate_sha256.push(digits);
        } else {
            let message = "`certificate_sha256` should be 64 hexadecimal digits";
            problems.push(Problem::error("config", message).at(at).with_help(
                "`openssl x509 -in controller.pem -noout -fingerprint -sha256` tells that of a certificate",
            ));
        }
    }
    for (key, field, least, most) in NUMBERS {
        if let Some(number) = table.integer(key, *least..=*most, problems) {
            *field(&mut settings) = number.unsigned_abs();
        }
    }
    for (key, field) in SWITCHES {
        if let Some(on) = table.boolean(key, problems) {
            *field(&mut settings) = on;
        }
    }
    settings.spool = super::host_path(&mut table, "spool", problems);
    table.finish(problems);
    Controller { settings, ca_file, secrets_at }
}

/// One place of a token or key: its key, and what it means.
type Place = (&'static str, fn(String) -> SecretSource);

const PLACES: &[Place] = &[
    ("secret", SecretSource::Secret),
    ("file", SecretSource::File),
    ("credential", SecretSource::Credential),
    ("env", SecretSource::Env),
];

/// `{ secret = "…" }`, `{ file = "…" }`, `{ credential = "…" }` or `{ env = "…" }`.
/// Where the name of a secret stands is added to `secrets_at`.
fn source(
    table: &mut Table<'_>,
    key: &'static str,
    secrets_at: &mut BTreeMap<&'static str, Location>,
    problems: &mut Vec<Problem>,
) -> Option<SecretSource> {
    // Text alone would be the secret itself, which would lie in the bundle for everybody to read.
    let mut inner = match table.table_or_text(key, problems)? {
        Ok(inner) => inner,
        Err((_, at)) => {
            let message = format!("`{key}` says where the {key} is, and is not the {key} itself");
            problems.push(Problem::error("config", message).at(at).with_help(format!(
                "write `{key} = {{ file = \"/etc/rustle/report.{key}\" }}`, or `secret`, `credential` or `env`"
            )));
            return None;
        }
    };
    let at = table.key_at(key);
    let mut found = Vec::new();
    for (kind, make) in PLACES {
        let text = match *kind {
            "file" => super::host_path(&mut inner, kind, problems),
            "secret" => inner.text_at(kind, problems).map(|(name, at)| {
                secrets_at.insert(key, at);
                name
            }),
            _ => inner.text(kind, problems),
        };
        found.extend(text.map(make));
    }
    let wrong = inner.keys().len() != 1;
    inner.finish(problems);
    if wrong {
        let message = format!("`{key}` should name one place: `secret`, `file`, `credential` or `env`");
        let problem = Problem::error("config", message);
        problems.push(match at {
            Some(at) => problem.at(at),
            None => problem,
        });
        return None;
    }
    found.pop()
}

/// What is wrong with the address.
fn wrong_url(url: &str) -> Option<&'static str> {
    let rest = match url.split_once("://") {
        Some(("https", rest)) => rest,
        Some(("http", rest)) => {
            let host = host(rest);
            let local = host == "localhost"
                || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
            if !local {
                return Some("has to begin with https://; http is for this machine alone");
            }
            rest
        }
        _ => return Some("has to begin with https://"),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some(
            "holds a name or password, which would lie in the bundle for everybody to read; use `token`",
        );
    }
    if host(rest).is_empty() || url.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Some("is no address");
    }
    None
}

/// The host in what follows `://`.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::diagnostics::one_line;

    fn parse(text: &str) -> (Config, Vec<String>) {
        let mut problems = Vec::new();
        let config = Config::of_text(text.into(), &mut problems);
        (config, problems.iter().map(one_line).collect())
    }

    #[test]
    fn a_whole_table() {
        let (config, problems) = parse(
            r#"
            [controller]
            url = "https://reports.example.org/v1"
            token = { credential = "report-token" }
            key = { file = "/etc/rustle/report.key" }
            certificate_sha256 = "AA:bb:0000000000000000000000000000000000000000000000000000000000cc"
            heartbeat = 0
            spool = "/var/spool/rustle/web"
            required = true
            "#,
        );
        assert_eq!(problems, [""; 0]);
        let settings = config.controller.unwrap().settings;
        assert_eq!(settings.token, Some(SecretSource::Credential("report-token".into())));
        assert_eq!(settings.key, Some(SecretSource::File("/etc/rustle/report.key".into())));
        assert_eq!(settings.certificate_sha256[0], format!("aabb{}cc", "0".repeat(58)));
        assert_eq!((settings.heartbeat, settings.batch, settings.required), (0, 200, true));
        assert_eq!(parse("").0.controller, None);
    }

    #[test]
    fn what_would_give_secrets_away_is_refused() {
        let (_, problems) = parse(
            "[controller]\nurl = \"https://me:pw@h/\"\ntoken = \"hunter2\"\nkey = { file = \"report.key\" }\nspool = \"spool\"\n",
        );
        assert_eq!(
            problems,
            [
                "rustle.toml:2:7: `url` holds a name or password, which would lie in the bundle for everybody to read; use `token` [config]",
                "rustle.toml:3:9: `token` says where the token is, and is not the token itself [config]",
                "rustle.toml:4:16: `file` is a path on the host, and has to begin with `/` [config]",
                "rustle.toml:5:9: `spool` is a path on the host, and has to begin with `/` [config]",
            ]
        );
    }

    #[test]
    fn addresses() {
        for url in
            ["https://h", "https://h:8443/x?y", "http://localhost:1", "http://127.0.0.2/", "http://[::1]:9/"]
        {
            assert_eq!(wrong_url(url), None, "{url}");
        }
        for url in [
            "http://h/",
            "ftp://h",
            "h",
            "https://",
            "https:///x",
            "http://localhost.example.org",
            "https://a b",
        ] {
            assert!(wrong_url(url).is_some(), "{url}");
        }
        let (_, problems) = parse("[controller]\nkey = { file = \"/a\", env = \"B\" }\n");
        assert_eq!(
            problems,
            [
                "rustle.toml:1:2: `[controller]` has no `url` [config]",
                "rustle.toml:2:1: `key` should name one place: `secret`, `file`, `credential` or `env` [config]",
            ]
        );
    }

    #[test]
    fn authorities_are_read_and_keys_are_not_carried() {
        let folder = tempfile::tempdir().unwrap();
        let (config, _) = parse("[controller]\nurl = \"https://h/\"\nca_file = \"ca.pem\"\n");
        let controller = config.controller.unwrap();
        let read = |text: &str| {
            std::fs::write(folder.path().join("ca.pem"), text).unwrap();
            let (mut watched, mut problems) = (BTreeSet::new(), Vec::new());
            let settings = controller.settings(folder.path(), &mut watched, &mut problems);
            assert_eq!(watched.len(), 1);
            (settings.authorities, problems.iter().map(one_line).collect::<String>())
        };
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(read(pem), (pem.to_owned(), String::new()));
        let (none, problem) = read(&format!("{pem}-----BEGIN PRIVATE KEY-----\n"));
        assert!(none.is_empty() && problem.contains("holds a private key"), "{problem}");
        assert!(read("hello").1.contains("no certificate"));
    }
}
