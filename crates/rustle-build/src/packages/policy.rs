//! Whether a package may be used: the project's policy, an organisation's, and what holds always.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustle_playbook::{Problem, SourceFile};
use rustle_schema::package::manifest::{Kind, Level, PackageManifest};
use rustle_schema::package::permission::SECURE_CHAIN;
use rustle_schema::package::{ModuleId, Permission, Source};

use crate::config::Config;
use crate::config::policy::{self, Policy};
use crate::config::reader::Table;
use crate::packages::origin;

/// A package that is judged.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Its id.
    pub id: &'a ModuleId,
    /// Where it comes from.
    pub source: &'a Source,
    /// What it says of itself; nothing of a file alone.
    pub manifest: &'a PackageManifest,
    /// What its modules may do.
    pub permissions: &'a BTreeSet<Permission>,
    /// The keys that signed it.
    pub signers: &'a BTreeSet<String>,
}

/// The project's policy, tightened by the organisation's: the one that `[policy] organisation` names, and the one of this
/// machine (`machine`, which may not exist).
///
/// # Errors
/// If a policy that is named cannot be read.
pub fn effective(
    folder: &Path,
    config: &Config,
    machine: Option<&PathBuf>,
    problems: &mut Vec<Problem>,
) -> Policy {
    let mut policy = config.policy.clone();
    // The project's own names mean its own registries; to anybody else a registry is its address.
    policy.registries = policy.registries.map(|all| {
        all.into_iter().map(|name| config.registries.get(&name).map_or(name, |it| it.index.clone())).collect()
    });
    if let Some((path, at)) = &config.policy.organisation {
        match std::fs::read_to_string(folder.join(path)) {
            Ok(text) => policy = tightened(policy, read(&path.to_string_lossy(), text, problems)),
            Err(error) => {
                let message = format!("the organisation's policy cannot be read: {error}");
                problems.push(Problem::error("policy", message).at(at.clone()));
            }
        }
    }
    if let Some(path) = machine {
        match std::fs::read_to_string(path) {
            Ok(text) => policy = tightened(policy, read(&path.to_string_lossy(), text, problems)),
            Err(error) => problems.push(Problem::error(
                "policy",
                format!("this machine's policy {} cannot be read: {error}", path.display()),
            )),
        }
    }
    policy
}

fn read(path: &str, text: String, problems: &mut Vec<Problem>) -> Policy {
    let file = Arc::new(SourceFile { path: path.to_owned(), text });
    let Some(mut root) = Table::parse(&file, problems) else { return Policy::default() };
    let table = root.table("policy", problems);
    root.finish(problems);
    table.map(|table| policy::read(table, problems)).unwrap_or_default()
}

/// Both at once: only what either allows, nothing that one denies.
fn tightened(ours: Policy, theirs: Policy) -> Policy {
    fn both<T: PartialEq>(ours: Option<Vec<T>>, theirs: Option<Vec<T>>) -> Option<Vec<T>> {
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => Some(ours.into_iter().filter(|it| theirs.contains(it)).collect()),
            (ours, theirs) => ours.or(theirs),
        }
    }
    let permissions = match (ours.allow_permissions, theirs.allow_permissions) {
        (Some(ours), Some(theirs)) => Some(
            ours.iter()
                .filter(|it| theirs.iter().any(|wider| wider.covers(it)))
                .chain(theirs.iter().filter(|it| ours.iter().any(|wider| wider.covers(it))))
                .cloned()
                .collect(),
        ),
        (ours, theirs) => ours.or(theirs),
    };
    Policy {
        production: ours.production || theirs.production,
        sources: both(ours.sources, theirs.sources),
        registries: both(ours.registries, theirs.registries),
        git_hosts: both(ours.git_hosts, theirs.git_hosts),
        http_hosts: both(ours.http_hosts, theirs.http_hosts),
        licenses: both(ours.licenses, theirs.licenses),
        level: [ours.level, theirs.level].into_iter().flatten().min(),
        allow_permissions: permissions,
        deny_permissions: ours.deny_permissions.into_iter().chain(theirs.deny_permissions).collect(),
        deny_unsafe: ours.deny_unsafe || theirs.deny_unsafe,
        deny_unsigned: ours.deny_unsigned || theirs.deny_unsigned,
        signatures: ours.signatures.max(theirs.signatures),
        allowed_crates: both(ours.allowed_crates, theirs.allowed_crates),
        blocked_crates: ours.blocked_crates.into_iter().chain(theirs.blocked_crates).collect(),
        organisation: ours.organisation,
    }
}

/// Whether every package needs a signature.
pub fn needs_signature(policy: &Policy) -> bool {
    policy.production || policy.deny_unsigned || policy.signatures > 1
}

/// Every reason why the package may not be used.
pub fn refusals(policy: &Policy, config: &Config, subject: &Subject<'_>) -> Vec<Problem> {
    let id = subject.id;
    let mut refusals: Vec<Problem> = origin::refusal(policy, id, subject.source).into_iter().collect();
    let mut refuse = |code: &'static str, message: String, help: &str| {
        refusals.push(Problem::error(code, message).with_help(help.to_owned()));
    };
    if policy.production
        && matches!(subject.source, Source::Inline { .. } | Source::File { .. })
        && subject.signers.is_empty()
    {
        let help = "publish it signed, or sign its folder: `cargo rustle module package --sign KEY`";
        refuse("policy-unsigned", format!("`{id}` is unsigned, which production refuses"), help);
    } else if needs_signature(policy) && subject.signers.len() < policy.signatures.max(1) {
        let message = match subject.signers.len() {
            0 => format!("`{id}` is unsigned"),
            number => format!("`{id}` has {number} of {} signatures", policy.signatures),
        };
        refuse("policy-unsigned", message, "`[keys]` names the keys that count, and what each may sign");
    }
    level(policy, subject, &mut refuse);
    permissions(policy, config, subject, &mut refuse);
    licence(policy, subject, &mut refuse);
    refusals
}

type Refuse<'a> = &'a mut dyn FnMut(&'static str, String, &str);

fn level(policy: &Policy, subject: &Subject<'_>, refuse: Refuse<'_>) {
    let (id, manifest) = (subject.id, subject.manifest);
    if manifest.kind != Kind::Native {
        let message = format!(
            "`{id}` is of the kind `{}`, and only native modules can be linked",
            manifest.kind.word()
        );
        refuse("module-kind", message, "modules of other kinds are not supported yet");
    } else if manifest.level < Level::Trusted {
        let message = format!(
            "`{id}` wants the level `{}`, and nothing confines native code yet",
            manifest.level.word()
        );
        refuse(
            "module-level",
            message,
            "it is refused rather than run unconfined; `level = \"trusted\"` says that it may do everything",
        );
    }
    if policy.level.is_some_and(|most| manifest.level > most) {
        let most = policy.level.unwrap_or_default().word();
        let message = format!(
            "`{id}` has the level `{}`, and the policy allows `{most}` at most",
            manifest.level.word()
        );
        refuse("policy-level", message, "`[policy] level` is the highest level that is allowed");
    }
}

fn permissions(policy: &Policy, config: &Config, subject: &Subject<'_>, refuse: Refuse<'_>) {
    let id = subject.id;
    let official = subject.signers.iter().any(|name| config.keys.get(name).is_some_and(|key| key.official));
    let claims = subject.manifest.metadata.get("type").and_then(|it| it.as_str());
    if let Some(claim @ ("core" | "official")) = claims.filter(|_| !official) {
        let message = format!("`{id}` calls itself `{claim}`, and no official key has signed it");
        refuse(
            "policy-claim",
            message,
            "what a package is follows from its signature, not from its manifest",
        );
    }
    for permission in subject.permissions {
        if permission.area() == SECURE_CHAIN && !official {
            let message = format!("`{id}` wants `{SECURE_CHAIN}`, and no official key has signed it");
            refuse("policy-permission", message, "third parties never have it");
        }
        // What is denied in part is not allowed as a whole either.
        let denied = policy.deny_permissions.iter().find(|it| it.covers(permission) || permission.covers(it));
        if let Some(denied) = denied {
            let message = format!("`{id}` wants `{permission}`, and the policy denies `{denied}`");
            refuse("policy-permission", message, "what `deny_permissions` names wins over what is allowed");
        } else if policy
            .allow_permissions
            .as_ref()
            .is_some_and(|all| !all.iter().any(|it| it.covers(permission)))
        {
            let message = format!("`{id}` wants `{permission}`, and the policy does not allow it");
            refuse("policy-permission", message, "`[policy] allow_permissions` lists what is allowed");
        }
        let area = (permission.area(), permission.verb());
        if policy.deny_unsafe && matches!(area, ("code", "unsafe" | "ffi" | "asm")) {
            let message = format!("`{id}` has `{permission}`, and the policy allows no unsafe code");
            refuse("policy-unsafe", message, "`[policy] allow_unsafe` says so");
        }
    }
}

/// Every alternative of an SPDX expression that could be chosen must be made of allowed licences: `OR` offers a choice,
/// `AND` and `WITH` do not.
fn licence(policy: &Policy, subject: &Subject<'_>, refuse: Refuse<'_>) {
    let Some(allowed) = &policy.licenses else { return };
    let id = subject.id;
    let help = "`[policy] licenses` lists the SPDX identifiers that are allowed";
    let Some(written) = subject.manifest.license.as_deref().filter(|text| !text.trim().is_empty()) else {
        refuse("policy-license", format!("`{id}` does not say what its licence is"), help);
        return;
    };
    // `MIT/Apache-2.0` is how old crates write `OR`.
    let expression = written.replace('/', " OR ");
    let parsed = spdx::Expression::parse_mode(&expression, spdx::ParseMode::LAX);
    match parsed {
        Ok(parsed) => {
            let fits = parsed.evaluate(|requirement| {
                let name = requirement.to_string();
                allowed.iter().any(|it| it.eq_ignore_ascii_case(&name))
            });
            if !fits {
                refuse(
                    "policy-license",
                    format!("`{id}` has the licence `{written}`, which is not allowed"),
                    help,
                );
            }
        }
        Err(_) => {
            let message = format!("`{id}` has the licence `{written}`, which is no SPDX expression");
            refuse("policy-license", message, help);
        }
    }
}

#[cfg(test)]
mod tests {
    use rustle_schema::package::source::Reference;
    use semver::Version;

    use super::*;
    use crate::config::FILE_NAME;

    fn config(text: &str) -> Config {
        let mut problems = Vec::new();
        let file = Arc::new(SourceFile { path: FILE_NAME.into(), text: text.into() });
        let config = Config::parse(&file, &mut problems);
        assert_eq!(problems, []);
        config
    }

    fn git() -> Source {
        Source::Git {
            repository: "https://u@Git.Example.org:8443/x".into(),
            reference: Reference::Default,
            path: None,
            submodules: false,
        }
    }

    fn codes(
        text: &str,
        source: &Source,
        permissions: &[&str],
        change: impl FnOnce(&mut PackageManifest),
    ) -> Vec<&'static str> {
        let config = config(text);
        let id: ModuleId = "com.acme.x".parse().unwrap();
        let mut manifest = PackageManifest::new(id.clone(), Version::new(1, 0, 0));
        change(&mut manifest);
        let permissions = permissions.iter().map(|text| text.parse().unwrap()).collect();
        let subject = Subject {
            id: &id,
            source,
            manifest: &manifest,
            permissions: &permissions,
            signers: &BTreeSet::new(),
        };
        refusals(&config.policy, &config, &subject).iter().map(|problem| problem.code).collect()
    }

    #[test]
    fn nothing_is_refused_where_nothing_is_said() {
        assert_eq!(codes("", &git(), &["process:exec"], |_| {}), [""; 0]);
    }

    #[test]
    fn every_rule_refuses() {
        let same = |_: &mut PackageManifest| {};
        let denies = |policy: &str, permission: &str| {
            codes(&format!("[policy]\n{policy}"), &git(), &[permission], same)
        };
        assert_eq!(denies("sources = [\"registry\"]", "fs:read"), ["policy-source"]);
        assert_eq!(denies("git_hosts = [\"git.example.com\"]", "fs:read"), ["policy-source"]);
        assert_eq!(denies("git_hosts = [\"git.example.org\"]", "fs:read"), [""; 0]);
        assert_eq!(denies("profile = \"production\"", "fs:read"), ["policy-unsigned"]);
        assert_eq!(denies("signatures = 2", "fs:read"), ["policy-unsigned"]);
        assert_eq!(
            denies(
                "deny_permissions = [\"fs:write:/etc/**\"]\nallow_permissions = [\"fs:write\"]",
                "fs:write"
            ),
            ["policy-permission"]
        );
        assert_eq!(denies("allow_permissions = [\"fs:write:/srv/**\"]", "fs:write:/srv/x"), [""; 0]);
        assert_eq!(
            denies("allow_permissions = [\"fs:write:/srv/**\"]", "net:connect"),
            ["policy-permission"]
        );
        assert_eq!(denies("allow_unsafe = false", "code:ffi"), ["policy-unsafe"]);
        assert_eq!(denies("level = \"sandboxed\"", "fs:read"), ["policy-level"]);
        assert_eq!(denies("", "secure_chain"), ["policy-permission"]);
        assert_eq!(denies("licenses = [\"MIT\"]", "fs:read"), ["policy-license"]);
        let licence = |text: &str| {
            codes("[policy]\nlicenses = [\"MIT\"]", &git(), &[], |it| it.license = Some(text.into()))
        };
        assert_eq!((licence("MIT OR GPL-3.0-only"), licence("MIT/Apache-2.0")), (vec![], vec![]));
        assert_eq!(
            (licence("MIT AND GPL-3.0-only"), licence("whatever")),
            (vec!["policy-license"], vec!["policy-license"])
        );
    }

    #[test]
    fn claims_and_levels_are_refused_always() {
        assert_eq!(
            codes("", &git(), &[], |it| drop(it.metadata.insert("type".into(), "core".into()))),
            ["policy-claim"]
        );
        assert_eq!(codes("", &git(), &[], |it| it.level = Level::Sandboxed), ["module-level"]);
        assert_eq!(codes("", &git(), &[], |it| it.kind = Kind::Wasm), ["module-kind"]);
    }

    #[test]
    fn an_organisation_can_only_tighten() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(
            folder.path().join("org.toml"),
            "[policy]\nsources = [\"git\", \"registry\"]\nallow_permissions = [\"fs:read\", \"fs:write:/etc/**\"]\nallow_unsafe = true\n",
        )
        .unwrap();
        let config = config(
            "[policy]\norganisation = \"org.toml\"\nsources = [\"git\", \"inline\"]\nallow_permissions = [\"fs:write\", \"net:connect\"]\nallow_unsafe = false\n",
        );
        let mut problems = Vec::new();
        let policy = effective(folder.path(), &config, None, &mut problems);
        assert_eq!(problems, []);
        assert_eq!(policy.sources, Some(vec!["git".to_owned()]));
        assert_eq!(policy.allow_permissions, Some(vec!["fs:write:/etc/**".parse().unwrap()]));
        assert!(policy.deny_unsafe);
        effective(folder.path(), &config, Some(&folder.path().join("none")), &mut problems);
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn the_projects_names_of_registries_are_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let machine = folder.path().join("policy.toml");
        std::fs::write(&machine, "[policy]\nregistries = [\"acme\", \"sparse+https://good.org/i\"]\n")
            .unwrap();
        let config = config(
            "[policy]\nregistries = [\"acme\", \"good\"]\n[registries.acme]\nindex = \"https://evil.org/\"\nprefixes = [\"a\"]\n\
             [registries.good]\nindex = \"https://good.org/i/\"\nprefixes = [\"b\"]\n",
        );
        let registries =
            |machine| effective(folder.path(), &config, machine, &mut Vec::new()).registries.unwrap();
        assert_eq!(registries(None), ["https://evil.org/", "https://good.org/i/"]);
        assert_eq!(registries(Some(&machine)), ["https://good.org/i/"]);
    }
}
