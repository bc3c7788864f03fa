//! Types as SQL writes them (`double precision`, `varchar(10)`, `my.mood[]`), found in a catalogue.

use howdah_ir::catalog::{Catalog, TypeId};

/// The type that a text names, if the catalogue has it. Lengths and precisions play no part.
pub fn named_type(catalog: &Catalog, text: &str) -> Option<TypeId> {
    let (text, is_array) = without_brackets(text.trim());
    let name = Name::read(text)?;
    let found = match &name.schema {
        Some(schema) => catalog.type_in(schema, &name.name)?,
        None => catalog.type_named(&name.name)?,
    };
    if is_array {
        catalog.array_of(found)
    } else {
        Some(found)
    }
}

/// The name of an element with whether an array of it is meant; arrays have no dimensions.
fn without_brackets(text: &str) -> (&str, bool) {
    let mut rest = text;
    while let Some(open) = rest.strip_suffix(']').and_then(|inner| inner.rfind('[')) {
        rest = rest.get(..open).unwrap_or_default().trim_end();
    }
    if rest.len() < text.len() {
        return (rest, true);
    }
    let lower = rest.to_ascii_lowercase();
    match lower.strip_suffix(" array") {
        Some(element) => (rest.get(..element.len()).unwrap_or(rest).trim_end(), true),
        None => (rest, false),
    }
}

struct Name {
    schema: Option<String>,
    name: String,
}

impl Name {
    fn read(text: &str) -> Option<Self> {
        let parts = parts(text)?;
        match parts.as_slice() {
            [(name, quoted)] => Some(Name {
                schema: None,
                name: if *quoted {
                    name.clone()
                } else {
                    internal_name(name)
                },
            }),
            [(schema, _), (name, _)] => Some(Name {
                schema: Some(schema.clone()),
                name: name.clone(),
            }),
            _ => None,
        }
    }
}

/// The parts between dots, without quotes and without what stands in parentheses; what is not
/// quoted is in lower case, with single blanks.
fn parts(text: &str) -> Option<Vec<(String, bool)>> {
    let mut found = vec![(String::new(), false)];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let (part, quoted) = found.last_mut()?;
        match c {
            '"' => {
                *quoted = true;
                loop {
                    match chars.next()? {
                        '"' if chars.peek() == Some(&'"') => {
                            chars.next();
                            part.push('"');
                        }
                        '"' => break,
                        other => part.push(other),
                    }
                }
            }
            '.' => found.push((String::new(), false)),
            '(' => while chars.next()? != ')' {},
            c if c.is_whitespace() => {
                if !part.is_empty() && !part.ends_with(' ') && !*quoted {
                    part.push(' ');
                }
            }
            c if *quoted => {
                // Nothing may follow a quoted name.
                let _ = c;
                return None;
            }
            c => part.extend(c.to_lowercase()),
        }
    }
    for (part, quoted) in &mut found {
        if !*quoted {
            part.truncate(part.trim_end().len());
        }
        if part.is_empty() {
            return None;
        }
    }
    Some(found)
}

/// The names that SQL has for types beside their own.
fn internal_name(name: &str) -> String {
    match name {
        "integer" | "int" | "serial" | "serial4" => "int4",
        "bigint" | "bigserial" | "serial8" => "int8",
        "smallint" | "smallserial" | "serial2" => "int2",
        "boolean" => "bool",
        "real" => "float4",
        "float" | "double precision" => "float8",
        "decimal" | "dec" => "numeric",
        "character varying" | "char varying" => "varchar",
        "character" | "char" | "nchar" => "bpchar",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        "bit varying" => "varbit",
        other => other,
    }
    .to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use howdah_ir::catalog::{Type, TypeKind};

    fn catalog() -> Catalog {
        let mut catalog = Catalog::default();
        let mut add = |schema: &str, name: &str, kind| {
            catalog.types.push(Type {
                oid: catalog.types.len() as u32 + 1,
                schema: schema.into(),
                name: name.into(),
                sql: name.into(),
                kind,
            });
        };
        for name in ["int4", "timestamptz", "varchar", "bpchar", "text"] {
            add("pg_catalog", name, TypeKind::Base);
        }
        add("pg_catalog", "_int4", TypeKind::Array(TypeId(0)));
        add("my app", "Mood", TypeKind::Enum(Vec::new()));
        catalog.index();
        catalog
    }

    #[test]
    fn types_are_found_by_the_names_that_sql_has_for_them() {
        let catalog = catalog();
        let named =
            |text: &str| named_type(&catalog, text).map(|ty| catalog.ty(ty).name.to_string());
        for (text, name) in [
            ("integer", "int4"),
            (" INT ", "int4"),
            ("int4", "int4"),
            ("pg_catalog.int4", "int4"),
            ("integer[]", "_int4"),
            ("int4 [ 3 ] []", "_int4"),
            ("integer ARRAY", "_int4"),
            ("_int4", "_int4"),
            ("timestamp(3)  with\ttime zone", "timestamptz"),
            ("character varying(10)", "varchar"),
            ("char", "bpchar"),
            ("\"my app\".\"Mood\"", "Mood"),
            ("\"Mood\"", "Mood"),
        ] {
            assert_eq!(named(text).as_deref(), Some(name), "{text}");
        }
        for text in [
            "",
            "mood",
            "Mood",
            "a.b.c",
            "\"text",
            "text(",
            "text\"x\"y",
            "text[]",
            ".",
        ] {
            assert_eq!(named(text), None, "{text}");
        }
    }
}
