use std::sync::{Mutex, OnceLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rustle_runtime::prelude::*;

/// Waits in several threads.
#[rustle_module(name = "acme.threads_and_time")]
pub struct ThreadsAndTime {
    /// What is worked on.
    name: String,
}

impl Module for ThreadsAndTime {
    fn apply(&self, ctx: &Context) -> Result<Outcome> {
        let (sender, receiver) = mpsc::channel();
        let started = Instant::now();
        let name = self.name.clone();
        let handle = thread::spawn(move || sender.send(name.len()));
        let _ = (ctx, receiver.recv(), handle.join(), started.elapsed());
        static ONCE: OnceLock<Mutex<u32>> = OnceLock::new();
        *ONCE.get_or_init(Mutex::default).lock().unwrap_or_else(|it| it.into_inner()) += 1;
        thread::sleep(Duration::from_millis(1));
        Ok(Outcome::default())
    }
}
