//! The run on a host: it is begun there as a job, and its events are read until it has ended.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use rustle_schema::event::Event;
use rustle_schema::job::JobEnded;

use super::install::Problem;
use super::kept::{Kept, file_name};
use super::remote::{Broken, Session};

/// Begins the job unless it was begun, and follows it. Arguments: the runner, the job's folder, the byte from which on, the
/// folder of files that only the start needs, and the runner's own.
const RUN: &str = r#"
umask 077
file=$1 job=$2 from=$3 vars=$4
shift 4
if [ ! -s "$job/status.json" ]; then
    "$file" --job "$job" "$@" </dev/null || {
        code=$?
        rm -rf -- "$vars"
        # Whether a starter that was killed has begun the job is not known.
        case $code in 126|127) exit 77 ;; 129|13?|14?) exit "$code" ;; *) exit 78 ;; esac
    }
fi
rm -rf -- "$vars"
exec "$file" --follow "$job" --from "$from" </dev/null
"#;

/// Follows a job that was begun. Arguments: the runner, the job's folder, the byte from which on.
const FOLLOW: &str = r#"
if [ ! -s "$2/status.json" ]; then
    echo "no run was begun there" >&2
    exit 78
fi
exec "$1" --follow "$2" --from "$3" </dev/null
"#;

/// The exit code of the scripts where the runner cannot be executed, and nothing was begun.
pub const NOT_EXECUTABLE: i32 = 77;

/// Their exit code where nothing was begun.
pub const NOT_BEGUN: i32 = 78;

/// Writes a file that the start needs. Arguments: the folder, the name, the length.
const PUT: &str = r#"
umask 077
mkdir -p -- "$1" && cat > "$1/$2" && [ "$(wc -c < "$1/$2")" -eq "$3" ]
"#;

/// The longest line that is read: an event with all that a task returned.
const LONGEST: u64 = 256 << 20;

/// The most of standard error that is read.
const ERRORS: u64 = 1 << 20;

/// How a job ended, and what it left.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub end: JobEnded,
    /// The report, as the host wrote it.
    pub report: Vec<u8>,
    /// The end of what the run wrote to standard error.
    pub errors: String,
}

/// Where a run lies on a host.
#[derive(Clone, Debug)]
pub struct Place {
    /// The runner.
    pub file: String,
    /// The job's folder.
    pub job: String,
    /// The folder of files that only the start needs.
    pub vars: String,
}

impl Place {
    /// The place of the deployment `id` on `host` below Rustle's folder. Two hosts may share that folder: aliases of one
    /// machine, or homes on a file server.
    pub fn of(folder: &str, sha256: &str, id: &str, host: &str) -> Place {
        let host = file_name(host);
        Place {
            file: format!("{folder}/runners/{sha256}"),
            job: format!("{folder}/jobs/{id}.{host}"),
            vars: format!("{folder}/vars-{id}.{host}"),
        }
    }
}

/// Writes the files of variables that the start needs.
///
/// # Errors
/// If the script breaks.
pub fn put(session: &Session<'_>, place: &Place, files: &[Vec<u8>]) -> Result<(), Broken> {
    for (number, content) in files.iter().enumerate() {
        let arguments = [&*place.vars, &number.to_string(), &content.len().to_string()];
        session.feed(PUT, &arguments, |out| out.write_all(content))?;
    }
    Ok(())
}

/// Begins the job with these words unless `words` is absent, and tells its events to `tell` as they come. Every line is
/// kept, too: what is kept tells from where on the next connection reads.
///
/// # Errors
/// If the connection breaks before the job has ended, the job cannot be begun, or it is not that of `host`.
pub fn run(
    session: &Session<'_>,
    place: &Place,
    host: &str,
    words: Option<&[String]>,
    kept: &mut Kept,
    mut tell: impl FnMut(Event),
) -> Result<Ended, Problem> {
    let from = kept.length().to_string();
    let mut arguments = vec![&*place.file, &*place.job, &*from];
    let script = match words {
        Some(words) => {
            arguments.push(&place.vars);
            arguments.extend(words.iter().map(String::as_str));
            RUN
        }
        None => FOLLOW,
    };
    let mut running = session.start(script, &arguments, Stdio::null())?;
    let Some(out) = running.child.stdout.take() else {
        return Err(Broken::Here("there is no pipe".into()).into());
    };
    let mut out = BufReader::with_capacity(64 << 10, out);
    let mut line = Vec::new();
    let ended = loop {
        line.clear();
        let read = (&mut out).take(LONGEST).read_until(b'\n', &mut line);
        // A line that was cut off comes again as a whole.
        if read.is_err() || line.last() != Some(&b'\n') {
            break None;
        }
        if line.starts_with(b"{\"job_ended\"") {
            break match serde_json::from_slice::<JobEnded>(&line) {
                Ok(end) if end.report > LONGEST || end.errors > ERRORS => {
                    return Err(Problem::Host(format!(
                        "its report has {} bytes, which is too long",
                        end.report
                    )));
                }
                Ok(end) => rest(&mut out, end),
                Err(_) => None,
            };
        }
        // What a shell says in greeting is no event.
        let Ok(event) = serde_json::from_slice::<Event>(&line) else { continue };
        if let Event::Start { host: other, .. } = &event
            && other != host
        {
            return Err(Problem::Host(format!("the run there is that of {other}")));
        }
        kept.add(&line).map_err(|error| Broken::Here(format!("the events cannot be kept: {error}")))?;
        tell(event);
    };
    match ended {
        Some(ended) => {
            // The job's exit code is told above; how ssh ends does not matter any more.
            let _ = running.end();
            Ok(ended)
        }
        None => {
            // Whoever still writes is told that nobody reads.
            drop(out);
            match running.end() {
                Ok(()) => Err(Broken::Connection("the connection was closed".into()).into()),
                Err(broken) => Err(broken.into()),
            }
        }
    }
}

/// What stands behind the end: `None` if it was cut off.
fn rest(out: &mut impl Read, end: JobEnded) -> Option<Ended> {
    let mut take = |length: u64| {
        let mut bytes = Vec::new();
        out.take(length).read_to_end(&mut bytes).ok()?;
        (bytes.len() as u64 == length).then_some(bytes)
    };
    let report = take(end.report)?;
    let errors = String::from_utf8_lossy(&take(end.errors)?).trim().to_owned();
    Some(Ended { end, report, errors })
}
