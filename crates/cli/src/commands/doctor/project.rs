//! The files of the project.

use super::findings::{Findings, Verdict};
use crate::program::context::Context;
use howdah_metadata::Metadata;

/// Whether the files can be read.
pub(super) fn look_at(context: &Context, findings: &mut Findings) {
    let Some(project) = context.maybe_project() else {
        findings.add(
            "project",
            Verdict::Note,
            format!("{} is no project", context.folder().display()),
        );
        findings.mend(format!("`{} init` makes one", context.name()));
        return;
    };
    findings.add(
        "project",
        Verdict::Well,
        format!(
            "{} (layout {})",
            project.root().display(),
            project.config().version
        ),
    );
    let parts = [
        // The old layout needs the server for the connection; its files are read further below.
        (
            "metadata files",
            match project.has_old_metadata() {
                Ok(true) => Ok(String::new()),
                Ok(false) => project.read_metadata(&Metadata::default()).map(|read| {
                    let odd: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
                    odd.join("\n")
                }),
                Err(error) => Err(error),
            },
        ),
        (
            "migration files",
            project.migrations().map(|_| String::new()),
        ),
        ("seed files", project.seeds().map(|_| String::new())),
    ];
    for (name, result) in parts {
        match result {
            Ok(odd) if odd.is_empty() => findings.add(name, Verdict::Well, "can be read"),
            Ok(odd) => findings.add(name, Verdict::Note, odd),
            Err(error) => {
                findings.add(name, Verdict::FAILED, error.to_string());
                findings.mend("correct the file at that place");
            }
        }
    }
}
