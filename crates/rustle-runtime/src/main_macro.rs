//! `rustle_runtime::main!()`: the whole of a runner's `main.rs`.

/// The `main` of a runner: it links the modules that the build has chosen, and runs the plan that the build has embedded.
///
/// ```ignore
/// rustle_runtime::main!();
/// ```
///
/// A runner without a build script, as `cargo rustle eject` writes it, links its modules itself and gives the bundle:
///
/// ```ignore
/// use rustle_module_file as _;
///
/// static BUNDLE: &[u8] = rustle_pack::bundle!("bundle");
/// static LINKED: &[u8] = rustle_pack::linked!("linked.json");
///
/// rustle_runtime::main!(BUNDLE, linked = LINKED);
/// ```
///
/// `linked` is what `cargo rustle inspect` and `repack` read, and may be left out.
/// `main!(BUNDLE, linked = LINKED, signer = "RW…")` takes a bundle only if that key has signed it.
#[macro_export]
macro_rules! main {
    () => {
        mod __rustle {
            include!(concat!(env!("OUT_DIR"), "/rustle.rs"));
        }

        fn main() -> ::std::process::ExitCode {
            let embedded = $crate::runner::Embedded {
                bundle: &__rustle::BUNDLE,
                linked: __rustle::LINKED,
                signer: __rustle::SIGNER,
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            };
            $crate::runner::main_with(&embedded, &__rustle::BESIDE)
        }
    };
    (@linked) => { &[] };
    (@linked $linked:expr) => { $linked };
    (@signer) => { ::core::option::Option::None };
    (@signer $key:expr) => { ::core::option::Option::Some($crate::runner::Signer::pinned($key)) };
    ($bundle:expr $(, linked = $linked:expr)? $(, signer = $key:expr)?) => {
        fn main() -> ::std::process::ExitCode {
            use $crate::__private::include_dir::{Dir, DirEntry, File};
            static __RUSTLE_BUNDLE: Dir<'static> =
                Dir::new("", &[DirEntry::File(File::new($crate::__private::BUNDLE_FILE, $bundle))]);
            $crate::runner::main(&$crate::runner::Embedded {
                bundle: &__RUSTLE_BUNDLE,
                linked: $crate::main!(@linked $($linked)?),
                signer: $crate::main!(@signer $($key)?),
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            })
        }
    };
}
