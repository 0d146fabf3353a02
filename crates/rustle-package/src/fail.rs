//! Named points at which tests let a process die or a system call fail.
//!
//! Outside of tests, and without the feature `fail`, [`at`] is nothing. With it, the environment variable `RUSTLE_FAIL`
//! holds `<point>=<action>`, for instance `file-rename=kill`, or `file-rename=kill@3` for the third time that the process
//! comes there; in one thread, `inject` does the same.

macro_rules! points {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Where a process may be stopped.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Point {
            $($(#[$doc])* $variant,)*
        }

        impl Point {
            /// All points, in the order in which they are written above.
            pub const ALL: &'static [Point] = &[$(Point::$variant,)*];

            /// The name in `RUSTLE_FAIL`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Point::$variant => $name,)*
                }
            }
        }
    };
}

points! {
    /// Before a temporary file is made.
    FileCreate = "file-create",
    /// Half of the bytes are in the temporary file.
    FileHalf = "file-half",
    /// All bytes are in the temporary file, none is flushed.
    FileSync = "file-sync",
    /// The temporary file is whole and flushed; it has not its name yet.
    FileRename = "file-rename",
    /// The file has its name; its folder is not flushed.
    FileRenamed = "file-renamed",
    /// Before the temporary folder of a tree is made.
    TreeCreate = "tree-create",
    /// Before each file of a tree.
    TreeFile = "tree-file",
    /// The temporary folder is whole; it has not its name yet.
    TreeSwap = "tree-swap",
    /// The new tree has its name; the old one lies beside it.
    TreeSwapped = "tree-swapped",
    /// This process is the one that fetches.
    FlightLocked = "flight-locked",
    /// The content was fetched; nothing is stored.
    FlightFetched = "flight-fetched",
    /// The content is stored; its key is not.
    FlightStored = "flight-stored",
    /// A damaged blob was found; it still has its name.
    Damaged = "damaged",
    /// Before a blob is removed to make room.
    GcRemove = "gc-remove",
}

/// A point that a process passes.
///
/// # Errors
///
/// The injected one, in tests only.
#[cfg(not(any(test, feature = "fail")))]
#[inline(always)]
pub fn at(_point: Point) -> std::io::Result<()> {
    Ok(())
}

#[cfg(any(test, feature = "fail"))]
pub use injected::{Injection, at, inject};

#[cfg(any(test, feature = "fail"))]
mod injected {
    use std::cell::RefCell;
    use std::io;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::Point;

    thread_local! {
        static HERE: RefCell<Option<(Point, i32)>> = const { RefCell::new(None) };
    }

    /// What the environment asks for.
    struct Wish {
        point: String,
        action: String,
        /// From which time on; the first is 1.
        turn: usize,
    }

    static FROM_ENVIRONMENT: OnceLock<Option<Wish>> = OnceLock::new();

    /// How often the process came to the point of the wish.
    static PASSED: AtomicUsize = AtomicUsize::new(0);

    /// Takes an injected fault back when it goes.
    #[derive(Debug)]
    pub struct Injection(());

    impl Drop for Injection {
        fn drop(&mut self) {
            HERE.with(|here| here.replace(None));
        }
    }

    /// Lets `point` fail with this `errno`, in this thread, until the guard goes.
    pub fn inject(point: Point, errno: i32) -> Injection {
        HERE.with(|here| here.replace(Some((point, errno))));
        Injection(())
    }

    /// A point that a process passes.
    ///
    /// # Errors
    ///
    /// The injected one.
    pub fn at(point: Point) -> io::Result<()> {
        if let Some((wanted, errno)) = HERE.with(|here| *here.borrow())
            && wanted == point
        {
            return Err(io::Error::from_raw_os_error(errno));
        }
        let wish = FROM_ENVIRONMENT.get_or_init(|| {
            let text = std::env::var("RUSTLE_FAIL").ok()?;
            let (point, action) = text.split_once('=')?;
            let (action, turn) = action.split_once('@').unwrap_or((action, "1"));
            Some(Wish { point: point.to_owned(), action: action.to_owned(), turn: turn.parse().ok()? })
        });
        match wish {
            Some(wish) if wish.point == point.name() => {
                let turn = PASSED.fetch_add(1, Ordering::Relaxed) + 1;
                if turn >= wish.turn { act(&wish.action) } else { Ok(()) }
            }
            _ => Ok(()),
        }
    }

    fn act(action: &str) -> io::Result<()> {
        if action == "kill" {
            // As `kill -9` from outside: no destructor runs, no buffer is flushed.
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        }
        match action.parse() {
            Ok(errno) => Err(io::Error::from_raw_os_error(errno)),
            Err(_) => Ok(()),
        }
    }
}
