/// Shares arguments.
struct Shared {
    /// First.
    path: PathBuf,
    attributes: FileAttributes,
    /// Last.
    key: Option<String>,
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    const SPEC: &str = {
        const PIECES: &[__rustle::Piece] = &[
            __rustle::Piece::Text("{\"name\":\"acme.shared\",\"version\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_VERSION")),
            __rustle::Piece::Text("\",\"krate\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_NAME")),
            __rustle::Piece::Text("\",\"summary\":\"Shares arguments.\",\"args\":["),
            __rustle::Piece::Pieces(<Shared as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],\"rules\":["),
            __rustle::Piece::Pieces(<Shared as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text("],\"check_mode\":\"full\",\"diff_mode\":\"full\"}"),
        ];
        const BYTES: [u8; __rustle::length(PIECES)] = __rustle::bytes(PIECES);
        __rustle::text(&BYTES)
    };
    #[automatically_derived]
    impl __rustle::FromArgs for Shared {
        const ARGS: &'static [__rustle::Piece] = &[
            __rustle::Piece::List(
                &[
                    &[
                        __rustle::Piece::Text(
                            "{\"name\":\"path\",\"type\":\"path\",\"required\":true,\"doc\":\"First.\"}",
                        ),
                    ],
                    <FileAttributes as __rustle::FromArgs>::ARGS,
                    &[
                        __rustle::Piece::Text(
                            "{\"name\":\"key\",\"type\":\"str\",\"required\":false,\"doc\":\"Last.\",\"no_log\":true}",
                        ),
                    ],
                ],
            ),
        ];
        const RULES: &'static [__rustle::Piece] = &[
            __rustle::Piece::List(
                &[
                    &[
                        __rustle::Piece::Text(
                            "{\"required_by\":{\"arg\":\"path\",\"required\":[\"mode\"]}}",
                        ),
                    ],
                    <FileAttributes as __rustle::FromArgs>::RULES,
                ],
            ),
        ];
        const NAMES: &'static [&'static str] = {
            const GROUPS: &[&[&str]] = &[
                &["path", "key"],
                <FileAttributes as __rustle::FromArgs>::NAMES,
            ];
            &__rustle::concat::<{ __rustle::count(GROUPS) }>(GROUPS)
        };
        const EXPRESSIONS: &'static [&'static str] = {
            const GROUPS: &[&[&str]] = &[
                &[],
                <FileAttributes as __rustle::FromArgs>::EXPRESSIONS,
            ];
            &__rustle::concat::<{ __rustle::count(GROUPS) }>(GROUPS)
        };
        const SECRETS: &'static [&'static str] = {
            const GROUPS: &[&[&str]] = &[
                &["key"],
                <FileAttributes as __rustle::FromArgs>::SECRETS,
            ];
            &__rustle::concat::<{ __rustle::count(GROUPS) }>(GROUPS)
        };
        const INTERNAL: &'static [&'static str] = &[];
        fn spec() -> &'static __rustle::ModuleSpec {
            static PARSED: __rustle::LazyLock<__rustle::ModuleSpec> = __rustle::LazyLock::new(||
            __rustle::spec(SPEC));
            &PARSED
        }
        fn from_given(given: &mut __rustle::Given) -> ::core::option::Option<Self> {
            let path = given.required::<PathBuf>("path");
            let attributes = given.flattened::<FileAttributes>();
            let key = given.optional::<String>("key");
            ::core::option::Option::Some(Self {
                path: path?,
                attributes: attributes?,
                key: key?,
            })
        }
    }
    #[::rustle_runtime::__private::linkme::distributed_slice(
        ::rustle_runtime::registry::MODULES
    )]
    #[linkme(crate = ::rustle_runtime::__private::linkme)]
    static REGISTRATION: __rustle::Registration = __rustle::Registration {
        name: "acme.shared",
        aliases: &[],
        spec: SPEC,
        expressions: <Shared as __rustle::FromArgs>::EXPRESSIONS,
        secrets: <Shared as __rustle::FromArgs>::SECRETS,
        check_mode: true,
        prepare: __rustle::prepare::<Shared>,
        apply: __rustle::apply::<Shared>,
    };
    const _: () = assert!(
        __rustle::distinct(< Shared as __rustle::FromArgs > ::NAMES), "{}",
        "a shared group of `Shared` has an argument of the same name"
    );
    const _: () = assert!(
        __rustle::contains(< Shared as __rustle::FromArgs > ::NAMES, "mode"), "{}",
        "there is no argument `mode`"
    );
};
