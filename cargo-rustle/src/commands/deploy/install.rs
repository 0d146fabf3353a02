//! The runner on a host: what lies there is asked first, and only what is missing is copied.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use rustle_package::Digest;

use super::kept::short_digest;
use super::remote::{Broken, Session};
use crate::executable::Runner;

/// Tells the digest of a file: `-` where the host has no program for that.
const SUM: &str = r#"
umask 077
sum() {
    if command -v sha256sum >/dev/null 2>&1; then set -- $(sha256sum < "$1")
    elif command -v shasum >/dev/null 2>&1; then set -- $(shasum -a 256 < "$1")
    else set -- -
    fi
    echo "$1"
}
"#;

/// Makes Rustle's folder and tells what lies in it. Arguments: the folder, the runner's digest, and what tells apart the
/// unfinished runner of this host and deployment. Files of variables that nobody came back for go.
const PROBE: &str = r#"
dir=$1
case $dir in /*) ;; *) dir=$HOME/$dir ;; esac
if [ ! -d "$dir" ]; then mkdir -p -- "$dir" && chmod 700 "$dir" || exit 73; fi
set -- "$2" "$3" "$(id -u)" $(ls -ldn "$dir/.")
case $4 in d???--[-S]--[-T]*) ;; *) exit 72 ;; esac
[ "$6" = "$3" ] || exit 72
mkdir -p -- "$dir/runners" "$dir/jobs" || exit 73
for old in "$dir"/vars-*; do
    if [ -d "$old" ] && [ -n "$(find "$old" -prune -mmin +60 2>/dev/null)" ]; then rm -rf -- "$old"; fi
done
file=$dir/runners/$1 part=$dir/runners/$1.$2.partial
echo "machine $(uname -s) $(uname -m)"
if [ -f "$file" ]; then
    got=$(sum "$file")
    if [ "$got" = - ]; then got=$("$file" --self-digest 2>/dev/null); fi
    echo "there $got"
else
    if [ ! -f "$part" ]; then
        # What another deployment has brought is a beginning. It may still be at it: so it is copied.
        other=$(ls -1t "$file".*.partial 2>/dev/null | head -n 1)
        if [ -n "$other" ]; then cp -- "$other" "$part" 2>/dev/null || rm -f -- "$part"; fi
    fi
    if [ -f "$part" ]; then echo "partial $(wc -c < "$part") $(sum "$part")"; fi
fi
echo "dir $dir"
"#;

/// Adds standard input to the unfinished runner; when it is whole, gives it its name. Arguments: the folder, the digest, the
/// length, the length from which on is added, and what tells apart the unfinished runner. Whatever arrives is executed only
/// when its digest is right, where the host has a program for that.
const COPY: &str = r#"
file=$1/runners/$2 part=$1/runners/$2.$5.partial
fail() {
    # Another deployment has brought the same runner meanwhile, and taken away what is not needed any more.
    if [ ! -e "$part" ] && [ -f "$file" ]; then exit 0; fi
    rm -f -- "$part"
    exit "$1"
}
if [ "$4" = 0 ]; then rm -f -- "$part"; fi
cat >> "$part" || fail 74
[ -f "$part" ] || fail 75
size=$(wc -c < "$part")
if [ "$size" -lt "$3" ]; then exit 75; fi
got=$(sum "$part")
[ "$got" = "$2" ] || [ "$got" = - ] || fail 76
chmod 700 "$part" || fail 74
got=$("$part" --self-digest)
code=$?
case $code in 126|127) fail 77 ;; esac
[ "$got" = "$2" ] || fail 76
mv -f -- "$part" "$file" || fail 74
rm -f -- "$file".*.partial
cd "$1/runners" || exit 0
ls -1t | grep -E '^[0-9a-f]{64}$' | tail -n +6 | while read -r old; do
    [ "$old" = "$2" ] || rm -f -- "./$old"
done
find . -name '*.partial' -mtime +0 -exec rm -f -- {} + 2>/dev/null
exit 0
"#;

/// How many bytes are sent at once.
const PIECE: usize = 256 << 10;

/// What was installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Rustle's folder there, absolute.
    pub folder: String,
    /// How many bytes had to be copied.
    pub copied: u64,
}

/// Why the runner is not on a host.
#[derive(Debug)]
pub enum Problem {
    /// A script broke.
    Broken(Broken),
    /// The host cannot take it, and these words tell why.
    Host(String),
}

impl From<Broken> for Problem {
    fn from(broken: Broken) -> Problem {
        Problem::Broken(broken)
    }
}

/// What lies on a host.
#[derive(Debug, Default, PartialEq, Eq)]
struct There {
    system: String,
    machine: String,
    folder: String,
    /// The digest of the finished runner.
    whole: Option<String>,
    /// Length and digest of the unfinished one.
    partial: Option<(u64, String)>,
}

impl There {
    fn parse(text: &str) -> There {
        let mut there = There::default();
        for line in text.lines() {
            // A greeting of the user's shell may stand before it.
            match line.split_once(' ') {
                Some(("machine", rest)) => {
                    let (system, machine) = rest.split_once(' ').unwrap_or((rest, ""));
                    (there.system, there.machine) = (system.to_owned(), machine.trim().to_owned());
                }
                Some(("there", digest)) => there.whole = Some(digest.trim().to_owned()),
                Some(("partial", rest)) => {
                    let mut words = rest.split_whitespace();
                    let length = words.next().and_then(|word| word.parse().ok());
                    there.partial = length.zip(words.next().map(str::to_owned));
                }
                Some(("dir", folder)) => there.folder = folder.to_owned(),
                _ => {}
            }
        }
        there
    }
}

/// Brings the runner to the host, if it is not there. `whose` tells apart those who bring it at the same time. `copying` is
/// told before bytes are sent, and how many lie there already.
///
/// # Errors
/// If the connection breaks, in which case what has arrived stays there for the next time; or if the host cannot take it.
pub fn install(
    session: &Session<'_>,
    runner: &Runner,
    remote_dir: &str,
    whose: &str,
    copying: impl Fn(u64),
) -> Result<Installed, Problem> {
    let whose = short_digest(whose);
    let script = format!("{SUM}{PROBE}");
    let probe = || {
        let said = session.run(&script, &[remote_dir, &runner.sha256, &whose]);
        said.map_err(|broken| refused(broken, remote_dir))
    };
    let mut there = There::parse(&probe()?.out);
    if there.system != "Linux" {
        return Err(Problem::Host(format!("it runs {}, and the runner is built for Linux", there.system)));
    }
    if !runner.machine.runs_on(&there.machine) {
        return Err(Problem::Host(format!(
            "it is a {} machine, and the runner is built for {}: build one with --target",
            there.machine,
            runner.machine.name()
        )));
    }
    if there.folder.is_empty() {
        return Err(Problem::Host("its shell does not answer as a shell does".into()));
    }
    let mut copied = 0;
    // A second time from the beginning, where what lay there was damaged or somebody else has copied, too.
    for attempt in 0..2 {
        if there.whole.as_deref() == Some(&runner.sha256) {
            return Ok(Installed { folder: there.folder, copied });
        }
        let from = if attempt == 0 { resumable(runner, there.partial.as_ref()) } else { 0 };
        copying(from);
        match copy(session, runner, &there.folder, &whose, from) {
            Ok(()) => {
                copied += runner.length - from;
                return Ok(Installed { folder: there.folder, copied });
            }
            // What has arrived is not what was sent.
            Err(Problem::Broken(Broken::Refused(75 | 76, _))) if attempt == 0 => {
                copied += runner.length - from;
                there = There::parse(&probe()?.out);
            }
            Err(Problem::Broken(broken)) => return Err(refused(broken, &there.folder)),
            Err(problem) => return Err(problem),
        }
    }
    Err(Problem::Host("what arrives there is not what is sent: its digest differs".into()))
}

/// From which byte on the runner is to be copied: what lies there may be its beginning.
fn resumable(runner: &Runner, partial: Option<&(u64, String)>) -> u64 {
    let Some((length, digest)) = partial else { return 0 };
    if *length == 0 || *length >= runner.length {
        return 0;
    }
    match digest_of(runner, *length) {
        Ok(own) if own == *digest => *length,
        _ => 0,
    }
}

/// The digest of the first `length` bytes.
fn digest_of(runner: &Runner, length: u64) -> io::Result<String> {
    let (digest, _) = Digest::of_reader(File::open(&runner.path)?.take(length))?;
    Ok(digest.hex())
}

fn copy(session: &Session<'_>, runner: &Runner, folder: &str, whose: &str, from: u64) -> Result<(), Problem> {
    let mut file = File::open(&runner.path)
        .map_err(|error| Broken::Here(format!("{}: {error}", runner.path.display())))?;
    let arguments = [folder, &runner.sha256, &runner.length.to_string(), &from.to_string(), whose];
    let send = |out: &mut dyn Write| {
        file.seek(SeekFrom::Start(from))?;
        let mut piece = vec![0; PIECE];
        loop {
            let read = file.read(&mut piece)?;
            if read == 0 {
                return Ok(());
            }
            out.write_all(piece.get(..read).unwrap_or_default())?;
        }
    };
    session.feed(&format!("{SUM}{COPY}"), &arguments, send).map_err(Problem::Broken)
}

/// What the exit codes of the scripts mean to people.
fn refused(broken: Broken, folder: &str) -> Problem {
    match broken {
        Broken::Refused(72, _) => Problem::Host(format!(
            "the folder {folder} there belongs to another user or is open to others, and root may run what lies in it: make \
             it this user's alone (chmod 700), or name one that is not there with --remote-dir"
        )),
        Broken::Refused(73, said) => Problem::Host(format!(
            "the folder {folder} cannot be made there: {said}; name another with --remote-dir"
        )),
        Broken::Refused(74, said) => Problem::Host(format!(
            "the runner cannot be written to {folder}: {said}; nothing is left of it there"
        )),
        Broken::Refused(77, said) => Problem::Host(format!(
            "the runner cannot be executed in {folder}: {said}. If its file system is mounted with noexec, name another \
             folder with --remote-dir"
        )),
        other => Problem::Broken(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::{Common, Connection};
    use super::*;

    #[test]
    fn what_has_another_digest_is_not_executed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("runners")).unwrap();
        let ran = folder.path().join("ran");
        let text = format!("#!/bin/sh\necho > {}\n", ran.display());
        let common = Common { timeout: 1, compress: false, interactive: false };
        let session = Session::new(&Connection::Local, common, "/nonexistent/control".into());
        let copy = |digest: &str| {
            let arguments = [folder.path().to_str().unwrap(), digest, &text.len().to_string(), "0", "x"];
            session.feed(&format!("{SUM}{COPY}"), &arguments, |out| out.write_all(text.as_bytes()))
        };
        assert!(matches!(copy(&"0".repeat(64)), Err(Broken::Refused(76, _))));
        assert!(!ran.exists());
        let digest = Digest::of(text.as_bytes()).hex();
        // Its own word counts, too, and this one has none.
        assert!(matches!(copy(&digest), Err(Broken::Refused(76, _))));
        assert!(ran.exists());
        assert_eq!(std::fs::read_dir(folder.path().join("runners")).unwrap().count(), 0);
        // What another has brought meanwhile is as good.
        std::fs::write(folder.path().join("runners").join(&digest), &text).unwrap();
        let gone = format!("{SUM}{}", COPY.replace("cat >>", "rm -f \"$part\"; cat >"));
        let gone = gone.replace("> \"$part\" || fail 74", "> /dev/null");
        let arguments = [folder.path().to_str().unwrap(), &*digest, "9", "0", "x"];
        session.feed(&gone, &arguments, |out| out.write_all(b"x")).unwrap();
    }

    #[test]
    fn what_lies_there_is_read() {
        let there = There::parse("Welcome!\nmachine Linux x86_64\npartial 12 abc\ndir /home/o p/.rustle\n");
        assert_eq!((there.system.as_str(), there.machine.as_str()), ("Linux", "x86_64"));
        assert_eq!(there.partial, Some((12, "abc".into())));
        assert_eq!(there.folder, "/home/o p/.rustle");
        assert_eq!(There::parse("there abc").whole.as_deref(), Some("abc"));
    }
}
