//! What native queries, logical models and their permissions need.
//!
//! Which tables the SQL of a native query reads is not known here: the database says so whenever it
//! is asked to prepare it.

use super::expression::expression_needs;
use super::{Dependent, Need, Needs, add_column};
use howdah_ir::catalog::TableId;
use howdah_metadata::{
    LogicalModelField, ManualConfiguration, ManualTarget, MetadataObject, ModelPlace, Returned,
};
use howdah_schema::model::Source;

/// Adds the native queries and logical models of a source.
pub(super) fn natives(
    source: &Source,
    metadata: &howdah_metadata::Source,
    found: &mut Vec<Dependent>,
) {
    let mut push = |object, needs: Needs| {
        found.push(Dependent {
            object,
            on: None,
            needs: needs.0,
        });
    };
    for query in &metadata.native_queries {
        let name = &query.root_field_name;
        let Some((rows, resolved)) = source.native_named(name) else {
            continue;
        };
        let mut needs = Needs::default();
        match &query.returns {
            Returned::Model(model) => needs.add(Need::LogicalModel(model.clone())),
            Returned::Own(own) => add_references(&own.fields, None, &mut needs),
        }
        let relationships = query
            .object_relationships
            .iter()
            .chain(&query.array_relationships);
        for relationship in relationships {
            manual_needs(source, rows, &relationship.using, &mut needs);
        }
        push(MetadataObject::native_query(&metadata.name, name), needs);
        for entry in query
            .returns
            .own()
            .iter()
            .flat_map(|own| &own.select_permissions)
        {
            let mut needs = Needs::default();
            needs.add(Need::NativeQuery(name.clone()));
            expression_needs(source, resolved.model, &entry.permission.filter, &mut needs);
            let place = ModelPlace::Query(name.clone());
            push(
                MetadataObject::model_permission(&metadata.name, place, &entry.role),
                needs,
            );
        }
    }
    for model in &metadata.logical_models {
        let Some((id, _)) = source.model_named(&model.name) else {
            continue;
        };
        let mut needs = Needs::default();
        add_references(&model.fields, Some(&model.name), &mut needs);
        push(
            MetadataObject::logical_model(&metadata.name, &model.name),
            needs,
        );
        for entry in &model.select_permissions {
            let mut needs = Needs::default();
            needs.add(Need::LogicalModel(model.name.clone()));
            expression_needs(source, id, &entry.permission.filter, &mut needs);
            let place = ModelPlace::Model(model.name.clone());
            push(
                MetadataObject::model_permission(&metadata.name, place, &entry.role),
                needs,
            );
        }
    }
}

/// Adds the logical models, other than their own, that fields lead to.
fn add_references(fields: &[LogicalModelField], own: Option<&str>, needs: &mut Needs) {
    for model in fields.iter().filter_map(|field| field.ty.model()) {
        if Some(model) != own {
            needs.add(Need::LogicalModel(model.to_owned()));
        }
    }
}

/// Adds what a relationship by columns needs.
pub(super) fn manual_needs(
    source: &Source,
    from: TableId,
    manual: &ManualConfiguration,
    needs: &mut Needs,
) {
    let target = match &manual.target {
        ManualTarget::NativeQuery(name) => {
            needs.add(Need::NativeQuery(name.clone()));
            None
        }
        ManualTarget::Table(name) => source
            .table_named(&name.schema, &name.name)
            .map(|table| table.id),
    };
    if let Some(target) = target {
        needs.add(Need::Table(target));
    }
    for (own, other) in &manual.column_mapping {
        if source.catalog.is_relation(from) {
            add_column(source, from, own, needs);
        }
        if let Some(target) = target {
            add_column(source, target, other, needs);
        }
    }
}
