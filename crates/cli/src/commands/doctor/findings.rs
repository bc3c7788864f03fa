//! What `doctor` found, how it is told, and which exit code it brings.

use crate::program::exit::Exit;
use crate::program::output::{Colour, Format, Output};
use serde_json::{Map, Value, json};

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// Nothing to do.
    Well,
    /// Something to know.
    Note,
    /// Something to mend.
    Fault(Grave),
}

/// Faults by the exit code that they bring; the gravest wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grave {
    /// The metadata does not fit.
    Inconsistent,
    /// Something else is wrong.
    Failed,
    /// The settings do not fit.
    Usage,
    /// Nobody answers.
    Unreachable,
}

impl Verdict {
    /// Something that must be mended.
    pub(super) const FAILED: Verdict = Verdict::Fault(Grave::Failed);

    fn word(self) -> &'static str {
        match self {
            Verdict::Well => "ok",
            Verdict::Note => "note",
            Verdict::Fault(_) => "fault",
        }
    }
}

/// One thing that was looked at.
struct Finding {
    check: String,
    verdict: Verdict,
    detail: String,
    mend: Option<String>,
}

/// All that was found, in the order in which it was looked at.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    /// Adds one.
    pub(super) fn add(
        &mut self,
        check: impl Into<String>,
        verdict: Verdict,
        detail: impl Into<String>,
    ) {
        self.0.push(Finding {
            check: check.into(),
            verdict,
            detail: detail.into(),
            mend: None,
        });
    }

    /// Says what mends the last one.
    pub(super) fn mend(&mut self, how: impl Into<String>) {
        if let Some(last) = self.0.last_mut() {
            last.mend = Some(how.into());
        }
    }

    /// The exit code of the gravest.
    pub(super) fn exit(&self) -> Exit {
        match self.0.iter().map(|finding| finding.verdict).max() {
            Some(Verdict::Fault(Grave::Unreachable)) => Exit::Unreachable,
            Some(Verdict::Fault(Grave::Usage)) => Exit::Usage,
            Some(Verdict::Fault(Grave::Failed)) => Exit::Failed,
            Some(Verdict::Fault(Grave::Inconsistent)) => Exit::Inconsistent,
            _ => Exit::Done,
        }
    }

    /// Writes them.
    pub(super) fn show(&self, output: Output, format: Format) {
        if format != Format::Table {
            let rows: Vec<Map<String, Value>> = self
                .0
                .iter()
                .filter_map(|finding| {
                    let row = json!({
                        "check": finding.check, "verdict": finding.verdict.word(),
                        "detail": finding.detail, "mend": finding.mend,
                    });
                    row.as_object().cloned()
                })
                .collect();
            output.list(&rows, &[], format);
            return;
        }
        for finding in &self.0 {
            let (mark, colour) = match finding.verdict {
                Verdict::Well => ("ok   ", Colour::Green),
                Verdict::Note => ("note ", Colour::Yellow),
                Verdict::Fault(_) => ("fault", Colour::Red),
            };
            output.line(format!(
                "{} {}: {}",
                output.coloured(mark, colour),
                finding.check,
                finding.detail.replace('\n', "\n        ")
            ));
            if let Some(mend) = &finding.mend {
                output.line(format!("      → {mend}"));
            }
        }
    }
}
