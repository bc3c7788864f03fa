//! Query collections and the allow list: what of these commands needs more than the document. The
//! texts of queries are read before they are stored, so that nobody believes to have allowed what
//! is no GraphQL.

use super::attitude::Attitude;
use super::draft::Draft;
use super::{answer, success};
use bytes::Bytes;
use howdah_error::{Error, Result, Within};
use howdah_metadata::apply;
use howdah_metadata::commands::{AddCollectionToAllowlist, Command};
use howdah_schema::document;
use serde_json::json;

/// Checks the GraphQL texts of a command.
///
/// # Errors
/// `parse-failed` at the text that is no document.
pub(super) fn check_texts(command: &Command) -> Result<()> {
    match command {
        Command::CreateQueryCollection(args) => {
            for (index, query) in args.definition.queries.iter().enumerate() {
                check_text(&query.query)
                    .within("query")
                    .within(index)
                    .within("queries")
                    .within("definition")?;
            }
            Ok(())
        }
        Command::AddQueryToCollection(args) => check_text(&args.query).within("query"),
        _ => Ok(()),
    }
}

fn check_text(query: &str) -> Result<()> {
    document::parse(query)
        .map(drop)
        .map_err(|error| Error::parse_failed(error.message()))
}

impl Draft {
    /// `add_collection_to_allowlist`: a collection that is there already is no failure.
    pub(super) async fn allow_collection(
        &mut self,
        args: &AddCollectionToAllowlist,
    ) -> Result<Bytes> {
        let mut metadata = (**self.state.metadata()).clone();
        if !apply::add_collection_to_allowlist(&mut metadata, args)? {
            let text = format!(
                "collection {:?} already exists in the allowlist, scope ignored; to change scope, use \
                 update_scope_of_collection_in_allowlist",
                args.collection
            );
            return Ok(answer(&json!({"message": text})));
        }
        self.adopt(metadata, None, Attitude::Dropping).await?;
        Ok(success())
    }
}
