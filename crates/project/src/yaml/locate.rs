//! Where in a YAML text a value stands. The values of a document have no positions once they
//! are read, so the text is read again up to the value, and that reading is made to fail there.

use howdah_error::Segment;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Line and column, both from 1, of the value at `path`, or of the innermost value on the way
/// that exists.
pub(crate) fn locate(text: &str, path: &[Segment]) -> Option<(usize, usize)> {
    (0..=path.len()).rev().find_map(|length| {
        let document = serde_norway::Deserializer::from_str(text).next()?;
        let fault = To {
            path: path.get(..length)?,
        }
        .deserialize(document)
        .err()?;
        let at = fault.location()?;
        Some((at.line(), at.column()))
    })
}

struct To<'a> {
    path: &'a [Segment],
}

impl<'de> DeserializeSeed<'de> for To<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn here<E: de::Error>() -> E {
    E::custom("here")
}

impl<'de> Visitor<'de> for To<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value that is looked for")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let (index, rest) = match self.path.split_first() {
            None => return Err(here()),
            Some((Segment::Index(index), rest)) => (*index, rest),
            Some(_) => {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(());
            }
        };
        for _ in 0..index {
            if seq.next_element::<IgnoredAny>()?.is_none() {
                return Ok(());
            }
        }
        seq.next_element_seed(To { path: rest })?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let wanted = match self.path.split_first() {
            None => return Err(here()),
            Some((Segment::Key(key), rest)) => Some((key, rest)),
            Some(_) => None,
        };
        while let Some(key) = entries.next_key::<serde_norway::Value>()? {
            match wanted {
                Some((name, rest)) if key.as_str() == Some(name) => {
                    entries.next_value_seed(To { path: rest })?;
                }
                _ => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.scalar()
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_str<E: de::Error>(self, _: &str) -> Result<(), E> {
        self.scalar()
    }
}

impl To<'_> {
    fn scalar<E: de::Error>(self) -> Result<(), E> {
        if self.path.is_empty() {
            Err(here())
        } else {
            Ok(())
        }
    }
}
