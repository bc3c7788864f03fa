//! Root fields and arguments of native queries (F11), relationships to them (F12).

use super::{
    FieldInfo, FieldKind, InputInfo, InputKind, RoleSchema, TableKey, TypeKey, TypeRef, input,
};
use crate::model::{Member, NativeQuery, NativeRelationship, RelationshipKind, RootMember};
use howdah_ir::permit::SelectPermit;

impl<'a> RoleSchema<'a> {
    /// The native query whose rows a key is about.
    pub(crate) fn native(&self, key: TableKey) -> Option<&'a NativeQuery> {
        self.snapshot.source(key.0).natives.get(&key.1)
    }

    /// The root field of a native query, if the role may read its logical model.
    pub(super) fn native_root(&self, key: TableKey, member: RootMember) -> Option<FieldInfo> {
        let query = self.native(key)?;
        self.select_permit(key)?;
        let mut args = self.native_arguments(key);
        args.extend(self.select_arguments(key));
        Some(FieldInfo {
            name: query.field.name.clone(),
            description: query.field.description.clone(),
            args,
            ty: TypeRef::from(TypeKey::Row(key))
                .non_null()
                .list()
                .non_null(),
            kind: FieldKind::Root(member),
        })
    }

    /// A field that leads to a native query, if the role may follow it.
    pub(super) fn native_relationship_field(
        &self,
        permit: &SelectPermit,
        key: TableKey,
        relationship: &NativeRelationship,
        member: Member,
    ) -> Option<FieldInfo> {
        if relationship.of_model && !permit.model_field(&relationship.name) {
            return None;
        }
        let target = TableKey(key.0, relationship.target);
        let target_permit = self.select_permit(target)?;
        let row = TypeRef::from(TypeKey::Row(target));
        let mut args = self.native_arguments(target);
        let ty = match relationship.kind {
            RelationshipKind::Array => {
                args.extend(self.select_arguments(target));
                let list = row.non_null().list();
                if relationship.nullable {
                    list
                } else {
                    list.non_null()
                }
            }
            RelationshipKind::Object => {
                // What the role may not see is not there.
                if relationship.nullable || !target_permit.filter().is_true() {
                    row
                } else {
                    row.non_null()
                }
            }
        };
        Some(FieldInfo {
            name: relationship.name.clone(),
            description: relationship.description.clone(),
            args,
            ty,
            kind: FieldKind::Member(member),
        })
    }

    /// The `args` argument, if the native query takes any.
    pub(super) fn native_arguments(&self, key: TableKey) -> Vec<InputInfo> {
        match self.native(key) {
            Some(query) if !query.arguments.is_empty() => vec![input(
                "args",
                Some(&native_arguments_text(query)),
                TypeRef::from(TypeKey::NativeArgs(key)).non_null(),
            )],
            _ => Vec::new(),
        }
    }

    /// Fields of `<query>_arguments`.
    pub(super) fn native_inputs(&self, key: TableKey) -> Vec<InputInfo> {
        let Some(query) = self.native(key) else {
            return Vec::new();
        };
        query
            .arguments
            .iter()
            .enumerate()
            .map(|(position, argument)| {
                let ty = self.value_type(key.0, argument.ty);
                InputInfo {
                    name: argument.name.clone(),
                    description: Some(argument.description.clone().unwrap_or_else(|| {
                        format!("Native query argument {}", argument.name).into()
                    })),
                    ty: if argument.nullable { ty } else { ty.non_null() },
                    default: None,
                    shown: None,
                    kind: InputKind::NativeArgument(position),
                }
            })
            .collect()
    }
}

/// Clients' code contains this text as it is, without a blank in front of the second word.
pub(super) fn native_arguments_text(query: &NativeQuery) -> String {
    format!("{}Native Query Arguments", query.name)
}
