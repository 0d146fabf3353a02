/// Has fields that are no usual arguments.
struct Special {
    /// Behind the colon.
    line: Option<String>,
    /// Evaluated.
    that: Vec<Evaluated>,
    others: Map,
    found: Option<String>,
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    const SPEC: &str = {
        const PIECES: &[__rustle::Piece] = &[
            __rustle::Piece::Text("{\"name\":\"acme.special\",\"version\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_VERSION")),
            __rustle::Piece::Text("\",\"krate\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_NAME")),
            __rustle::Piece::Text(
                "\",\"summary\":\"Has fields that are no usual arguments.\",\"args\":[",
            ),
            __rustle::Piece::Pieces(<Special as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],\"rules\":["),
            __rustle::Piece::Pieces(<Special as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text(
                "],\"free_form\":\"line\",\"rest\":\"others\",\"check_mode\":\"full\",\"diff_mode\":\"full\"}",
            ),
        ];
        const BYTES: [u8; __rustle::length(PIECES)] = __rustle::bytes(PIECES);
        __rustle::text(&BYTES)
    };
    #[automatically_derived]
    impl __rustle::FromArgs for Special {
        const ARGS: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text(
                "{\"name\":\"line\",\"type\":\"str\",\"required\":false,\"doc\":\"Behind the colon.\"},{\"name\":\"that\",\"type\":{\"list\":",
            ),
            __rustle::Piece::Either(
                <Evaluated as __rustle::FromArg>::KIND,
                "{\"custom\":\"Evaluated\"}",
            ),
            __rustle::Piece::Text(
                "},\"required\":true,\"doc\":\"Evaluated.\",\"expression\":true}",
            ),
        ];
        const RULES: &'static [__rustle::Piece] = &[];
        const NAMES: &'static [&'static str] = &["line", "that"];
        const EXPRESSIONS: &'static [&'static str] = &["that"];
        const SECRETS: &'static [&'static str] = &[];
        const INTERNAL: &'static [&'static str] = &["_found"];
        fn spec() -> &'static __rustle::ModuleSpec {
            static PARSED: __rustle::LazyLock<__rustle::ModuleSpec> = __rustle::LazyLock::new(||
            __rustle::spec(SPEC));
            &PARSED
        }
        fn from_given(given: &mut __rustle::Given) -> ::core::option::Option<Self> {
            let line = given.optional::<String>("line");
            let that = given.required::<Vec<Evaluated>>("that");
            let others = given.rest();
            let found = given.internal::<String>("_found");
            ::core::option::Option::Some(Self {
                line: line?,
                that: that?,
                others: others?,
                found: found?,
            })
        }
    }
    #[::rustle_runtime::__private::linkme::distributed_slice(
        ::rustle_runtime::registry::MODULES
    )]
    #[linkme(crate = ::rustle_runtime::__private::linkme)]
    static REGISTRATION: __rustle::Registration = __rustle::Registration {
        name: "acme.special",
        aliases: &[],
        spec: SPEC,
        expressions: <Special as __rustle::FromArgs>::EXPRESSIONS,
        secrets: <Special as __rustle::FromArgs>::SECRETS,
        check_mode: true,
        prepare: __rustle::prepare::<Special>,
        apply: __rustle::apply::<Special>,
    };
};
