//! Names of users and groups, and their numbers.
//!
//! A static executable cannot load the plugins of the C library's name service, so `/etc/passwd` and `/etc/group` are
//! read here, and accounts that stand elsewhere (LDAP, SSSD, systemd) are asked of `getent`, where the host has it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

/// An account, as `/etc/passwd` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: u32,
    /// The number of its first group.
    pub gid: u32,
    /// Its comment, in which the full name stands.
    pub gecos: String,
    /// Its home folder.
    pub home: String,
    /// Its shell.
    pub shell: String,
}

/// A group, as `/etc/group` describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: u32,
    /// The names of those who are in it besides the users whose first group it is.
    pub members: Vec<String>,
}

/// The user called `name`.
pub fn user(name: &str) -> Option<User> {
    find(PASSWD, name, parse_user, |user| user.name == name)
}

/// The user with the number `uid`.
pub fn user_by_id(uid: u32) -> Option<User> {
    find(PASSWD, &uid.to_string(), parse_user, |user| user.uid == uid)
}

/// The group called `name`.
pub fn group(name: &str) -> Option<Group> {
    find(GROUP, name, parse_group, |group| group.name == name)
}

/// The group with the number `gid`.
pub fn group_by_id(gid: u32) -> Option<Group> {
    find(GROUP, &gid.to_string(), parse_group, |group| group.gid == gid)
}

/// The numbers of all groups that `user` is in, its first group in front.
pub fn groups_of(user: &User) -> Vec<u32> {
    let text = std::fs::read(GROUP.0).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let within = text.lines().filter_map(parse_group).filter(|group| group.members.contains(&user.name));
    let mut groups: Vec<u32> = std::iter::once(user.gid).chain(within.map(|group| group.gid)).collect();
    // `name 4 27 1000`
    let elsewhere = ask_getent("initgroups", "group", &user.name).unwrap_or_default();
    groups.extend(elsewhere.split_whitespace().skip(1).filter_map(|word| word.parse::<u32>().ok()));
    let mut seen = std::collections::HashSet::new();
    groups.retain(|gid| seen.insert(*gid));
    groups
}

/// Names of numbers, each asked for once. For modules that look at many files; the answers of one application of a module
/// do not change.
#[derive(Debug, Default)]
pub struct Names {
    users: RefCell<HashMap<u32, Option<String>>>,
    groups: RefCell<HashMap<u32, Option<String>>>,
}

impl Names {
    /// The name of the user with the number `uid`.
    pub fn user(&self, uid: u32) -> Option<String> {
        self.users.borrow_mut().entry(uid).or_insert_with(|| user_by_id(uid).map(|it| it.name)).clone()
    }

    /// The name of the group with the number `gid`.
    pub fn group(&self, gid: u32) -> Option<String> {
        self.groups.borrow_mut().entry(gid).or_insert_with(|| group_by_id(gid).map(|it| it.name)).clone()
    }
}

/// A database: its file, and its name for `getent`.
type Database = (&'static str, &'static str);

const PASSWD: Database = ("/etc/passwd", "passwd");
const GROUP: Database = ("/etc/group", "group");

fn find<T>(
    (file, name): Database,
    key: &str,
    parse: fn(&str) -> Option<T>,
    wanted: impl Fn(&T) -> bool,
) -> Option<T> {
    if key.is_empty() || key.contains([':', '\n', '\0']) {
        return None;
    }
    let text = content(file);
    if let Some(entry) = text.lines().filter_map(parse).find(|entry| wanted(entry)) {
        return Some(entry);
    }
    getent(name, key)?.lines().filter_map(parse).find(|entry| wanted(entry))
}

/// What tells one version of a file from another: device, inode, size, time.
type Stamp = (u64, u64, u64, i64, i64);

/// The content of a database, read again only if the file is another or has changed: every task that describes a file asks
/// for the names of its owner and group.
fn content(file: &'static str) -> Arc<str> {
    static READ: Mutex<BTreeMap<&str, (Stamp, Arc<str>)>> = Mutex::new(BTreeMap::new());
    let stamp = std::fs::metadata(file)
        .map_or((0, 0, 0, 0, 0), |it| (it.dev(), it.ino(), it.size(), it.mtime(), it.mtime_nsec()));
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, text)) = read.get(file).filter(|(it, _)| *it == stamp) {
        return text.clone();
    }
    let text: Arc<str> = String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into();
    read.insert(file, (stamp, text.clone()));
    text
}

/// What `getent` says. It is asked only where the host's name service has other sources than files.
fn getent(database: &str, key: &str) -> Option<String> {
    ask_getent(database, database, key)
}

fn ask_getent(database: &str, configured_as: &str, key: &str) -> Option<String> {
    if key.starts_with('-') || !has_other_sources(configured_as) {
        return None;
    }
    let program = ["/usr/bin/getent", "/bin/getent"].into_iter().find(|path| Path::new(path).exists())?;
    let output = Command::new(program)
        .args([database, key])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn has_other_sources(database: &str) -> bool {
    let Ok(text) = std::fs::read_to_string("/etc/nsswitch.conf") else { return false };
    sources(&text, database).any(|source| !matches!(source, "files" | "compat"))
}

/// The sources that a name service configuration has for a database, without its actions (`[NOTFOUND=return]`).
fn sources<'a>(text: &'a str, database: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines()
        .filter_map(move |line| line.trim_start().strip_prefix(database)?.trim_start().strip_prefix(':'))
        .flat_map(|rest| rest.split('#').next().unwrap_or_default().split_whitespace())
        .filter(|word| !word.starts_with('['))
}

fn parse_user(line: &str) -> Option<User> {
    let mut fields = line.split(':');
    let (name, _password) = (fields.next()?, fields.next()?);
    let (uid, gid) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let mut text = || fields.next().unwrap_or_default().to_owned();
    Some(User { name: name.to_owned(), uid, gid, gecos: text(), home: text(), shell: text() })
}

fn parse_group(line: &str) -> Option<Group> {
    let mut fields = line.split(':');
    let (name, _password) = (fields.next()?, fields.next()?);
    let gid = fields.next()?.parse().ok()?;
    let members = fields.next().unwrap_or_default();
    let members = members.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect();
    Some(Group { name: name.to_owned(), gid, members })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_in_its_first_group_at_least() {
        let root = user("root").unwrap();
        assert_eq!(groups_of(&root).first(), Some(&0));
    }

    #[test]
    fn root_is_known_by_name_and_number() {
        assert_eq!(user("root").map(|it| it.uid), Some(0));
        assert_eq!(user_by_id(0).map(|it| it.name).as_deref(), Some("root"));
        assert_eq!(group_by_id(0).and_then(|it| group(&it.name)).map(|it| it.gid), Some(0));
        assert_eq!(Names::default().user(0).as_deref(), Some("root"));
    }

    #[test]
    fn odd_names_are_nobody() {
        for name in ["", "no such user", "-h", "root:x", "a\nroot"] {
            assert_eq!(user(name), None, "{name:?}");
            assert_eq!(group(name), None, "{name:?}");
        }
    }

    #[test]
    fn lines_are_parsed() {
        let user = parse_user("www-data:x:33:34:www,,,:/var/www:/usr/sbin/nologin").unwrap();
        assert_eq!((user.uid, user.gid, user.home.as_str()), (33, 34, "/var/www"));
        assert_eq!(parse_user("+::::::"), None);
        assert_eq!(parse_group("adm:x:4:a,b").unwrap().members, ["a", "b"]);
        assert!(parse_group("adm:x:4:").unwrap().members.is_empty());
    }

    #[test]
    fn sources_of_the_name_service() {
        let text = "# passwd: ldap\npasswd:  files systemd [NOTFOUND=return] sss # ldap\ngroup: files\n";
        assert_eq!(sources(text, "passwd").collect::<Vec<_>>(), ["files", "systemd", "sss"]);
        assert_eq!(sources(text, "group").collect::<Vec<_>>(), ["files"]);
    }
}
