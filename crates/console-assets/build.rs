//! Writes the map of the console's files: every file below `console/dist`, compressed forms
//! beside it. Without such a folder the map is empty, and the build needs no Node.js.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let missing = |name: &str| io::Error::other(format!("{name} is not set by cargo"));
    let manifest = env::var_os("CARGO_MANIFEST_DIR").ok_or_else(|| missing("the folder"))?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| missing("OUT_DIR"))?;
    let dist = Path::new(&manifest).join("../../console/dist");
    // The folder itself is kept in the repository (with nothing in it), so that this names
    // something that exists: a path that does not would run this script at every build.
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");
    let mut files = BTreeMap::new();
    let kept = Path::new(&out).join("files");
    if kept.exists() {
        fs::remove_dir_all(&kept)?;
    }
    fs::create_dir_all(&kept)?;
    if dist.join("index.html").is_file() {
        collect(&dist, &dist, &mut files)?;
    }
    // Copies, so that a console that is built anew meanwhile does not pull the files away.
    for (number, path) in files.values_mut().enumerate() {
        let copy = kept.join(number.to_string());
        fs::copy(&path, &copy)?;
        *path = copy;
    }
    fs::write(Path::new(&out).join("files.rs"), source(&files))
}

/// Every file with its path from the root, as a URL has it.
fn collect(root: &Path, folder: &Path, into: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, into)?;
        } else if let Ok(below) = path.strip_prefix(root) {
            let name = below.to_string_lossy().replace('\\', "/");
            into.insert(name, path.canonicalize()?);
        }
    }
    Ok(())
}

/// `(path, plain, gzip, brotli)` of every file; what has a compressed form is not embedded plain.
fn source(files: &BTreeMap<String, PathBuf>) -> String {
    let mut text = String::from("&[\n");
    for (name, path) in files {
        let compressed = [".gz", ".br"].iter().any(|end| name.ends_with(end));
        if compressed || name.starts_with('.') {
            continue;
        }
        let bytes = |path: &Path| format!("Some(include_bytes!({:?}))", path.display().to_string());
        let form = |end: &str| {
            let found = files.get(&format!("{name}{end}"));
            found.map_or("None".to_owned(), |path| bytes(path))
        };
        let (gzip, brotli) = (form(".gz"), form(".br"));
        let plain = if gzip == "None" {
            bytes(path)
        } else {
            "None".to_owned()
        };
        let _ = writeln!(text, "    ({name:?}, {plain}, {gzip}, {brotli}),");
    }
    text.push(']');
    text
}
