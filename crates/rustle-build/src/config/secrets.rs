//! `[secrets]`: what is sealed, where it comes from, and who can open it at run time.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rustle_playbook::{Location, Problem};
use rustle_seal::{Kdf, Recipient, Scope};

use super::reader::Table;

/// `[secrets]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Secrets {
    /// `recipients`: who opens the secrets of all hosts.
    pub recipients: Vec<Recipient>,
    /// `kdf`: how a passphrase becomes a key.
    pub kdf: Kdf,
    /// `hosts`: the recipients of the secrets of one host, by its name.
    pub hosts: BTreeMap<String, Vec<Recipient>>,
    /// `values`, by the name of the variable.
    pub values: BTreeMap<String, Value>,
    /// Where the table stands.
    pub at: Option<Location>,
}

/// A secret that is to be sealed.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// Where it comes from.
    pub source: Source,
    /// The hosts that it is for; for all where none is named.
    pub hosts: Vec<String>,
    /// Where it stands.
    pub at: Option<Location>,
}

/// Where a secret comes from when it is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The project's `secrets.toml`, by its name there.
    Store(String),
    /// An environment variable.
    Env(String),
    /// A file, all of it.
    File(PathBuf),
    /// The output of a program, without the end of its last line.
    Command(Vec<String>),
}

impl Secrets {
    /// Whether nothing is to be sealed.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The scopes that something is to be sealed for, with the names in each, in order.
    pub fn scopes(&self) -> BTreeMap<Scope, Vec<&str>> {
        let mut scopes: BTreeMap<Scope, Vec<&str>> = BTreeMap::new();
        for (name, value) in &self.values {
            if value.hosts.is_empty() {
                scopes.entry(Scope::All).or_default().push(name);
            }
            for host in &value.hosts {
                scopes.entry(Scope::Host(host.clone())).or_default().push(name);
            }
        }
        scopes
    }

    /// Who opens the secrets of a scope.
    pub fn recipients_of(&self, scope: &Scope) -> &[Recipient] {
        match scope {
            Scope::All => &self.recipients,
            Scope::Host(host) => self.hosts.get(host).map(Vec::as_slice).unwrap_or_default(),
        }
    }
}

pub(super) fn read(mut table: Table<'_>, at: Option<Location>, problems: &mut Vec<Problem>) -> Secrets {
    let mut secrets = Secrets { at, ..Secrets::default() };
    secrets.recipients = recipients(&mut table, problems);
    if let Some((name, at)) = table.text_at("kdf", problems) {
        match Kdf::named(&name) {
            Some(kdf) => secrets.kdf = kdf,
            None => problems.push(
                Problem::error("config", format!("`{name}` is no way to make a key of a passphrase"))
                    .at(at)
                    .with_help("there are `argon2id` and `pbkdf2-sha256`"),
            ),
        }
    }
    if let Some(mut hosts) = table.table("hosts", problems) {
        for host in hosts.keys() {
            let Some(mut inner) = hosts.table(&host, problems) else { continue };
            secrets.hosts.insert(host, recipients(&mut inner, problems));
            inner.finish(problems);
        }
    }
    if let Some(mut values) = table.table("values", problems) {
        for name in values.keys() {
            let at = values.key_at(&name);
            let Some(mut inner) = values.table(&name, problems) else { continue };
            let value = value(&mut inner, &name, at, problems);
            inner.finish(problems);
            secrets.values.extend(value.map(|value| (name, value)));
        }
    }
    table.finish(problems);
    check(&secrets, problems);
    secrets
}

fn recipients(table: &mut Table<'_>, problems: &mut Vec<Problem>) -> Vec<Recipient> {
    let mut all = Vec::new();
    for (text, at) in table.texts("recipients", problems) {
        match text.parse() {
            Ok(recipient) => all.push(recipient),
            Err(error) => problems.push(Problem::error("config", format!("{error}")).at(at)),
        }
    }
    all.sort();
    all.dedup();
    all
}

fn value(
    table: &mut Table<'_>,
    name: &str,
    at: Option<Location>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let store = table.text("store", problems).map(Source::Store);
    let env = table.text("env", problems).map(Source::Env);
    let file = table.text("file", problems).map(|path| Source::File(path.into()));
    let command: Vec<String> = table.texts("command", problems).into_iter().map(|(word, _)| word).collect();
    let command = (!command.is_empty()).then_some(Source::Command(command));
    // For nobody is not for everybody, and neither is a list that could not be read.
    let listed = table.key_at("hosts");
    let before = problems.len();
    let hosts: Vec<String> = table.texts("hosts", problems).into_iter().map(|(host, _)| host).collect();
    let is_nobody = hosts.is_empty() && listed.is_some();
    if let (true, true, Some(at)) = (is_nobody, problems.len() == before, &listed) {
        let message = format!("the secret `{name}` is for no host: `hosts` is empty");
        let problem = Problem::error("config", message).at(at.clone());
        problems.push(problem.with_help("leave `hosts` out for all hosts, or name some"));
    }
    let mut sources: Vec<Source> = [store, env, file, command].into_iter().flatten().collect();
    let mut refuse = |message: String| {
        let problem = Problem::error("config", message);
        problems.push(match &at {
            Some(at) => problem.at(at.clone()),
            None => problem,
        });
    };
    if !is_variable(name) {
        refuse(format!("a secret is a variable, and `{name}` is no name for one"));
        return None;
    }
    match (sources.pop(), sources.is_empty()) {
        (Some(_), true) if is_nobody => None,
        (Some(source), true) => Some(Value { source, hosts, at }),
        _ => {
            refuse(format!("the secret `{name}` needs one of `store`, `env`, `file` and `command`"));
            None
        }
    }
}

/// Whether a variable may be called so.
pub fn is_variable(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// That everything which is sealed can be opened by somebody.
fn check(secrets: &Secrets, problems: &mut Vec<Problem>) {
    for (scope, names) in secrets.scopes() {
        if !secrets.recipients_of(&scope).is_empty() {
            continue;
        }
        let table = match &scope {
            Scope::All => "[secrets]".to_owned(),
            Scope::Host(host) => format!("[secrets.hosts.{host}]"),
        };
        let at = names.first().and_then(|name| secrets.values.get(*name)?.at.clone());
        let problem = Problem::error("config", format!("nobody could open the secrets of {scope}"));
        let problem = at.map_or(problem.clone(), |at| problem.at(at));
        problems.push(problem.with_help(format!("`recipients` of `{table}` says who can")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::diagnostics::one_line;

    const AGE: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    fn parse(text: &str) -> (Secrets, Vec<String>) {
        let mut problems = Vec::new();
        let config = Config::of_text(text.to_owned(), &mut problems);
        (config.secrets, problems.iter().map(one_line).collect())
    }

    #[test]
    fn a_whole_table() {
        let (secrets, problems) = parse(&format!(
            "[secrets]\nrecipients = [\"{AGE}\", \"passphrase\"]\nkdf = \"pbkdf2-sha256\"\n\
             [secrets.hosts.web1]\nrecipients = [\"key\"]\n[secrets.values]\n\
             a = {{ store = \"a\" }}\nb = {{ command = [\"pass\", \"b\"], hosts = [\"web1\"] }}\nc = {{ env = \"C\" }}\n",
        ));
        assert_eq!(problems, [""; 0]);
        assert_eq!(secrets.kdf, Kdf::PBKDF2_SHA256);
        assert_eq!(secrets.values["b"].source, Source::Command(vec!["pass".into(), "b".into()]));
        let scopes = secrets.scopes();
        assert_eq!(scopes[&Scope::All], ["a", "c"]);
        assert_eq!(scopes[&Scope::Host("web1".into())], ["b"]);
        assert_eq!(secrets.recipients_of(&Scope::Host("web1".into())), [Recipient::Key]);
    }

    #[test]
    fn a_list_of_no_hosts_is_not_for_all() {
        let (secrets, problems) = parse(&format!(
            "[secrets]\nrecipients = [\"{AGE}\"]\n[secrets.values]\na = {{ store = \"a\", hosts = [] }}\n\
             b = {{ store = \"b\", hosts = 1 }}\n",
        ));
        let expected = [
            "rustle.toml:4:20: the secret `a` is for no host: `hosts` is empty [config]",
            "rustle.toml:5:28: `hosts` should be text or a list of texts, and is a number [config]",
        ];
        assert_eq!(problems, expected);
        assert!(secrets.scopes().is_empty(), "{:?}", secrets.scopes());
    }

    #[test]
    fn what_is_wrong_is_told() {
        let (_, problems) = parse(
            "[secrets]\nkdf = \"md5\"\nrecipients = [\"bob\"]\n[secrets.values]\na = {}\nb-c = { env = \"X\" }\n\
             d = { env = \"X\", file = \"y\" }\ne = { env = \"X\", hosts = [\"web1\"] }\n",
        );
        let expected = [
            "rustle.toml:3:15: `bob` is no recipient: there are `age1…`, `ssh-ed25519 AAAA…`, `passphrase` and \
             `key` [config]",
            "rustle.toml:2:7: `md5` is no way to make a key of a passphrase [config]",
            "rustle.toml:5:1: the secret `a` needs one of `store`, `env`, `file` and `command` [config]",
            "rustle.toml:6:1: a secret is a variable, and `b-c` is no name for one [config]",
            "rustle.toml:7:1: the secret `d` needs one of `store`, `env`, `file` and `command` [config]",
            "rustle.toml:8:1: nobody could open the secrets of host web1 [config]",
        ];
        assert_eq!(problems, expected);
    }
}
