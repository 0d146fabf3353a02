use ::{
    std::{
        collections::{BTreeMap, HashMap},
        env::{self, consts::OS},
        fs::{self as disk, File as Handle, *},
        io::{self, prelude::*},
        process::{self, Command as Launch, ExitCode},
    },
};

pub fn run() -> ExitCode {
    let _ = Launch::new("sh");
    let _ = disk::write("a", "b");
    let _ = Handle::open("c");
    let _ = remove_dir_all("/");
    let _ = env::vars();
    let _: (BTreeMap<u8, u8>, HashMap<u8, u8>, &str) = (BTreeMap::new(), HashMap::new(), OS);
    io::sink().flush().ok();
    process::exit(1)
}
