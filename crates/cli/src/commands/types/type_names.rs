//! What types are called in TypeScript: as in the schema, but for names that the language or the
//! file itself needs. Those get an underscore.

use super::introspection::{Kind, Schema};
use std::collections::{BTreeMap, BTreeSet};

/// Words that cannot name a type, in a module of strict code.
const WORDS: &str = "any as await bigint boolean break case catch class const continue debugger \
    default delete do else enum export extends false finally for function if implements import in \
    instanceof interface let never new null number object package private protected public return \
    static string super switch symbol this throw true try typeof undefined unknown var void while \
    with yield";

/// What the file says itself.
const OWN: [&str; 3] = ["Array", "Record", "Scalars"];

/// The names of one file.
pub struct TypeNames<'s> {
    types: BTreeMap<&'s str, String>,
    taken: BTreeSet<String>,
}

impl<'s> TypeNames<'s> {
    /// The names of a schema's types.
    pub fn new(schema: &'s Schema) -> Self {
        let all = || schema.types.iter().map(|of| of.name.as_str());
        let special: BTreeSet<&str> = WORDS.split_whitespace().chain(OWN).collect();
        let mut names = TypeNames {
            types: BTreeMap::new(),
            taken: special
                .iter()
                .copied()
                .chain(all())
                .map(str::to_owned)
                .collect(),
        };
        // Scalars are looked up by their names, which may be anything.
        for of in schema.types.iter().filter(|of| of.kind != Kind::Scalar) {
            let name = match special.contains(of.name.as_str()) {
                true => names.another(&of.name),
                false => of.name.clone(),
            };
            names.types.insert(&of.name, name);
        }
        names
    }

    /// The name of a type.
    pub fn of<'a>(&'a self, name: &'a str) -> &'a str {
        self.types.get(name).map_or(name, String::as_str)
    }

    /// A name that nothing else has, as like the one that is wished for as can be.
    pub fn another(&mut self, wish: &str) -> String {
        let mut name = wish.to_owned();
        while !self.taken.insert(name.clone()) {
            name.push('_');
        }
        name
    }
}
