//! Arguments of statements: always sent as text, whatever their type.

use bytes::BytesMut;
use postgres_types::{Format, IsNull, ToSql, Type};
use std::error::Error;
use std::sync::Arc;

/// An argument in PostgreSQL's text form; the server finds the type from the statement
/// (`$1::int4`) unless one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextParam {
    text: Option<Arc<str>>,
    ty: Type,
}

impl TextParam {
    /// A value, or NULL, whose type the statement tells. It must be used there.
    pub fn new(text: Option<Arc<str>>) -> Self {
        TextParam {
            text,
            ty: Type::UNKNOWN,
        }
    }

    /// A JSON document, such as the session variables. As its type is given, a statement need
    /// not use it.
    pub fn json(text: impl Into<Arc<str>>) -> Self {
        TextParam {
            text: Some(text.into()),
            ty: Type::JSON,
        }
    }

    /// A value of a type of `pg_catalog`.
    pub fn typed(text: Option<Arc<str>>, ty: Type) -> Self {
        TextParam { text, ty }
    }

    /// The text; `None` is NULL.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// The type to announce; [`Type::UNKNOWN`] lets the server find it.
    pub fn announced_type(&self) -> &Type {
        &self.ty
    }

    /// Whether the text holds a NUL character, which PostgreSQL can store nowhere.
    pub fn has_nul(&self) -> bool {
        self.text.as_deref().is_some_and(|t| t.contains('\0'))
    }
}

impl From<&str> for TextParam {
    fn from(text: &str) -> Self {
        TextParam::new(Some(text.into()))
    }
}

impl ToSql for TextParam {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        Ok(match &self.text {
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                IsNull::No
            }
            None => IsNull::Yes,
        })
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    postgres_types::to_sql_checked!();
}
