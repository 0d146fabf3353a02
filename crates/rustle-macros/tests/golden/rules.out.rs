/// Has rules.
struct Rules {
    /// One.
    a: Option<i64>,
    /// Two.
    b: Option<i64>,
    /// Three.
    c: Option<i64>,
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    const SPEC: &str = {
        const PIECES: &[__rustle::Piece] = &[
            __rustle::Piece::Text("{\"name\":\"acme.rules\",\"version\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_VERSION")),
            __rustle::Piece::Text("\",\"krate\":\""),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_NAME")),
            __rustle::Piece::Text("\",\"summary\":\"Has rules.\",\"args\":["),
            __rustle::Piece::Pieces(<Rules as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],\"rules\":["),
            __rustle::Piece::Pieces(<Rules as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text("],\"check_mode\":\"full\",\"diff_mode\":\"full\"}"),
        ];
        const BYTES: [u8; __rustle::length(PIECES)] = __rustle::bytes(PIECES);
        __rustle::text(&BYTES)
    };
    #[automatically_derived]
    impl __rustle::FromArgs for Rules {
        const ARGS: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text(
                "{\"name\":\"a\",\"type\":\"int\",\"required\":false,\"doc\":\"One.\"},{\"name\":\"b\",\"type\":\"int\",\"required\":false,\"doc\":\"Two.\"},{\"name\":\"c\",\"type\":\"int\",\"required\":false,\"doc\":\"Three.\"}",
            ),
        ];
        const RULES: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text(
                "{\"mutually_exclusive\":[\"a\",\"b\"]},{\"required_together\":[\"a\",\"c\"]},{\"required_one_of\":[\"a\",\"b\"]},{\"required_if\":{\"arg\":\"a\",\"value\":1,\"required\":[\"b\",\"c\"],\"any\":true}},{\"required_by\":{\"arg\":\"b\",\"required\":[\"c\"]}}",
            ),
        ];
        const NAMES: &'static [&'static str] = &["a", "b", "c"];
        const EXPRESSIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &[];
        const INTERNAL: &'static [&'static str] = &[];
        fn spec() -> &'static __rustle::ModuleSpec {
            static PARSED: __rustle::LazyLock<__rustle::ModuleSpec> = __rustle::LazyLock::new(||
            __rustle::spec(SPEC));
            &PARSED
        }
        fn from_given(given: &mut __rustle::Given) -> ::core::option::Option<Self> {
            let a = given.optional::<i64>("a");
            let b = given.optional::<i64>("b");
            let c = given.optional::<i64>("c");
            ::core::option::Option::Some(Self { a: a?, b: b?, c: c? })
        }
    }
    #[::rustle_runtime::__private::linkme::distributed_slice(
        ::rustle_runtime::registry::MODULES
    )]
    #[linkme(crate = ::rustle_runtime::__private::linkme)]
    static REGISTRATION: __rustle::Registration = __rustle::Registration {
        name: "acme.rules",
        aliases: &[],
        spec: SPEC,
        expressions: <Rules as __rustle::FromArgs>::EXPRESSIONS,
        secrets: <Rules as __rustle::FromArgs>::SECRETS,
        check_mode: true,
        prepare: __rustle::prepare::<Rules>,
        apply: __rustle::apply::<Rules>,
    };
};
