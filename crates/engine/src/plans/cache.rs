//! The plans of one snapshot, within a bound of bytes.

use super::plan::Plan;
use super::shape::{self, Shape};
use arc_swap::ArcSwap;
use howdah_ir::Session;
use howdah_ir::params::Params;
use howdah_schema::document::{Document, OperationKind};
use howdah_schema::lower::{Declared, rebind};
use howdah_schema::types::RoleSchema;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes for texts and for plans each. Both together stay well below what an idle engine may take.
const CAPACITY: u64 = 8 * 1024 * 1024;

/// No entry takes more than this part of the capacity.
const LARGEST: usize = CAPACITY as usize / 8;

/// How many shapes of one text are remembered. More come only from many switched directives.
const MOST_SHAPES: usize = 8;

/// What an operation is recognised by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextKey {
    role: Arc<str>,
    backend: bool,
    name: Option<Box<str>>,
    text: Box<str>,
}

/// A [`TextKey`] that owns nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    role: &'a str,
    backend: bool,
    name: Option<&'a str>,
    text: &'a str,
}

impl<'a> Asked<'a> {
    /// What a request asks for.
    pub(crate) fn new(session: &'a Session, name: Option<&'a str>, text: &'a str) -> Self {
        Asked {
            role: session.role(),
            backend: session.backend_only(),
            name: name.filter(|name| !name.is_empty()),
            text,
        }
    }

    fn owned(&self) -> TextKey {
        TextKey {
            role: self.role.into(),
            backend: self.backend,
            name: self.name.map(Into::into),
            text: self.text.into(),
        }
    }
}

impl TextKey {
    fn asked(&self) -> Asked<'_> {
        Asked {
            role: &self.role,
            backend: self.backend,
            name: self.name.as_deref(),
            text: &self.text,
        }
    }
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.role.hash(state);
        self.backend.hash(state);
        self.name.hash(state);
        self.text.hash(state);
    }
}

impl Hash for TextKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.asked().hash(state);
    }
}

impl Equivalent<TextKey> for Asked<'_> {
    fn equivalent(&self, key: &TextKey) -> bool {
        *self.role == *key.role
            && self.backend == key.backend
            && self.name == key.name.as_deref()
            && *self.text == *key.text
    }
}

/// What is known of an operation's text.
pub(crate) struct Text {
    id: u64,
    /// The document, kept where other variables may need another walk.
    pub(crate) document: Option<Arc<Document>>,
    declared: Vec<Declared>,
    shapes: ArcSwap<Vec<Shape>>,
    length: usize,
}

type PlanKey = (u64, u32, Box<str>);

#[derive(Debug, Clone)]
struct Weigh;

impl Weighter<TextKey, Arc<Text>> for Weigh {
    fn weight(&self, key: &TextKey, text: &Arc<Text>) -> u64 {
        // A document's tree takes some eight times its text.
        let document = text.document.as_ref().map_or(0, |_| 8 * key.text.len());
        (key.text.len() + document + 512) as u64
    }
}

/// A plan with its weight.
#[derive(Clone)]
struct Weighed(Arc<Plan>, u64);

impl Weighter<PlanKey, Weighed> for Weigh {
    fn weight(&self, key: &PlanKey, plan: &Weighed) -> u64 {
        plan.1 + key.2.len() as u64 + 64
    }
}

/// The plans of one snapshot.
pub(crate) struct PlanCache {
    texts: Cache<TextKey, Arc<Text>, Weigh>,
    plans: Cache<PlanKey, Weighed, Weigh>,
    ids: AtomicU64,
}

impl fmt::Debug for PlanCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanCache")
            .field("texts", &self.texts.len())
            .field("plans", &self.plans.len())
            .finish_non_exhaustive()
    }
}

impl PlanCache {
    pub(crate) fn new() -> Self {
        PlanCache {
            texts: Cache::with_weighter(1000, CAPACITY, Weigh),
            plans: Cache::with_weighter(1000, CAPACITY, Weigh),
            ids: AtomicU64::new(0),
        }
    }

    /// What is known of a text.
    pub(crate) fn text(&self, asked: Asked<'_>) -> Option<Arc<Text>> {
        self.texts.get(&asked)
    }

    /// The plan of a known text that fits the variables, with their values.
    pub(crate) fn plan(
        &self,
        schema: RoleSchema<'_>,
        text: &Text,
        variables: &Map<String, Value>,
    ) -> Option<(Arc<Plan>, Params)> {
        let shapes = text.shapes.load();
        for (index, shape) in shapes.iter().enumerate() {
            let Some(values) = shape::values(shape, variables) else {
                continue;
            };
            let key: PlanKey = (text.id, index as u32, values.into());
            if let Some(Weighed(plan, _)) = self.plans.get(&key) {
                let params = rebind(schema, &text.declared, &plan.bound, &plan.params, variables)?;
                return Some((plan, params));
            }
        }
        None
    }

    /// Remembers a plan. `text` is what was known of the operation's text before.
    pub(crate) fn keep(
        &self,
        asked: Asked<'_>,
        text: Option<Arc<Text>>,
        document: &Arc<Document>,
        found: Found<'_>,
        plan: &Arc<Plan>,
    ) {
        let Found {
            shape_variables,
            declared,
            variables,
        } = found;
        let shape = shape::shape(&shape_variables);
        let weight = plan.weight(asked.text.len());
        // The values of a mutation that decide its form are rows to write: they do not come again.
        let once = plan.kind == OperationKind::Mutation && !shape.is_empty();
        let values = shape::values(&shape, variables).filter(|_| weight <= LARGEST && !once);
        if asked.text.len() > LARGEST / 16 || (values.is_none() && declared.is_empty()) {
            return;
        }
        let text = text.unwrap_or_else(|| {
            let text = Arc::new(Text {
                id: self.ids.fetch_add(1, Ordering::Relaxed),
                document: (!declared.is_empty()).then(|| document.clone()),
                declared,
                shapes: ArcSwap::default(),
                length: asked.text.len(),
            });
            self.texts.insert(asked.owned(), text.clone());
            text
        });
        let Some(values) = values else {
            return;
        };
        let Some(index) = text.shape(&shape) else {
            return;
        };
        let key: PlanKey = (text.id, index, values.into());
        let weighed = Weighed(plan.clone(), plan.weight(text.length) as u64);
        self.plans.insert(key, weighed);
    }
}

/// What a walk found beside the plan.
pub(crate) struct Found<'a> {
    /// Variables that decided the form.
    pub(crate) shape_variables: BTreeSet<String>,
    /// Variables that the operation declares.
    pub(crate) declared: Vec<Declared>,
    /// The values it was made with.
    pub(crate) variables: &'a Map<String, Value>,
}

impl Text {
    /// The position of a shape, which is added when it is new and there is room.
    fn shape(&self, wanted: &Shape) -> Option<u32> {
        let find = |shapes: &[Shape]| shapes.iter().position(|shape| shape == wanted);
        self.shapes.rcu(|shapes| {
            if find(shapes).is_some() || shapes.len() >= MOST_SHAPES {
                return shapes.clone();
            }
            let mut more = Vec::clone(shapes);
            more.push(wanted.clone());
            Arc::new(more)
        });
        find(&self.shapes.load()).map(|index| index as u32)
    }
}
