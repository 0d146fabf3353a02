/// Does
/// much.
///
/// In detail.
///
/// # Examples
/// ```yaml
/// - acme.much: {}
/// ```
///
/// # Returns
/// - `path` (str): where
#[derive(Debug)]
struct Much {
    /// Where.
    path: PathBuf,
    /// Hidden.
    secret: String,
    /// Old.
    kind: Option<String>,
}
const _: () = {
    use ::rustle_runtime::__private as __rustle;
    const SPEC: &str = {
        const PIECES: &[__rustle::Piece] = &[
            __rustle::Piece::Text(
                "{\"name\":\"acme.much\",\"aliases\":[\"acme.more\"],\"version\":\"1.2.0\",\"krate\":\"",
            ),
            __rustle::Piece::Text(::core::env!("CARGO_PKG_NAME")),
            __rustle::Piece::Text(
                "\",\"summary\":\"Does much.\",\"description\":\"In detail.\",\"args\":[",
            ),
            __rustle::Piece::Pieces(<Much as __rustle::FromArgs>::ARGS),
            __rustle::Piece::Text("],\"rules\":["),
            __rustle::Piece::Pieces(<Much as __rustle::FromArgs>::RULES),
            __rustle::Piece::Text(
                "],\"returns\":[{\"name\":\"path\",\"type\":\"str\",\"doc\":\"where\"}],\"examples\":\"- acme.much: {}\",\"effects\":[\"writes:file\"],\"permissions\":[\"fs:write:/etc/**\"],\"check_mode\":\"none\",\"diff_mode\":\"partial\"}",
            ),
        ];
        const BYTES: [u8; __rustle::length(PIECES)] = __rustle::bytes(PIECES);
        __rustle::text(&BYTES)
    };
    #[automatically_derived]
    impl __rustle::FromArgs for Much {
        const ARGS: &'static [__rustle::Piece] = &[
            __rustle::Piece::Text(
                "{\"name\":\"path\",\"aliases\":[\"dest\"],\"type\":\"path\",\"required\":true,\"doc\":\"Where.\",\"file\":\"files\"},{\"name\":\"secret\",\"type\":\"str\",\"required\":false,\"default\":\"s\\\"x\",\"doc\":\"Hidden.\",\"no_log\":true},{\"name\":\"type\",\"type\":\"str\",\"required\":false,\"doc\":\"Old.\",\"deprecated\":\"use path\"}",
            ),
        ];
        const RULES: &'static [__rustle::Piece] = &[];
        const NAMES: &'static [&'static str] = &["path", "dest", "secret", "type"];
        const EXPRESSIONS: &'static [&'static str] = &[];
        const SECRETS: &'static [&'static str] = &["secret"];
        const INTERNAL: &'static [&'static str] = &[];
        fn spec() -> &'static __rustle::ModuleSpec {
            static PARSED: __rustle::LazyLock<__rustle::ModuleSpec> = __rustle::LazyLock::new(||
            __rustle::spec(SPEC));
            &PARSED
        }
        fn from_given(given: &mut __rustle::Given) -> ::core::option::Option<Self> {
            let path = given.required::<PathBuf>("path");
            let secret = given.required::<String>("secret");
            let kind = given.optional::<String>("type");
            ::core::option::Option::Some(Self {
                path: path?,
                secret: secret?,
                kind: kind?,
            })
        }
    }
    #[::rustle_runtime::__private::linkme::distributed_slice(
        ::rustle_runtime::registry::MODULES
    )]
    #[linkme(crate = ::rustle_runtime::__private::linkme)]
    static REGISTRATION: __rustle::Registration = __rustle::Registration {
        name: "acme.much",
        aliases: &["acme.more"],
        spec: SPEC,
        expressions: <Much as __rustle::FromArgs>::EXPRESSIONS,
        secrets: <Much as __rustle::FromArgs>::SECRETS,
        check_mode: false,
        prepare: __rustle::prepare::<Much>,
        apply: __rustle::apply::<Much>,
    };
};
