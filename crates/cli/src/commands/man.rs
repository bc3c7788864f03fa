//! `man`: man pages, one for the program and one for each command.

use crate::program::Start;
use crate::program::arguments::tree;
use crate::program::context::Context;
use crate::program::exit::{Exit, Outcome, Stop};
use std::fs;
use std::path::{Path, PathBuf};

/// `man`.
#[derive(Debug, clap::Args)]
pub struct Man {
    /// Folder to write the pages of all commands to [default: the first page to standard output]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

/// Carries out `man`.
pub fn run(args: &Man, context: &Context, start: &Start) -> Outcome {
    let mut root = tree(start).disable_help_subcommand(true);
    root.build();
    match &args.dir {
        Some(folder) => {
            fs::create_dir_all(folder).map_err(Stop::io(folder))?;
            let pages = write(&root, &start.name, folder)?;
            context
                .output
                .info(format!("{pages} pages written to {}", folder.display()));
        }
        None => {
            let page = page(&root, &start.name)?;
            context.output.text(&String::from_utf8_lossy(&page));
        }
    }
    Ok(Exit::Done)
}

fn page(command: &clap::Command, title: &str) -> Outcome<Vec<u8>> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone())
        .title(title.to_uppercase())
        .render(&mut text)
        .map_err(|fault| Stop::failed(format!("cannot write a man page: {fault}")))?;
    Ok(text)
}

fn write(command: &clap::Command, title: &str, folder: &Path) -> Outcome<usize> {
    let file = folder.join(format!("{title}.1"));
    fs::write(&file, page(command, title)?).map_err(Stop::io(&file))?;
    let mut pages = 1;
    for inner in command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
    {
        let title = format!("{title}-{}", inner.get_name());
        pages += write(inner, &title, folder)?;
    }
    Ok(pages)
}
