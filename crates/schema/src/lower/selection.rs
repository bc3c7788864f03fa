//! Selection sets: fragments, directives, merging of fields with the same response key.

use super::{Lowerer, check_directives};
use crate::document::{Directive, Document, Selection, Value};
use crate::types::{FieldInfo, TypeKey};
use howdah_error::{Error, JsonPath, Result};
use std::collections::{BTreeSet, HashMap};

/// A field after merging: what all its occurrences select.
#[derive(Debug)]
pub(crate) struct Collected<'a> {
    /// Response key.
    pub(crate) key: &'a str,
    /// Field name.
    pub(crate) name: &'a str,
    /// Arguments (of the first occurrence; the others are equal).
    pub(crate) arguments: &'a [(String, Value)],
    /// Selection sets of all occurrences that have one.
    pub(crate) selections: Vec<&'a [Selection]>,
}

/// How deep selections may be nested once fragments are put in: far above honest use, far below what
/// a stack can hold.
const MAX_NESTING: usize = 200;

/// How many fields an operation may select once fragments are put in: fragments that spread each
/// other grow without bound.
const MAX_FIELDS: usize = 20_000;

/// How many fields one object may have. PostgreSQL's planning time grows with the square of it, and
/// cannot be interrupted.
const MAX_KEYS: usize = 3_000;

/// Refuses fragments that contain themselves, as far as the operation reaches them. The path of the
/// error goes through the names of fragments.
pub(super) fn check_fragments(document: &Document, selection: &[Selection]) -> Result<()> {
    let mut walk = Cycles {
        document,
        path: JsonPath::root(),
        stack: Vec::new(),
        done: BTreeSet::new(),
    };
    walk.selection(selection)
}

/// A walk in search of cycles.
struct Cycles<'d> {
    document: &'d Document,
    path: JsonPath,
    stack: Vec<&'d str>,
    /// Fragments that were walked to their end.
    done: BTreeSet<&'d str>,
}

impl<'d> Cycles<'d> {
    fn selection(&mut self, selection: &'d [Selection]) -> Result<()> {
        self.path.push("selectionSet");
        if self.path.segments().len() > 2 * MAX_NESTING {
            return Err(Error::validation("the selection is nested too deeply"));
        }
        for item in selection {
            match item {
                Selection::Field(field) => {
                    if let Some(selection) = &field.selection {
                        self.path.push(field.name.as_str());
                        self.selection(selection)?;
                        self.path.pop();
                    }
                }
                Selection::Inline { selection, .. } => {
                    // An inline fragment is no step of the path; the parser bounds its nesting.
                    self.path.pop();
                    self.selection(selection)?;
                    self.path.push("selectionSet");
                }
                Selection::Spread { name, .. } => self.fragment(name)?,
            }
        }
        self.path.pop();
        Ok(())
    }

    fn fragment(&mut self, name: &'d str) -> Result<()> {
        if self.done.contains(name) {
            return Ok(());
        }
        if let Some(start) = self.stack.iter().position(|n| *n == name) {
            let cycle = self.stack[start..].join(" and ");
            return Err(Error::validation(format!(
                "the fragment definition(s) {cycle} form a cycle"
            ))
            .at(self.path.clone()));
        }
        let document: &'d Document = self.document;
        let Some(fragment) = document.fragments.get(name) else {
            return Ok(());
        };
        self.stack.push(name);
        self.path.push(name);
        self.selection(&fragment.selection)?;
        self.path.pop();
        self.stack.pop();
        self.done.insert(name);
        Ok(())
    }
}

impl<'a> Lowerer<'a> {
    /// The fields of selection sets on an object type, merged by response key, in the order of their
    /// first occurrence.
    pub(crate) fn collect(
        &mut self,
        sets: &[&'a [Selection]],
        type_name: &str,
    ) -> Result<Vec<Collected<'a>>> {
        let mut merged = Merged {
            fields: Vec::new(),
            by_key: HashMap::new(),
            spread: BTreeSet::new(),
        };
        for set in sets {
            self.collect_into(set, type_name, &mut merged, 0)?;
        }
        self.selected += merged.fields.len();
        if self.selected > MAX_FIELDS || merged.fields.len() > MAX_KEYS {
            return Err(self.fail("the operation selects too many fields"));
        }
        Ok(merged.fields)
    }

    fn collect_into(
        &mut self,
        set: &'a [Selection],
        type_name: &str,
        merged: &mut Merged<'a>,
        depth: usize,
    ) -> Result<()> {
        if depth > crate::document::MAX_DEPTH {
            return Err(self.fail("fragments are nested too deeply"));
        }
        for item in set {
            match item {
                Selection::Field(field) => {
                    if self.included(&field.directives, "a field")? {
                        merged.add(field).map_err(|e| e.at(self.path.clone()))?;
                    }
                }
                Selection::Spread { name, directives } => {
                    if !self.included(directives, "a fragment spread")? {
                        continue;
                    }
                    let document: &'a Document = self.document;
                    let Some(fragment) = document.fragments.get(name) else {
                        return Err(
                            self.fail(format!("reference to undefined fragment \"{name}\""))
                        );
                    };
                    // A second spread of a fragment adds nothing to the same selection.
                    if fragment.condition == type_name && merged.spread.insert(name) {
                        self.collect_into(&fragment.selection, type_name, merged, depth + 1)?;
                    }
                }
                Selection::Inline {
                    condition,
                    directives,
                    selection,
                } => {
                    if self.included(directives, "an inline fragment")?
                        && condition.as_deref().is_none_or(|c| c == type_name)
                    {
                        self.collect_into(selection, type_name, merged, depth + 1)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Evaluates `@skip` and `@include`.
    fn included(&mut self, directives: &'a [Directive], place: &str) -> Result<bool> {
        if directives.is_empty() {
            return Ok(true);
        }
        check_directives(directives, &["include", "skip"], place)
            .map_err(|e| e.at(self.path.clone()))?;
        let mut included = true;
        for directive in directives {
            let name = directive.name.as_str();
            let condition = self.within([name], |l| l.condition_of(directive))?;
            included &= condition == (name == "include");
        }
        Ok(included)
    }

    /// The argument of `@skip` and `@include`.
    fn condition_of(&mut self, directive: &'a Directive) -> Result<bool> {
        let mut condition = None;
        for (name, value) in &directive.arguments {
            if name != "if" {
                return Err(self.fail(format!(
                    "'{}' has no argument named '{name}'",
                    directive.name
                )));
            }
            condition = Some(value);
        }
        self.within(["args", "if"], |l| match condition {
            Some(value) => l.boolean_value(value),
            None => Err(l.fail("missing required field 'if'")),
        })
    }

    /// The selection of an object field, collected for its type.
    pub(crate) fn subselection(
        &mut self,
        field: &Collected<'a>,
        ty: &TypeKey,
    ) -> Result<Vec<Collected<'a>>> {
        let type_name = self.schema.type_name(ty);
        if field.selections.is_empty() {
            return Err(self.fail(format!("missing selection set for '{type_name}'")));
        }
        if self.path.segments().len() > 2 * MAX_NESTING {
            return Err(self.fail("the selection is nested too deeply"));
        }
        self.path.push("selectionSet");
        let before = self.selected;
        let fields = self.collect(&field.selections, &type_name)?;
        if matches!(ty, TypeKey::Builtin(_)) {
            // Introspection walks its selection once for each type: its answer is bounded instead.
            self.selected = before;
        }
        self.path.pop();
        Ok(fields)
    }

    /// Refuses a selection on a scalar.
    pub(crate) fn no_selection(&self, field: &Collected<'_>) -> Result<()> {
        if field.selections.is_empty() {
            Ok(())
        } else {
            Err(self.fail("unexpected subselection set for non-object field"))
        }
    }

    /// Refuses arguments that the field does not have and notes missing ones.
    pub(crate) fn check_arguments(
        &mut self,
        field: &Collected<'a>,
        info: &FieldInfo,
    ) -> Result<()> {
        for (name, _) in field.arguments {
            if !info.args.iter().any(|a| **a.shown() == **name) {
                return Err(self.fail(format!("'{}' has no argument named '{name}'", info.name)));
            }
        }
        for argument in &info.args {
            let given = field
                .arguments
                .iter()
                .any(|(name, _)| **name == **argument.shown());
            if !given && argument.ty.is_non_null() && argument.default.is_none() {
                self.path.push("args");
                self.path.push(argument.shown().clone());
                return Err(self.fail(format!("missing required field '{}'", argument.shown())));
            }
        }
        Ok(())
    }
}

struct Merged<'a> {
    fields: Vec<Collected<'a>>,
    by_key: HashMap<&'a str, usize>,
    /// Fragments that are in already.
    spread: BTreeSet<&'a str>,
}

impl<'a> Merged<'a> {
    fn add(&mut self, field: &'a crate::document::Field) -> Result<()> {
        let key = field.response_key();
        let Some(&position) = self.by_key.get(key) else {
            self.by_key.insert(key, self.fields.len());
            self.fields.push(Collected {
                key,
                name: &field.name,
                arguments: &field.arguments,
                selections: field.selection.as_deref().into_iter().collect(),
            });
            return Ok(());
        };
        let first = &mut self.fields[position];
        if first.name != field.name {
            return Err(Error::validation(format!(
                "selection of both '{}' and '{}' specify the same response name, '{key}'",
                first.name, field.name
            )));
        }
        if !same_arguments(first.arguments, &field.arguments) {
            return Err(Error::validation(format!(
                "inconsistent arguments between multiple selections of field '{}'",
                field.name
            )));
        }
        first.selections.extend(field.selection.as_deref());
        Ok(())
    }
}

fn same_arguments(a: &[(String, Value)], b: &[(String, Value)]) -> bool {
    a.len() == b.len()
        && a.iter()
            .all(|(name, value)| b.iter().any(|(n, v)| n == name && v == value))
}
