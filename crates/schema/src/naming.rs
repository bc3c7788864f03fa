//! How names are made: the naming conventions of a source, its prefixes and suffixes (B7, B9).
//!
//! Everything inside the engine goes by the names of the `hasura-default` convention; under
//! `graphql-default` they are shown in another case. Names that a user chose are left alone.

use std::sync::Arc;

/// In which case generated names are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Convention {
    /// `snake_case` throughout, as the database has it.
    #[default]
    HasuraDefault,
    /// camelCase fields, PascalCase types, upper-case enum values.
    GraphqlDefault,
}

/// The naming of a source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameStyle {
    /// The case.
    pub convention: Convention,
    /// Before type names.
    pub type_prefix: String,
    /// After type names.
    pub type_suffix: String,
    /// Before root fields.
    pub root_prefix: String,
    /// After root fields.
    pub root_suffix: String,
}

/// A name that other names are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base<'a> {
    /// From the database: follows the convention.
    Database(&'a str),
    /// Chosen by a user: stays as it is.
    Custom(&'a str),
}

impl NameStyle {
    /// Whether names are shown in another case than they are kept.
    pub fn renames(&self) -> bool {
        self.convention == Convention::GraphqlDefault
    }

    /// A type name with the source's prefix and suffix.
    pub fn type_name(&self, name: &str) -> String {
        format!("{}{name}{}", self.type_prefix, self.type_suffix)
    }

    /// The name of a type that the convention leaves alone, but for a prefix that it is joined to.
    pub fn generated_type(&self, name: &str) -> String {
        if self.renames() && !self.type_prefix.is_empty() {
            return self.type_name(&upper_first(name));
        }
        self.type_name(name)
    }

    /// The name of a type made of a base (see [`NameStyle::type_base`]) and a kept suffix
    /// (`_bool_exp`).
    pub fn type_of(&self, base: &str, suffix: &str) -> String {
        match self.convention {
            Convention::HasuraDefault => self.type_name(&format!("{base}{suffix}")),
            Convention::GraphqlDefault => self.type_name(&format!("{base}{}", pascal(suffix))),
        }
    }

    /// The base of a table's type names.
    pub fn type_base(&self, base: Base<'_>) -> String {
        match (self.convention, base) {
            (Convention::GraphqlDefault, Base::Database(name)) => pascal(name),
            (_, Base::Database(name) | Base::Custom(name)) => name.to_owned(),
        }
    }

    /// A type that belongs to no table (`Int_comparison_exp`, `order_by`).
    pub fn plain_type(&self, name: &str) -> String {
        match self.convention {
            Convention::HasuraDefault => name.to_owned(),
            Convention::GraphqlDefault => pascal(name),
        }
    }

    /// A root field with the source's prefix and suffix.
    pub fn root_field(&self, name: &str) -> String {
        if self.renames() && !self.root_prefix.is_empty() {
            return format!(
                "{}{}{}",
                self.root_prefix,
                upper_first(name),
                self.root_suffix
            );
        }
        format!("{}{name}{}", self.root_prefix, self.root_suffix)
    }

    /// A generated field or argument name around a base: `insert_` + `t` + `_one`.
    pub fn compose(&self, before: &str, base: Base<'_>, after: &str) -> String {
        let (Base::Database(name) | Base::Custom(name)) = base;
        if !self.renames() {
            return format!("{before}{name}{after}");
        }
        let middle = match base {
            Base::Database(name) => camel(name),
            Base::Custom(name) => name.to_owned(),
        };
        let middle = if before.is_empty() {
            middle
        } else {
            upper_first(&middle)
        };
        format!("{}{middle}{}", camel(before), pascal(after))
    }

    /// The name of a column or argument of the database.
    pub fn member(&self, name: &str) -> Arc<str> {
        if self.renames() {
            camel(name).into()
        } else {
            name.into()
        }
    }

    /// A builtin field or argument as shown: `_is_null` → `_isNull`.
    pub fn builtin(&self, name: &Arc<str>) -> Arc<str> {
        // `X` and `Y` of the functions with two arguments stay as they are.
        if self.renames() && name.contains('_') {
            camel(name).into()
        } else {
            name.clone()
        }
    }

    /// An enum value as shown.
    pub fn enum_value(&self, name: &Arc<str>) -> Arc<str> {
        if self.renames() {
            screaming(name).into()
        } else {
            name.clone()
        }
    }
}

/// `author_details` → `authorDetails`; leading underscores stay.
pub(crate) fn camel(name: &str) -> String {
    let rest = name.trim_start_matches('_');
    let lead = &name[..name.len() - rest.len()];
    let mut parts = rest.split('_').filter(|part| !part.is_empty());
    let mut out = lead.to_owned();
    if let Some(first) = parts.next() {
        let mut chars = first.chars();
        out.extend(chars.next().map(|c| c.to_ascii_lowercase()));
        out.push_str(chars.as_str());
    }
    for part in parts {
        out.push_str(&upper_first(part));
    }
    out
}

/// `author_details` → `AuthorDetails`.
fn pascal(name: &str) -> String {
    name.split('_').map(upper_first).collect()
}

fn upper_first(name: &str) -> String {
    let mut chars = name.chars();
    chars
        .next()
        .map(|c| c.to_ascii_uppercase())
        .into_iter()
        .chain(chars)
        .collect()
}

/// `authorId`, `author_id` → `AUTHOR_ID`.
fn screaming(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for c in name.chars() {
        if c.is_ascii_uppercase() && after_lower {
            out.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        out.push(c.to_ascii_uppercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        assert_eq!(camel("author_details"), "authorDetails");
        assert_eq!(camel("_st_d_within"), "_stDWithin");
        assert_eq!(camel("_is_null"), "_isNull");
        assert_eq!(pascal("_bool_exp"), "BoolExp");
        assert_eq!(pascal("order_by"), "OrderBy");
        assert_eq!(screaming("authorId"), "AUTHOR_ID");
        assert_eq!(screaming("asc_nulls_first"), "ASC_NULLS_FIRST");
        let style = NameStyle {
            convention: Convention::GraphqlDefault,
            ..NameStyle::default()
        };
        assert_eq!(
            style.compose("insert_", Base::Database("author_local"), "_one"),
            "insertAuthorLocalOne"
        );
        assert_eq!(
            style.compose("", Base::Custom("authorDetails"), "_by_pk"),
            "authorDetailsByPk"
        );
        assert_eq!(
            style.type_of("AuthorLocal", "_bool_exp"),
            "AuthorLocalBoolExp"
        );
    }
}
