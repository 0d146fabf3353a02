//! From the settings of a bundle to a reporter with its thread.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};
use rustle_runtime::report::Reporter;
use rustle_runtime::report::linked::RunStart;
use rustle_runtime::schema::controller::{RunHead, Summary};
use rustle_runtime::schema::settings::ControllerSettings;

use crate::cleanup::Executable;
use crate::control::Control;
use crate::event_json::now;
use crate::journal::{Disk, Journal, Limits};
use crate::link::signature::Signer;
use crate::link::{FailureKind, Link};
use crate::outgoing::{Older, Source};
use crate::reporter::{Controller, End};
use crate::sender::{Pace, Sender};
use crate::source;
use crate::spool::run::RunFolder;
use crate::spool::segments::Writer;
use crate::spool::{Spool, default_folder};

/// The reporter of a run that is about to begin.
pub(crate) fn open(start: &RunStart<'_>) -> Box<dyn Reporter> {
    let settings = start.settings.controller.clone().unwrap_or_default();
    let link = link(&settings);
    let head = RunHead {
        run: run_id(),
        host: start.host.to_owned(),
        plan: start.plan.to_owned(),
        digest: start.digest.to_owned(),
        runner: start.runner.to_owned(),
        version: start.version.to_owned(),
        started: now(),
    };
    let spool = spool(start, &settings);
    let advice = spool.as_ref().map_or_else(|_| String::new(), |spool| advice(spool, start.runner));
    let (mut older, mut troubles) = (VecDeque::new(), Vec::new());
    let own = spool.and_then(|spool| {
        let (left, wrong) = spool.left();
        older = left.into_iter().map(Older::new).collect();
        troubles = wrong;
        let used = spool.size();
        let run = RunFolder::create(&spool.folder, &head)
            .map_err(|error| format!("the spool {} cannot be written: {error}", spool.folder.display()))?;
        Ok((Disk::new(Writer::new(run.path.clone()), used, spool.most), run))
    });
    let (disk, own) = match own {
        Ok((disk, run)) => (Ok(disk), Some(run)),
        Err(why) => (Err(why), None),
    };
    let journal = Arc::new(Journal::new(disk));
    troubles.into_iter().for_each(|it| journal.trouble(it));
    let control = Arc::new(Control::default());
    let limits = limits(&settings);
    let sender = Sender {
        link,
        address: Link::shown(&settings.url).to_owned(),
        journal: Arc::clone(&journal),
        control: Arc::clone(&control),
        head: head.clone(),
        own: own.map(|run| {
            let source = Source::new(&run);
            (run, source)
        }),
        older,
        limits,
        interval: Duration::from_secs(settings.interval),
        heartbeat: Some(settings.heartbeat).filter(|it| *it > 0).map(Duration::from_secs),
        warn: start.warn.clone(),
        pace: Pace::new(),
    };
    Box::new(Controller {
        sender: Some(sender),
        journal,
        control,
        enough: limits,
        summary: Summary { started: head.started, check: start.check, ..Summary::default() },
        end: End {
            wait: Duration::from_secs(settings.wait),
            required: settings.required,
            // Whoever follows a job does so with this executable.
            cleanup: (settings.cleanup_on_completion && !start.job).then(Executable::of_this_process),
            advice,
        },
        warn: start.warn.clone(),
    })
}

/// Delivers what earlier runs have left.
pub(crate) fn send_spool(start: &RunStart<'_>) -> Result<String, String> {
    let settings = start.settings.controller.clone().unwrap_or_default();
    let spool = spool(start, &settings)?;
    let (left, wrong) = spool.left();
    let held = spool.runs().saturating_sub(left.len() + wrong.len());
    let unreadable = wrong.len();
    wrong.into_iter().for_each(|it| start.warn.tell(it));
    let older: VecDeque<Older> = left.into_iter().map(Older::new).collect();
    let mut sender = Sender {
        link: link(&settings),
        address: Link::shown(&settings.url).to_owned(),
        journal: Arc::new(Journal::new(Err(String::new()))),
        control: Arc::new(Control::default()),
        head: RunHead::default(),
        own: None,
        older,
        limits: limits(&settings),
        interval: Duration::ZERO,
        heartbeat: None,
        warn: start.warn.clone(),
        pace: Pace::new(),
    };
    let folder = spool.folder.display();
    let delivered = sender.send_older().map_err(|failure| {
        let what = if failure.kind == FailureKind::Lasting { "mend that and" } else { "later" };
        format!(
            "{} runs wait in {folder}: the controller {} has not acknowledged: {}; {what} try again",
            sender.older.len(),
            sender.address,
            failure.message
        )
    })?;
    let running = if held > 0 { format!("; {held} are still running") } else { String::new() };
    if sender.pace.refused || unreadable > 0 {
        return Err(format!("{delivered} runs were delivered from {folder}, and some stay there{running}"));
    }
    Ok(format!("{delivered} runs were delivered from {folder}{running}"))
}

fn limits(settings: &ControllerSettings) -> Limits {
    let events = usize::try_from(settings.batch.max(1)).unwrap_or(usize::MAX);
    Limits { events, bytes: settings.batch_kb.saturating_mul(1024) }
}

fn link(settings: &ControllerSettings) -> Result<Link, String> {
    let token = settings.token.as_ref().map(source::read).transpose();
    let key = settings.key.as_ref().map(source::read).transpose();
    let signer = match (key?, &settings.key) {
        (Some(text), Some(from)) => {
            let signer = Signer::new(&text);
            Some(signer.map_err(|why| format!("{} cannot sign: {why}", source::words(from)))?)
        }
        _ => None,
    };
    Link::new(settings, token?, signer)
}

fn spool(start: &RunStart<'_>, settings: &ControllerSettings) -> Result<Spool, String> {
    let folder = settings.spool.as_ref().map(PathBuf::from).or_else(|| {
        let var = |name: &str| std::env::var(name).ok();
        default_folder(start.runner, var, rustix::process::geteuid().is_root())
    });
    let folder = folder.ok_or("there is no place for a spool: set `[controller] spool`, or HOME")?;
    Spool::open(&folder, settings.spool_mb.saturating_mul(1 << 20))
}

fn advice(spool: &Spool, runner: &str) -> String {
    format!(
        "{{}} events are kept in {}, and the next run or `{runner} --send-spool` delivers them",
        spool.folder.display()
    )
}

/// 128 random bits.
fn run_id() -> String {
    let mut bytes = [0; 16];
    if SystemRandom::new().fill(&mut bytes).is_err() {
        // Hardly possible; then at least no other process of this machine has the same.
        let time = jiff::Timestamp::now().as_nanosecond().to_le_bytes();
        bytes.copy_from_slice(&time);
        let pid = std::process::id().to_le_bytes();
        bytes.iter_mut().rev().zip(pid).for_each(|(byte, own)| *byte ^= own);
    }
    crate::hex(&bytes)
}
