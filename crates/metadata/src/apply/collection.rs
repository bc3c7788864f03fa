//! Commands on query collections and the allow list. Whether the texts of queries are GraphQL is
//! for others to check.

use crate::commands::{
    AddCollectionToAllowlist, AddQueryToCollection, CreateQueryCollection,
    DropCollectionFromAllowlist, DropQueryCollection, DropQueryFromCollection,
    RenameQueryCollection, UpdateAllowlistScope,
};
use crate::document::Metadata;
use crate::lookup::json_name;
use crate::query_collection::{AllowlistEntry, ListedQuery, QueryCollection};
use crate::wire::Extra;
use howdah_error::{Code, Error, Result, Within};
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// Adds a collection.
///
/// # Errors
/// `already-exists`; `not-supported` when queries of it have one name.
pub fn create_query_collection(
    metadata: &mut Metadata,
    args: &CreateQueryCollection,
) -> Result<()> {
    check_free(metadata, &args.name).within("name")?;
    let mut seen = HashSet::new();
    let names = args.definition.queries.iter().map(|query| &query.name);
    let twice: BTreeSet<&String> = names.filter(|name| !seen.insert(*name)).collect();
    if !twice.is_empty() {
        let twice: Vec<String> = twice.iter().map(|name| format!("{name:?}")).collect();
        return Err(Error::not_supported(format!(
            "found duplicate query names {}",
            twice.join(", ")
        )))
        .within("queries")
        .within("definition");
    }
    metadata.query_collections.push(QueryCollection {
        name: args.name.clone(),
        definition: args.definition.clone(),
        comment: args.comment.clone(),
        extra: Extra::default(),
    });
    Ok(())
}

/// Gives a collection another name; the allow list and REST endpoints follow.
///
/// # Errors
/// `not-exists`, `already-exists`.
pub fn rename_query_collection(
    metadata: &mut Metadata,
    args: &RenameQueryCollection,
) -> Result<()> {
    collection_mut(metadata, &args.name)?;
    check_free(metadata, &args.new_name).within("new_name")?;
    collection_mut(metadata, &args.name)?
        .name
        .clone_from(&args.new_name);
    for entry in &mut metadata.allowlist {
        if entry.collection == args.name {
            entry.collection.clone_from(&args.new_name);
        }
    }
    for endpoint in &mut metadata.rest_endpoints {
        let Some(query) = endpoint.pointer_mut("/definition/query") else {
            continue;
        };
        if query.get("collection_name").and_then(Value::as_str) == Some(&args.name)
            && let Some(name) = query.get_mut("collection_name")
        {
            *name = args.new_name.clone().into();
        }
    }
    Ok(())
}

/// Takes a collection out.
///
/// # Errors
/// `not-exists`; `dependency-error` when the collection is allowed and `cascade` is off, or a REST
/// endpoint runs one of its queries.
pub fn drop_query_collection(metadata: &mut Metadata, args: &DropQueryCollection) -> Result<()> {
    collection_mut(metadata, &args.collection).within("collection")?;
    let is_allowed = metadata
        .allowlist
        .iter()
        .any(|entry| entry.collection == args.collection);
    if is_allowed && !args.cascade {
        return Err(Error::new(
            Code::DependencyError,
            format!(
                "query collection with name {:?} is present in the allowlist; cannot proceed to \
                 drop. please use cascade to confirm you wish to drop it from the allowlist as well",
                args.collection
            ),
        ))
        .within("collection");
    }
    check_unused(metadata, &args.collection, None).within("collection")?;
    metadata
        .allowlist
        .retain(|entry| entry.collection != args.collection);
    metadata
        .query_collections
        .retain(|collection| collection.name != args.collection);
    Ok(())
}

/// Adds a query to a collection.
///
/// # Errors
/// `not-exists`, `already-exists`.
pub fn add_query_to_collection(metadata: &mut Metadata, args: &AddQueryToCollection) -> Result<()> {
    let collection = collection_mut(metadata, &args.collection_name)?;
    let queries = &mut collection.definition.queries;
    if queries.iter().any(|query| query.name == args.query_name) {
        return Err(Error::already_exists(format!(
            "query with name {:?} already exists in collection {:?}",
            args.query_name, args.collection_name
        )));
    }
    queries.push(ListedQuery {
        name: args.query_name.clone(),
        query: args.query.clone(),
        extra: Extra::default(),
    });
    Ok(())
}

/// Takes a query out of a collection.
///
/// # Errors
/// `not-exists`, `not-found`; `dependency-error` when a REST endpoint runs it.
pub fn drop_query_from_collection(
    metadata: &mut Metadata,
    args: &DropQueryFromCollection,
) -> Result<()> {
    check_unused(metadata, &args.collection_name, Some(&args.query_name))?;
    let collection = collection_mut(metadata, &args.collection_name)?;
    let queries = &mut collection.definition.queries;
    let before = queries.len();
    queries.retain(|query| query.name != args.query_name);
    if queries.len() == before {
        return Err(Error::new(
            Code::NotFound,
            format!(
                "query with name {:?} not found in collection {:?}",
                args.query_name, args.collection_name
            ),
        )
        .with_status(400));
    }
    Ok(())
}

/// Puts a collection on the allow list. Whether it was not there yet: putting it there again changes
/// nothing, not its scope either.
///
/// # Errors
/// `not-exists`.
pub fn add_collection_to_allowlist(
    metadata: &mut Metadata,
    args: &AddCollectionToAllowlist,
) -> Result<bool> {
    collection_mut(metadata, &args.collection).within("collection")?;
    let listed = metadata
        .allowlist
        .iter()
        .find(|entry| entry.collection == args.collection);
    match listed {
        Some(_) => Ok(false),
        None => {
            metadata.allowlist.push(AllowlistEntry {
                collection: args.collection.clone(),
                scope: args.scope.clone(),
                extra: Extra::default(),
            });
            Ok(true)
        }
    }
}

/// Changes for whom a collection is allowed.
///
/// # Errors
/// `not-exists` when there is no such collection, `not-found` when it is not on the list.
pub fn update_allowlist_scope(metadata: &mut Metadata, args: &UpdateAllowlistScope) -> Result<()> {
    collection_mut(metadata, &args.collection).within("collection")?;
    let entry = metadata
        .allowlist
        .iter_mut()
        .find(|entry| entry.collection == args.collection)
        .ok_or_else(|| not_listed(&args.collection))?;
    entry.scope = Some(args.scope.clone());
    Ok(())
}

/// Takes a collection off the allow list.
///
/// # Errors
/// `not-exists` when there is no such collection, `not-found` when it is not on the list.
pub fn drop_collection_from_allowlist(
    metadata: &mut Metadata,
    args: &DropCollectionFromAllowlist,
) -> Result<()> {
    collection_mut(metadata, &args.collection).within("collection")?;
    let before = metadata.allowlist.len();
    metadata
        .allowlist
        .retain(|entry| entry.collection != args.collection);
    if metadata.allowlist.len() == before {
        return Err(not_listed(&args.collection));
    }
    Ok(())
}

fn collection_mut<'a>(metadata: &'a mut Metadata, name: &str) -> Result<&'a mut QueryCollection> {
    metadata
        .query_collections
        .iter_mut()
        .find(|collection| collection.name == name)
        .ok_or_else(|| {
            Error::not_exists(format!(
                "query collection with name {name:?} does not exist"
            ))
        })
}

fn check_free(metadata: &Metadata, name: &str) -> Result<()> {
    let taken = metadata
        .query_collections
        .iter()
        .any(|collection| collection.name == name);
    if taken {
        return Err(Error::already_exists(format!(
            "query collection with name {name:?} already exists"
        )));
    }
    Ok(())
}

/// REST endpoints are kept even where they are not served: their queries must not go.
fn check_unused(metadata: &Metadata, collection: &str, query: Option<&str>) -> Result<()> {
    let users: Vec<&str> = metadata
        .rest_endpoints
        .iter()
        .filter(|endpoint| {
            let name = |key: &str| {
                endpoint
                    .pointer(&format!("/definition/query/{key}"))
                    .and_then(Value::as_str)
            };
            name("collection_name") == Some(collection)
                && query.is_none_or(|query| name("query_name") == Some(query))
        })
        .filter_map(json_name)
        .collect();
    if users.is_empty() {
        return Ok(());
    }
    let users: Vec<String> = users
        .iter()
        .map(|name| format!("REST endpoint {name}"))
        .collect();
    Err(Error::new(
        Code::DependencyError,
        format!(
            "cannot drop due to the following dependent objects: {}",
            users.join(", ")
        ),
    ))
}

fn not_listed(collection: &str) -> Error {
    Error::new(
        Code::NotFound,
        format!("collection {collection:?} doesn't exist in the allowlist"),
    )
    .with_status(400)
}
