//! `rustle_runtime::main!()`: the whole of a runner's `main.rs`.

/// The `main` of a runner: it links the modules that the build has chosen, and runs the plan that the build has embedded.
///
/// ```ignore
/// rustle_runtime::main!();
/// ```
#[macro_export]
macro_rules! main {
    () => {
        mod __rustle {
            include!(concat!(env!("OUT_DIR"), "/rustle.rs"));
        }

        fn main() -> ::std::process::ExitCode {
            $crate::runner::main(&$crate::runner::Embedded {
                bundle: &__rustle::BUNDLE,
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            })
        }
    };
}
