//! `#[rustle_module]` and its derives. Everything happens in `rustle-spec`, which the build uses as well; authors reach
//! these through `rustle_runtime::prelude`.

use proc_macro::TokenStream;

/// Makes a struct a module: its fields are the arguments, its documentation is the module's.
///
/// ```
/// use rustle_runtime::args::{FileAttributes, Mode};
/// use rustle_runtime::prelude::*;
///
/// /// Greets somebody in a file.
/// ///
/// /// The first paragraph is the summary, the rest the description.
/// ///
/// /// # Examples
/// /// ```yaml
/// /// - acme.greet:
/// ///     path: /etc/motd
/// ///     name: everybody
/// /// ```
/// ///
/// /// # Returns
/// /// - `path` (str): where the greeting stands
/// #[rustle_module(
///     name = "acme.greet",
///     aliases = ["acme.hello"],
///     effects = ["writes:file"],
///     permissions = ["fs:write:/etc/**"],
///     required_together = [["name", "tone"]],
/// )]
/// pub struct Greet {
///     /// Where the greeting goes.
///     path: PathBuf,
///     /// Who is greeted.
///     #[arg(alias = "who")]
///     name: Option<String>,
///     /// How it is said.
///     tone: Option<Tone>,
///     /// How often.
///     #[arg(default = 1)]
///     times: u8,
///     #[arg(flatten)]
///     attributes: FileAttributes,
/// }
///
/// /// How it is said.
/// #[derive(Choice)]
/// enum Tone {
///     Loud,
///     Soft,
/// }
///
/// impl Module for Greet {
///     fn apply(&self, _ctx: &Context) -> Result<Outcome> {
///         let name = self.name.as_deref().unwrap_or("world");
///         std::fs::write(&self.path, format!("Hello, {name}!\n").repeat(self.times.into()))?;
///         Ok(Outcome::changed().with("path", self.path.to_string_lossy().as_ref()))
///     }
/// }
/// # assert_eq!(Greet::spec().args.len(), 4 + FileAttributes::spec().args.len());
/// ```
///
/// # The attribute
///
/// | key | what it says |
/// | --- | --- |
/// | `name = "acme.greet"` | what a task calls it; needed |
/// | `aliases = ["acme.hello"]` | other names |
/// | `version = "1.2.0"` | its version, where it is not that of its crate |
/// | `check_mode = "full"` | `full`, `partial`, or `none`: then it is skipped in check mode |
/// | `diff_mode = "full"` | likewise for diff mode |
/// | `effects = ["writes:file"]` | what it does, in words of your choice |
/// | `permissions = ["fs:write:/etc/**"]` | what it may do: `area:verb` or `area:verb:scope` |
/// | `mutually_exclusive = [["a", "b"]]` | at most one of each group |
/// | `required_together = [["a", "b"]]` | all of each group, or none |
/// | `required_one_of = [["a", "b"]]` | at least one of each group |
/// | `required_if = [("state", "absent", ["path"])]` | if the argument has that value, all of these; with `true` as a fourth, one is enough |
/// | `required_by = [("a", ["b"])]` | if the argument is given, all of these |
///
/// # Fields
///
/// A field of type `Option<T>` need not be given; any other must be, unless it has a default. `T` is `String`, `bool`, a
/// number, `PathBuf` (in which `~` and `$VAR` are expanded), `Value` (anything), `Map`, `Vec<T>`, `BTreeMap<String, T>`, a
/// type of `rustle_runtime::args` such as `Mode`, an enum with `#[derive(Choice)]`, a struct with `#[derive(Options)]`, or
/// a type of your own that implements `FromArg`. Values are coerced as Ansible does it.
///
/// | `#[arg(…)]` | what it says |
/// | --- | --- |
/// | `rename = "type"` | its name, where that is not the field's |
/// | `alias = "dest"`, `aliases = ["a", "b"]` | other names |
/// | `default = "x"` | its value where it is not given: a text, a number, `true`, `false`, a list, `{}`; alone, what is natural for the type |
/// | `no_log` | its value is never shown |
/// | `file = "files"` | it names a file that the build embeds: from `files`, `templates` or `vars` |
/// | `deprecated = "use path"` | whoever gives it is warned |
/// | `expression` | it is a bare expression, which arrives as `Evaluated` |
/// | `free_form` | text behind the colon (`acme.run: ls -l`) arrives here |
/// | `flatten` | the arguments of a struct with `#[derive(Options)]`, as if they stood here |
/// | `rest` | a `Map` of all that is not declared |
/// | `internal` | an `Option` that only `Module::prepare` sets, under its name with a `_` before it |
#[proc_macro_attribute]
pub fn rustle_module(attribute: TokenStream, item: TokenStream) -> TokenStream {
    rustle_spec::expand::module(attribute.into(), item.into()).into()
}

/// Makes a struct the type of an argument that has arguments of its own, or a group of arguments to be shared.
///
/// Its fields are those of a module, but for `free_form`, `rest`, `internal` and `file`; its rules stand in
/// `#[options(…)]`.
///
/// ```
/// use rustle_runtime::prelude::*;
/// use rustle_runtime::args;
///
/// /// A virtual host.
/// #[derive(Debug, PartialEq, Options)]
/// #[options(required_together = [["certificate", "key"]])]
/// struct Host {
///     /// Its name.
///     name: String,
///     /// The file of its certificate.
///     certificate: Option<PathBuf>,
///     /// The file of its key.
///     key: Option<PathBuf>,
/// }
///
/// let host = Host::from_args(&args! { "name": 1 })?;
/// assert_eq!(host, Host { name: "1".into(), certificate: None, key: None });
/// let errors = Host::from_args(&args! { "name": "a", "key": "/k" }).unwrap_err();
/// assert_eq!(errors.to_string(), "parameters are required together: certificate, key");
/// # Ok::<(), rustle_runtime::args::ArgErrors>(())
/// ```
#[proc_macro_derive(Options, attributes(arg, options))]
pub fn options(item: TokenStream) -> TokenStream {
    rustle_spec::expand::options(item.into()).into()
}

/// Makes an enum the type of an argument that is one of several words: its variants in lower case, with `_` between words.
///
/// ```
/// use rustle_runtime::args::Choice as _;
/// use rustle_runtime::prelude::*;
///
/// #[derive(Debug, PartialEq, Choice)]
/// enum State {
///     Present,
///     #[choice(rename = "gone", alias = "absent")]
///     NotThere,
/// }
///
/// assert_eq!(State::WORDS, ["present", "gone", "absent"]);
/// assert_eq!(State::from_arg(&Value::str("absent")), Ok(State::NotThere));
/// assert_eq!(State::NotThere.word(), "gone");
/// ```
#[proc_macro_derive(Choice, attributes(choice))]
pub fn choice(item: TokenStream) -> TokenStream {
    rustle_spec::expand::choice(item.into()).into()
}
