/// Takes nothing.
pub struct Nothing;
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    const SPEC: &str = {
        const PIECES: &[__rustle::Piece] = &[
            __rustle::Piece::Text("{\"name\":\"acme.nothing\",\"version\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_VERSION")),
            __rustle::Piece::Text("\",\"krate\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_NAME")),
            __rustle::Piece::Text("\",\"summary\":\"Takes nothing.\",\"args\":["),
            __rustle::Piece::Pieces(<Nothing as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],\"rules\":["),
            __rustle::Piece::Pieces(<Nothing as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text("],\"check_mode\":\"full\",\"diff_mode\":\"full\"}"),
        ];
        const BYTES: [u8; __rustle::length(PIECES)] = __rustle::bytes(PIECES);
        __rustle::text(&BYTES)
    };
    #[automatically_derived]
    impl __rustle::FromArgs for Nothing {
        const ARGS: &'static [__rustle::Piece] = &[];
        const RULES: &'static [__rustle::Piece] = &[];
        const NAMES: &'static [&'static str] = &[];
        const EXPRESSIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &[];
        const INTERNAL: &'static [&'static str] = &[];
        fn spec() -> &'static __rustle::ModuleSpec {
            static PARSED: __rustle::LazyLock<__rustle::ModuleSpec> = __rustle::LazyLock::new(||
            __rustle::spec(SPEC));
            &PARSED
        }
        fn from_given(_: &mut __rustle::Given) -> ::core::option::Option<Self> {
            ::core::option::Option::Some(Self {})
        }
    }
    #[::rustle_runtime::__private::linkme::distributed_slice(
        ::rustle_runtime::registry::MODULES
    )]
    #[linkme(crate = ::rustle_runtime::__private::linkme)]
    static REGISTRATION: __rustle::Registration = __rustle::Registration {
        name: "acme.nothing",
        aliases: &[],
        spec: SPEC,
        expressions: <Nothing as __rustle::FromArgs>::EXPRESSIONS,
        secrets: <Nothing as __rustle::FromArgs>::SECRETS,
        check_mode: true,
        prepare: __rustle::prepare::<Nothing>,
        apply: __rustle::apply::<Nothing>,
    };
};
