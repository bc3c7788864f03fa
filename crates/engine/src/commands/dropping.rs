//! Commands that drop what others may need (L17).

use super::attitude::{self, Attitude, new_inconsistencies};
use super::draft::Draft;
use super::field_names;
use crate::dependencies::{Dependencies, Need};
use howdah_error::{Code, Error, Result};
use howdah_metadata::apply::{self, dependency_error};
use howdah_metadata::commands::{
    DropComputedField, DropRelationship, UntrackLogicalModel, UntrackNativeQuery, UntrackTable,
};
use howdah_metadata::{Metadata, MetadataObject, QualifiedName, SourceObject};
use howdah_schema::model::Source;

/// Whether something is part of one of these tables.
fn hangs_on(object: &MetadataObject, tables: &[(&str, &QualifiedName)]) -> bool {
    matches!(object, MetadataObject::InSource {
        source,
        object: SourceObject::InTable { table, .. },
    } if tables.contains(&(source.as_str(), table)))
}

/// What becomes of the objects that need one that is dropped.
#[derive(Debug, Clone, Copy)]
enum Drop {
    /// There must be none.
    Alone(Attitude),
    /// They go, too.
    Cascade,
}

impl Drop {
    fn of(cascade: bool) -> Self {
        match cascade {
            true => Drop::Cascade,
            false => Drop::Alone(Attitude::Dropping),
        }
    }
}

impl Draft {
    /// Takes a table out, and with `cascade` what needs it.
    pub(super) async fn untrack_table(&mut self, args: &UntrackTable) -> Result<()> {
        self.untrack_table_of(args, &[]).await
    }

    /// As [`Self::untrack_table`], as one of several tables that are `leaving`: what hangs on one of
    /// those and needs this one goes, too.
    pub(super) async fn untrack_table_of(
        &mut self,
        args: &UntrackTable,
        leaving: &[(&str, &QualifiedName)],
    ) -> Result<()> {
        let mut metadata = (**self.state.metadata()).clone();
        apply::untrack_table(&mut metadata, args)?;
        let (going, others): (Vec<_>, Vec<_>) = self
            .table_dependents(args)
            .into_iter()
            .partition(|object| hangs_on(object, leaving));
        for object in &going {
            object.remove(&mut metadata);
        }
        self.drop_with(metadata, others, Drop::of(args.cascade))
            .await
    }

    /// Those of several tables that only each other need, or that are to go whatever needs them.
    pub(super) fn may_leave<'t>(
        &self,
        tables: &'t [UntrackTable],
    ) -> Vec<(&'t str, &'t QualifiedName)> {
        let named = |args: &'t UntrackTable| (args.source.as_str(), &args.table);
        let mut leaving: Vec<_> = tables.iter().map(named).collect();
        loop {
            let before = leaving.len();
            let now: Vec<_> = tables
                .iter()
                .filter(|args| leaving.contains(&named(args)))
                .filter(|args| {
                    let dependents = self.table_dependents(args);
                    args.cascade || dependents.iter().all(|object| hangs_on(object, &leaving))
                })
                .map(named)
                .collect();
            leaving = now;
            if leaving.len() == before {
                return leaving;
            }
        }
    }

    fn table_dependents(&self, args: &UntrackTable) -> Vec<MetadataObject> {
        self.dependents(&args.source, |source, dependencies| {
            match source.table_named(&args.table.schema, &args.table.name) {
                Some(table) => dependencies.on_table(table.id),
                None => Vec::new(),
            }
        })
    }

    /// Takes a relationship out, and with `cascade` what needs it.
    pub(super) async fn drop_relationship(&mut self, args: &DropRelationship) -> Result<()> {
        let mut metadata = (**self.state.metadata()).clone();
        apply::drop_relationship(&mut metadata, args).map_err(|error| {
            let source = self.source(&args.source).map(|(source, _)| source);
            field_names::explain_missing(source, &args.table, &args.relationship, error)
        })?;
        let dependents = self.field_dependents(&args.source, &args.table, &args.relationship);
        self.drop_with(metadata, dependents, Drop::of(args.cascade))
            .await
    }

    /// Takes a computed field out, and with `cascade` what needs it.
    pub(super) async fn drop_computed_field(&mut self, args: &DropComputedField) -> Result<()> {
        let mut metadata = (**self.state.metadata()).clone();
        apply::drop_computed_field(&mut metadata, args)?;
        let dependents = self.field_dependents(&args.source, &args.table, &args.name);
        self.drop_with(metadata, dependents, Drop::of(args.cascade))
            .await
    }

    /// Takes a native query out that nothing else needs.
    pub(super) async fn untrack_native_query(&mut self, args: &UntrackNativeQuery) -> Result<()> {
        let mut metadata = (**self.state.metadata()).clone();
        apply::untrack_native_query(&mut metadata, args)?;
        let need = Need::NativeQuery(args.root_field_name.clone());
        let dependents = self.dependents(&args.source, |_, dependencies| {
            dependencies.on_any(std::slice::from_ref(&need), &[])
        });
        let itself = MetadataObject::native_query(&args.source, &args.root_field_name);
        let others = dependents.into_iter().filter(|object| *object != itself);
        self.drop_with(metadata, others.collect(), Drop::Alone(Attitude::Strict))
            .await
    }

    /// Takes a logical model out that nothing else needs; its permissions go with it.
    pub(super) async fn untrack_logical_model(&mut self, args: &UntrackLogicalModel) -> Result<()> {
        let mut metadata = (**self.state.metadata()).clone();
        apply::untrack_logical_model(&mut metadata, args)?;
        let need = Need::LogicalModel(args.name.clone());
        let dependents = self.dependents(&args.source, |_, dependencies| {
            dependencies.directly_on(std::slice::from_ref(&need))
        });
        let others: Vec<MetadataObject> = dependents
            .into_iter()
            .filter(|object| object.exists(&metadata))
            .collect();
        let queries: Vec<&str> = others
            .iter()
            .filter_map(|object| match object {
                MetadataObject::InSource {
                    object: SourceObject::NativeQuery(name),
                    ..
                } => Some(name.as_str()),
                _ => None,
            })
            .collect();
        if !queries.is_empty() {
            return Err(Error::new(
                Code::ConstraintViolation,
                format!(
                    "Logical model {:?} still being used by following native queries: {}",
                    args.name,
                    queries.join(", ")
                ),
            ));
        }
        self.drop_with(metadata, others, Drop::Alone(Attitude::Strict))
            .await
    }

    fn field_dependents(
        &self,
        source: &str,
        table: &QualifiedName,
        field: &str,
    ) -> Vec<MetadataObject> {
        self.dependents(source, |source, dependencies| {
            match source.table_named(&table.schema, &table.name) {
                Some(table) => dependencies.on_any(&[Need::Field(table.id, field.to_owned())], &[]),
                None => Vec::new(),
            }
        })
    }

    fn dependents(
        &self,
        source: &str,
        find: impl Fn(&Source, &Dependencies) -> Vec<MetadataObject>,
    ) -> Vec<MetadataObject> {
        match (self.source(source), self.state.dependencies(source)) {
            (Some((source, _)), Some(dependencies)) => find(source, &dependencies),
            // What is in a source that cannot be read is not known to be needed.
            _ => Vec::new(),
        }
    }

    async fn drop_with(
        &mut self,
        mut metadata: Metadata,
        dependents: Vec<MetadataObject>,
        how: Drop,
    ) -> Result<()> {
        if let Drop::Alone(attitude) = how {
            return match dependents.is_empty() {
                true => self.adopt(metadata, None, attitude).await,
                false => Err(dependency_error(&dependents)),
            };
        }
        remove_all(&mut metadata, &dependents);
        // What needs the dependents goes too.
        loop {
            let next = self
                .build(metadata.clone(), crate::building::Reread::Nothing)
                .await;
            let further: Vec<MetadataObject> =
                new_inconsistencies(&self.state.snapshot, &next.snapshot)
                    .into_iter()
                    .map(|found| found.object.clone())
                    .filter(goes_with_others)
                    .collect();
            if further.is_empty() || !remove_all(&mut metadata, &further) {
                attitude::check(
                    &self.state.snapshot,
                    &next.snapshot,
                    None,
                    Attitude::Dropping,
                )?;
                self.state = next;
                return Ok(());
            }
        }
    }
}

/// Whether a cascade takes an object along. What lies in no source stays, and keeps the rest from going:
/// roles and stored queries are no part of what is dropped.
pub(super) fn goes_with_others(object: &MetadataObject) -> bool {
    matches!(object, MetadataObject::InSource { .. })
}

/// Takes objects out; whether any was there.
pub(super) fn remove_all(metadata: &mut Metadata, objects: &[MetadataObject]) -> bool {
    let mut removed = false;
    for object in objects {
        removed |= object.remove(metadata);
    }
    removed
}

/// The refusal to drop something in the database that metadata needs.
pub(super) fn type_change_error(
    column: &str,
    table: &QualifiedName,
    dependents: &[MetadataObject],
) -> Error {
    let texts: Vec<String> = dependents
        .iter()
        .map(MetadataObject::dependency_text)
        .collect();
    Error::new(
        Code::DependencyError,
        format!(
            "cannot change type of column {column:?} in table \"{table}\" because of the following \
             dependencies: {}",
            texts.join(", ")
        ),
    )
}
