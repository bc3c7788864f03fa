//! The map from paths to files. What is asked for is looked up here and nowhere else, so that
//! no path of a request can name a file of the system.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

type Bytes = Cow<'static, [u8]>;
type Embedded = (
    &'static str,
    Option<&'static [u8]>,
    Option<&'static [u8]>,
    Option<&'static [u8]>,
);

/// What the build found in `console/dist`.
static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Longest file and most files that are read from a folder: more than a console has, and a bound
/// on what a wrong folder takes.
const MAX_FILE: u64 = 64 * 1024 * 1024;
const MAX_FILES: usize = 10_000;

/// One file in the encodings that are kept; at least one is there.
#[derive(Debug, Clone, Default)]
pub(crate) struct File {
    pub(crate) plain: Option<Bytes>,
    pub(crate) gzip: Option<Bytes>,
    pub(crate) brotli: Option<Bytes>,
}

/// The files of a console.
#[derive(Debug, Clone, Default)]
pub struct Console {
    files: BTreeMap<Cow<'static, str>, File>,
}

impl Console {
    /// The console that was built into this binary; without files if there was none.
    pub fn embedded() -> Self {
        let kept = |bytes: &Option<&'static [u8]>| bytes.map(Cow::Borrowed);
        let files = EMBEDDED.iter().map(|(path, plain, gzip, brotli)| {
            let file = File {
                plain: kept(plain),
                gzip: kept(gzip),
                brotli: kept(brotli),
            };
            (Cow::Borrowed(*path), file)
        });
        Console {
            files: files.collect(),
        }
    }

    /// Takes files of a folder. A folder with an `index.html` is a console of its own and takes
    /// the place of this one; the files of any other are added below `assets/`.
    ///
    /// # Errors
    /// The folder cannot be read, or holds more than any console does.
    pub fn with_folder(mut self, folder: &Path) -> io::Result<Self> {
        let mut found = BTreeMap::new();
        read_folder(folder, "", &mut found)?;
        if found.contains_key("index.html") {
            self.files.clear();
            self.files.extend(found);
        } else {
            let below = found.into_iter().map(|(path, file)| {
                let path: Cow<'static, str> = format!("assets/{path}").into();
                (path, file)
            });
            self.files.extend(below);
        }
        Ok(self)
    }

    /// Whether there is a console, or only the page that says how to build it.
    pub fn is_built(&self) -> bool {
        self.files.contains_key("index.html")
    }

    /// Paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(|path| &**path)
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.get(path)
    }
}

fn read_folder(
    folder: &Path,
    prefix: &str,
    into: &mut BTreeMap<Cow<'static, str>, File>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let path = format!("{prefix}{name}");
        let about = fs::metadata(entry.path())?;
        if about.is_dir() {
            read_folder(&entry.path(), &format!("{path}/"), into)?;
            continue;
        }
        if about.len() > MAX_FILE || into.len() >= MAX_FILES {
            return Err(io::Error::other(format!(
                "{} is too large to be a console",
                folder.display()
            )));
        }
        let bytes: Bytes = fs::read(entry.path())?.into();
        let (path, form) = match path.rsplit_once('.') {
            Some((stem, end @ ("gz" | "br"))) => (stem.to_owned(), end),
            _ => (path, ""),
        };
        let file = into.entry(path.into()).or_default();
        match form {
            "gz" => file.gzip = Some(bytes),
            "br" => file.brotli = Some(bytes),
            _ => file.plain = Some(bytes),
        }
    }
    Ok(())
}
