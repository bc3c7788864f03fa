//! From a parsed document to the intermediate representation, validating on the way.
//!
//! One walk does everything: it follows the selection through the role's types, checks names,
//! arguments and variables with the texts and paths that clients compare, and builds the tree that a
//! backend compiles. Every table is opened through the role's permit here and nowhere else.

mod aggregates;
mod conditions;
mod functions;
mod inputs;
mod inserts;
mod json_path;
mod mutations;
mod natives;
mod orders;
mod rebinding;
mod rows;
mod selection;
mod streams;
mod unbound;
mod validations;
mod values;
mod variables;

use crate::document::{Directive, Document, Operation, OperationKind};
use crate::introspection;
use crate::model::{RootKind, RootMember, SourceId, TableRoot};
use crate::types::{FieldKind, InputInfo, RoleSchema, TableKey, TypeKey};
use howdah_error::{Error, JsonPath, Result, quoted_list};
use howdah_ir::mutation::Mutation;
use howdah_ir::params::Params;
use howdah_ir::query::Rows;
use howdah_ir::stream::Stream;
pub use rebinding::{Bound, Declared, declared, rebind};
pub(crate) use selection::Collected;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
pub use validations::Validation;
pub(crate) use values::{plain_decimal, whole_number};
use variables::Variables;

/// What a request asks to be done.
#[derive(Debug)]
pub struct Lowered {
    /// Kind of operation.
    pub kind: OperationKind,
    /// Its name.
    pub name: Option<String>,
    /// Answer keys in order.
    pub fields: Vec<RootAnswer>,
    /// Values of the whole operation.
    pub params: Params,
    /// Variables whose values changed the form of the tree, not only its parameters.
    pub shape_variables: BTreeSet<String>,
    /// Parameters that are whole variables: what [`rebind`] reads anew.
    pub bound: Vec<Bound>,
    /// What webhooks must judge before anything is written, in order.
    pub validations: Vec<Validation>,
}

/// One key of the answer.
#[derive(Debug)]
pub struct RootAnswer {
    /// Response key.
    pub key: Arc<str>,
    /// Field name, as reports show it.
    pub field: Arc<str>,
    /// The namespace that the answer stands in; neighbours with the same key share one object.
    pub within: Option<Namespace>,
    /// What to answer.
    pub value: RootValue,
}

/// A field that holds root fields of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// Response key.
    pub key: Arc<str>,
    /// Field name, as reports show it.
    pub field: Arc<str>,
}

impl RootAnswer {
    /// Where the field stands in the request.
    pub fn path(&self) -> JsonPath {
        let mut path = JsonPath::root();
        let namespace = self.within.as_ref().map(|namespace| &namespace.field);
        for field in namespace.into_iter().chain([&self.field]) {
            path.push("selectionSet");
            path.push(&**field);
        }
        path
    }
}

/// How a root field is answered.
#[derive(Debug)]
pub enum RootValue {
    /// JSON text that is known already (`__typename`, introspection).
    Json(String),
    /// Rows of a source.
    Rows(SourceId, Box<Rows>),
    /// Rows of a source in batches; in subscriptions only, and alone.
    Stream(SourceId, Box<Stream>),
    /// A write to a source.
    Mutation(SourceId, Box<Mutation>),
}

/// What a request carries besides its role.
pub struct Request<'a> {
    /// The document.
    pub document: &'a Document,
    /// `operationName`; an empty one counts as none.
    pub operation_name: Option<&'a str>,
    /// `variables`
    pub variables: &'a serde_json::Map<String, serde_json::Value>,
}

/// Chooses the operation of a request.
///
/// # Errors
/// When the name is not in the document, or there is none and several operations.
pub fn choose<'d>(document: &'d Document, name: Option<&str>) -> Result<&'d Operation> {
    match name.filter(|n| !n.is_empty()) {
        Some(name) => document
            .operations
            .iter()
            .find(|o| o.name.as_deref() == Some(name))
            .ok_or_else(|| {
                Error::validation(format!("no such operation found in the document: {name:?}"))
                    .at(JsonPath::from_iter(["operationName"]))
            }),
        None => match document.operations.as_slice() {
            [only] => Ok(only),
            _ => Err(Error::validation(
                "exactly one operation has to be present in the document when operationName is not specified",
            )),
        },
    }
}

/// Lowers a request for a role.
pub fn lower(schema: RoleSchema<'_>, request: &Request<'_>) -> Result<Lowered> {
    let operation = choose(request.document, request.operation_name)?;
    check_allowed(schema, request.document)?;
    selection::check_fragments(request.document, &operation.selection)?;
    let variables = Variables::new(schema, request.document, operation, request.variables)?;
    let mut lowerer = Lowerer {
        schema,
        document: request.document,
        variables,
        params: Params::default(),
        bound: Vec::new(),
        path: JsonPath::root(),
        selected: 0,
        validations: Vec::new(),
        written: 0,
        insert_inputs: HashMap::new(),
    };
    let fields = lowerer.operation(operation)?;
    Ok(Lowered {
        kind: operation.kind,
        name: operation.name.clone(),
        fields,
        params: lowerer.params,
        bound: lowerer.bound,
        validations: lowerer.validations,
        shape_variables: lowerer.variables.into_shape(),
    })
}

/// Whether the allow list, if it is in force, has the document for the role.
fn check_allowed(schema: RoleSchema<'_>, document: &Document) -> Result<()> {
    match &schema.snapshot.allow_list {
        Some(list)
            if schema.role != howdah_ir::session::ADMIN && !list.allows(schema.role, document) =>
        {
            Err(Error::validation("query is not allowed"))
        }
        _ => Ok(()),
    }
}

/// The state of one walk.
pub(crate) struct Lowerer<'a> {
    schema: RoleSchema<'a>,
    document: &'a Document,
    variables: Variables<'a>,
    params: Params,
    bound: Vec<Bound>,
    validations: Vec<Validation>,
    /// Root fields that write, so far.
    written: usize,
    /// What rows of tables may give, as far as it was needed.
    insert_inputs: HashMap<TableKey, Arc<HashMap<Arc<str>, InputInfo>>>,
    path: JsonPath,
    /// Fields selected so far, fragments put in.
    selected: usize,
}

impl<'a> Lowerer<'a> {
    /// A validation error at the current place.
    fn fail(&self, message: impl Into<String>) -> Error {
        Error::validation(message).at(self.path.clone())
    }

    /// The role's types.
    pub(crate) fn schema(&self) -> RoleSchema<'a> {
        self.schema
    }

    /// As [`Self::fail`], for introspection.
    pub(crate) fn error(&self, message: String) -> Error {
        self.fail(message)
    }

    /// As [`Self::within`], for introspection.
    pub(crate) fn enter<T, const N: usize>(
        &mut self,
        steps: [&str; N],
        f: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.within(steps, f)
    }

    /// Checks a nullable boolean argument.
    pub(crate) fn check_boolean(&mut self, value: &'a crate::document::Value) -> Result<()> {
        self.optional_boolean(values::Input::Literal(value))
            .map(|_| ())
    }

    /// Runs `f` with more steps at the end of the path.
    fn within<T, const N: usize>(
        &mut self,
        steps: [&str; N],
        f: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        for step in steps {
            self.path.push(step);
        }
        let result = f(self)?;
        for _ in 0..N {
            self.path.pop();
        }
        Ok(result)
    }

    fn at_index<T>(&mut self, index: usize, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.path.push(index);
        let result = f(self)?;
        self.path.pop();
        Ok(result)
    }

    fn operation(&mut self, operation: &'a Operation) -> Result<Vec<RootAnswer>> {
        let root = match operation.kind {
            OperationKind::Query => TypeKey::QueryRoot,
            OperationKind::Mutation => {
                if !self.schema.has_mutations() {
                    return Err(self.fail("no mutations exist"));
                }
                TypeKey::MutationRoot
            }
            OperationKind::Subscription => {
                if !self.schema.has_subscriptions() {
                    return Err(self.fail("no subscriptions exist"));
                }
                TypeKey::SubscriptionRoot
            }
        };
        self.operation_directives(operation)?;
        let type_name = self.schema.type_name(&root);
        let fields = self.within(["selectionSet"], |l| {
            l.collect(&[&operation.selection], &type_name)
        })?;
        if operation.kind == OperationKind::Subscription {
            check_single(operation, fields.len())?;
        }
        let mut answers = Vec::with_capacity(fields.len());
        for field in &fields {
            self.within(["selectionSet", field.name], |l| {
                l.root(&root, field, &mut answers)
            })?;
        }
        Ok(answers)
    }

    fn operation_directives(&mut self, operation: &'a Operation) -> Result<()> {
        let allowed: &[&str] = match operation.kind {
            OperationKind::Query => &["cached"],
            OperationKind::Mutation => &[],
            OperationKind::Subscription => &["_multiple_top_level_fields"],
        };
        let place = match operation.kind {
            OperationKind::Query => "a query",
            OperationKind::Mutation => "a mutation",
            OperationKind::Subscription => "a subscription",
        };
        check_directives(&operation.directives, allowed, place)
            .map_err(|e| e.at(self.path.clone()))?;
        // The hint of a response cache: its arguments are checked although nothing is cached.
        for directive in &operation.directives {
            if directive.name != "cached" {
                continue;
            }
            self.within(["cached"], |l| {
                for (name, value) in &directive.arguments {
                    match name.as_str() {
                        "ttl" => l.within(["args", "ttl"], |l| l.int_value(value))?,
                        "refresh" => {
                            l.within(["args", "refresh"], |l| l.boolean_value(value).map(|_| ()))?;
                        }
                        other => {
                            return Err(l.fail(format!("'cached' has no argument named '{other}'")));
                        }
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn root(
        &mut self,
        root: &TypeKey,
        field: &Collected<'a>,
        answers: &mut Vec<RootAnswer>,
    ) -> Result<()> {
        if let Some(below) = self.namespace(root, field.name) {
            return self.namespace_fields(&below, field, answers);
        }
        let answer = self.root_answer(root, field)?;
        answers.push(answer);
        Ok(())
    }

    /// The type of a namespace that the role sees.
    fn namespace(&self, root: &TypeKey, name: &str) -> Option<TypeKey> {
        let roots = &self.schema.snapshot.roots;
        if roots.namespaces.is_empty() {
            return None;
        }
        match self.schema.field(root, name)?.kind {
            FieldKind::Root(RootMember::Namespace(source)) => {
                Some(TypeKey::Namespace(root.root()?, source))
            }
            _ => None,
        }
    }

    fn namespace_fields(
        &mut self,
        below: &TypeKey,
        field: &Collected<'a>,
        answers: &mut Vec<RootAnswer>,
    ) -> Result<()> {
        if let Some((name, _)) = field.arguments.first() {
            return Err(self.fail(format!("'{}' has no argument named '{name}'", field.name)));
        }
        let namespace = Namespace {
            key: field.key.into(),
            field: field.name.into(),
        };
        let fields = self.subselection(field, below)?;
        if fields.is_empty() {
            // Everything in it is skipped: the object is there nevertheless.
            answers.push(RootAnswer {
                key: namespace.key,
                field: namespace.field,
                within: None,
                value: RootValue::Json("{}".into()),
            });
            return Ok(());
        }
        for field in &fields {
            let answer = self.within(["selectionSet", field.name], |l| {
                l.root_answer(below, field)
            })?;
            answers.push(RootAnswer {
                within: Some(namespace.clone()),
                ..answer
            });
        }
        Ok(())
    }

    fn root_answer(&mut self, root: &TypeKey, field: &Collected<'a>) -> Result<RootAnswer> {
        let value = match field.name {
            "__typename" => {
                self.no_selection(field)?;
                RootValue::Json(serde_json::Value::from(self.schema.type_name(root)).to_string())
            }
            "__schema" | "__type" if *root == TypeKey::QueryRoot => {
                RootValue::Json(self.introspection(field)?)
            }
            _ => self.root_value(root, field)?,
        };
        Ok(RootAnswer {
            key: field.key.into(),
            field: field.name.into(),
            within: None,
            value,
        })
    }

    fn root_value(&mut self, root: &TypeKey, field: &Collected<'a>) -> Result<RootValue> {
        let Some(info) = self.schema.field(root, field.name) else {
            let type_name = self.schema.type_name(root);
            return Err(self.fail(format!(
                "field '{}' not found in type: '{type_name}'",
                field.name
            )));
        };
        self.check_arguments(field, &info)?;
        let member = match info.kind {
            FieldKind::Root(member) => member,
            _ => {
                self.no_selection(field)?;
                let text = info.description.as_deref().unwrap_or_default();
                return Ok(RootValue::Json(serde_json::Value::from(text).to_string()));
            }
        };
        let write = root.root() == Some(RootKind::Mutation);
        let (source, rows) = match member {
            RootMember::Table(source, table, kind) => {
                let key = TableKey(source, table);
                let rows = match kind {
                    TableRoot::Select => self.list(key, field, &info)?,
                    TableRoot::SelectByPk => self.by_primary_key(key, field, &info)?,
                    TableRoot::SelectAggregate => self.aggregate(key, field, &info)?,
                    TableRoot::SelectStream => {
                        let stream = self.stream(key, field, &info)?;
                        return Ok(RootValue::Stream(source, Box::new(stream)));
                    }
                    kind => {
                        let mutation = self.mutation(key, kind, field, &info)?;
                        return Ok(RootValue::Mutation(source, Box::new(mutation)));
                    }
                };
                (source, rows)
            }
            RootMember::Function(source, index) => {
                (source, self.function_rows(source, index, field, &info)?)
            }
            RootMember::FunctionAggregate(source, index) => (
                source,
                self.function_aggregate(source, index, field, &info)?,
            ),
            RootMember::Native(source, rows) => {
                let key = TableKey(source, rows);
                (source, self.native_list(key, field, &info)?)
            }
            // Namespaces do not nest.
            RootMember::Namespace(_) => return Err(self.fail("a namespace within a namespace")),
        };
        if write {
            return Ok(RootValue::Mutation(
                source,
                Box::new(Mutation::Function(rows)),
            ));
        }
        Ok(RootValue::Rows(source, Box::new(rows)))
    }

    /// Roles may be kept from looking at the schema.
    fn check_introspection(&self) -> Result<()> {
        let options = &self.schema.snapshot.metadata.graphql_schema_introspection;
        let role = self.schema.role;
        if options.disabled_for_roles.iter().any(|name| name == role) {
            return Err(self.fail(format!("introspection is disabled for role: {role:?}")));
        }
        Ok(())
    }

    fn introspection(&mut self, field: &Collected<'a>) -> Result<String> {
        self.check_introspection()?;
        let mut out = String::new();
        match field.name {
            "__schema" => {
                if let Some((name, _)) = field.arguments.first() {
                    return Err(self.fail(format!("'__schema' has no argument named '{name}'")));
                }
                introspection::schema(self, field, &mut out)?;
            }
            _ => {
                let mut wanted = None;
                for (name, value) in field.arguments {
                    if name != "name" {
                        return Err(self.fail(format!("'__type' has no argument named '{name}'")));
                    }
                    wanted = Some(self.within(["args", "name"], |l| l.string_value(value))?);
                }
                let Some(name) = wanted else {
                    return Err(self
                        .within(["args", "name"], |l| {
                            Err::<(), _>(l.fail("missing required field 'name'"))
                        })
                        .err()
                        .unwrap_or_else(|| self.fail("missing required field 'name'")));
                };
                introspection::named_type(self, field, &name, &mut out)?;
            }
        }
        Ok(out)
    }
}

/// A subscription has one root field unless it says that it means several (A22).
fn check_single(operation: &Operation, fields: usize) -> Result<()> {
    let several = operation
        .directives
        .iter()
        .any(|directive| directive.name == "_multiple_top_level_fields");
    if fields > 1 && !several {
        return Err(Error::validation(
            "subscriptions must select one top level field",
        ));
    }
    Ok(())
}

/// Checks that directives exist, are allowed at the place and stand once.
fn check_directives(directives: &[Directive], allowed: &[&str], place: &str) -> Result<()> {
    const KNOWN: [&str; 4] = ["include", "skip", "cached", "_multiple_top_level_fields"];
    let mut seen = BTreeSet::new();
    let mut repeated = BTreeSet::new();
    for directive in directives {
        let name = directive.name.as_str();
        if !KNOWN.contains(&name) {
            return Err(Error::validation(format!(
                "directive '{name}' is not defined in the schema"
            )));
        }
        if !allowed.contains(&name) {
            return Err(Error::validation(format!(
                "directive '{name}' is not allowed on {place}"
            )));
        }
        if !seen.insert(name) {
            repeated.insert(name);
        }
    }
    if repeated.is_empty() {
        return Ok(());
    }
    Err(Error::validation(format!(
        "the following directives are used more than once: {}",
        quoted_list(repeated)
    )))
}
