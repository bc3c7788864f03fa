//! Commands on the whole document.

use crate::commands::ReplaceMetadata;
use crate::document::Metadata;
use crate::source::{DEFAULT_SOURCE, Source};
use howdah_error::{Result, Within};

/// Empties the document. The source `default` stays, without tables: its connection may come
/// from how the server was started.
pub fn clear_metadata(metadata: &mut Metadata) {
    let default = metadata.source(DEFAULT_SOURCE).map(|source| Source {
        name: source.name.clone(),
        kind: source.kind,
        configuration: source.configuration.clone(),
        ..Source::default()
    });
    *metadata = Metadata {
        sources: default.into_iter().collect(),
        ..Metadata::default()
    };
}

/// Puts another document in place, of any version.
///
/// # Errors
/// As [`Metadata::from_any_version`].
pub fn replace_metadata(metadata: &mut Metadata, args: &ReplaceMetadata) -> Result<()> {
    *metadata = match args {
        ReplaceMetadata::V1(document) => Metadata::from_any_version(document.clone(), metadata)?,
        ReplaceMetadata::V2(args) => {
            Metadata::from_any_version(args.metadata.clone(), metadata).within("metadata")?
        }
    };
    Ok(())
}
