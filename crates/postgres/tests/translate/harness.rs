//! A database with its catalogue, and short ways to write trees.

use howdah_ir::catalog::{Catalog, ColumnId, TableId, TypeId};
use howdah_ir::params::{Param, ParamId, ParamSource, Params, ValueType};
use howdah_ir::permit::{ColumnUse, Roles, SelectPermit, SelectRules, Target};
use howdah_ir::predicate::*;
use howdah_ir::query::*;
use howdah_ir::{ParamId as Id, Session};
use howdah_postgres::introspection::introspect;
use howdah_postgres::json_rows::{RowShape, RowWriter};
use howdah_postgres::translate::{self, AnswerForm, Context, Options, Statement};
use howdah_test_postgres::{TestDatabase, database};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct Fixture {
    _database: TestDatabase,
    pub client: tokio_postgres::Client,
    pub catalog: Catalog,
    pub options: Options,
    pub params: Params,
    pub session: Session,
}

pub async fn fixture(sql: &str) -> Fixture {
    let database = database().await;
    database.run(sql).await;
    let client = database.client().await;
    let catalog = introspect(&client).await.unwrap();
    Fixture {
        _database: database,
        client,
        catalog,
        options: Options::default(),
        params: Params::default(),
        session: Session::admin(),
    }
}

impl Fixture {
    pub fn table(&self, name: &str) -> TableId {
        self.catalog
            .table_named("public", name)
            .unwrap_or_else(|| panic!("no table {name}"))
    }

    pub fn column(&self, table: &str, column: &str) -> ColumnId {
        self.catalog
            .table(self.table(table))
            .column_named(column)
            .unwrap_or_else(|| panic!("no column {table}.{column}"))
    }

    pub fn ty(&self, name: &str) -> TypeId {
        self.catalog
            .type_named(name)
            .unwrap_or_else(|| panic!("no type {name}"))
    }

    pub fn admin(&self, table: &str) -> SelectPermit {
        Roles::default()
            .open_select("admin", self.table(table))
            .unwrap()
    }

    pub fn permit(&self, table: &str, rules: SelectRules) -> SelectPermit {
        let mut roles = Roles::default();
        roles.grant(&"user".into(), self.table(table)).select = Some(Arc::new(rules));
        roles.open_select("user", self.table(table)).unwrap()
    }

    pub fn rules(&self, table: &str, filter: Predicate) -> SelectRules {
        let columns: BTreeMap<_, _> = self
            .catalog
            .table(self.table(table))
            .columns_with_ids()
            .map(|(id, _)| (id, None))
            .collect();
        SelectRules {
            columns,
            computed_fields: BTreeMap::new(),
            filter: Arc::new(filter),
            limit: None,
            aggregations: true,
            query_root_fields: None,
            subscription_root_fields: None,
        }
    }

    pub fn col(&self, table: &str, column: &str) -> ColumnUse {
        ColumnUse::in_rule(self.column(table, column))
    }

    pub fn target(&self, table: &str) -> Target {
        Target::in_rule(self.table(table))
    }

    pub fn param(&mut self, ty: &str, text: &str) -> ParamId {
        let ty = ValueType::One(self.ty(ty));
        self.param_of(ty, Some(text))
    }

    pub fn param_of(&mut self, ty: ValueType, text: Option<&str>) -> Id {
        self.params.push(Param {
            ty,
            text: text.map(Into::into),
            source: ParamSource::Literal,
        })
    }

    pub fn value(&mut self, ty: &str, text: &str) -> Operand {
        Operand::Param(self.param(ty, text))
    }

    pub fn compare(
        &mut self,
        table: &str,
        column: &str,
        operator: Operator,
        ty: &str,
        text: &str,
    ) -> Predicate {
        let value = self.value(ty, text);
        Predicate::Column(self.col(table, column), Comparison::Binary(operator, value))
    }

    pub fn field(&self, table: &str, column: &str) -> Field {
        self.field_as(table, column, column)
    }

    pub fn field_as(&self, table: &str, column: &str, key: &str) -> Field {
        Field {
            key: key.into(),
            value: FieldValue::Column {
                column: self.col(table, column),
                path: None,
            },
        }
    }

    pub fn fields(&self, table: &str, columns: &[&str]) -> Vec<Field> {
        columns.iter().map(|c| self.field(table, c)).collect()
    }

    pub fn mapping(&self, parent: (&str, &str), child: (&str, &str)) -> Vec<(ColumnId, ColumnId)> {
        vec![(
            self.column(parent.0, parent.1),
            self.column(child.0, child.1),
        )]
    }

    pub fn call(&self, name: &str, arguments: Vec<ArgumentValue>) -> FunctionCall {
        FunctionCall {
            function: *self
                .catalog
                .functions_named("public", name)
                .first()
                .unwrap_or_else(|| panic!("no function {name}")),
            arguments: arguments
                .into_iter()
                .map(|value| CallArgument { name: None, value })
                .collect(),
        }
    }

    pub fn compile(&self, rows: &Rows) -> Statement {
        let context = Context {
            catalog: &self.catalog,
            options: &self.options,
            params: &self.params,
        };
        translate::select(&context, rows).unwrap()
    }

    /// The answer's text. What plain rows would make of it is compared on the way.
    pub async fn answer_text(&self, rows: &Rows) -> Result<String, String> {
        let statement = self.compile(rows);
        let text = self.run(&statement, None).await.map(|mut row| {
            assert_eq!(row.len(), 1);
            row.remove(0).unwrap()
        });
        let context = Context {
            catalog: &self.catalog,
            options: &self.options,
            params: &self.params,
        };
        let read = translate::read(&context, rows).unwrap();
        if let AnswerForm::Rows(shape) = &read.form {
            let written = self.write_rows(&read, shape).await;
            match (&text, written) {
                (Ok(text), Ok(written)) => {
                    let (mut json, mut made) = (elements(text), elements(&written));
                    if rows.order.is_empty() {
                        json.sort_by(|a, b| a.get().cmp(b.get()));
                        made.sort_by(|a, b| a.get().cmp(b.get()));
                    }
                    let texts = |list: Vec<Box<RawValue>>| -> Vec<String> {
                        list.iter().map(|e| e.get().to_owned()).collect()
                    };
                    assert_eq!(texts(made), texts(json), "{}", read.sql);
                }
                (Err(_), Err(_)) => {}
                (text, written) => panic!("{text:?} but {written:?}\n{}", read.sql),
            }
        } else {
            assert_eq!(read, statement);
        }
        text
    }

    async fn write_rows(
        &self,
        statement: &Statement,
        shape: &Arc<RowShape>,
    ) -> Result<String, String> {
        let arguments = statement.arguments(&self.params, &self.session.to_json().into(), None);
        let arguments: Vec<_> = arguments
            .iter()
            .map(|a| a as &(dyn tokio_postgres::types::ToSql + Sync))
            .collect();
        let rows = self
            .client
            .query(&statement.sql, &arguments)
            .await
            .map_err(|e| format!("{e:?}\n{}", statement.sql))?;
        let mut writer = RowWriter::new(shape.clone());
        let mut out = Vec::new();
        for row in &rows {
            writer.row(row, &mut out).map_err(|e| e.to_string())?;
        }
        writer.finish(&mut out);
        Ok(String::from_utf8(out).unwrap())
    }

    pub async fn run(
        &self,
        statement: &Statement,
        rows: Option<&Arc<str>>,
    ) -> Result<Vec<Option<String>>, String> {
        let arguments = statement.arguments(&self.params, &self.session.to_json().into(), rows);
        let arguments: Vec<_> = arguments
            .iter()
            .map(|a| a as &(dyn tokio_postgres::types::ToSql + Sync))
            .collect();
        let prepared = self
            .client
            .prepare(&statement.sql)
            .await
            .map_err(|e| format!("{e:?}\n{}", statement.sql))?;
        let answer = self
            .client
            .query(&prepared, &arguments)
            .await
            .map_err(|e| format!("{e:?}\n{}", statement.sql))?;
        assert_eq!(answer.len(), 1, "one row\n{}", statement.sql);
        let row = &answer[0];
        Ok((0..row.len())
            .map(|i| row.get::<_, Option<Text>>(i).map(|t| t.0))
            .collect())
    }

    pub async fn answer(&self, rows: &Rows) -> Value {
        match self.answer_text(rows).await {
            Ok(text) => serde_json::from_str(&text).unwrap(),
            Err(e) => panic!("{e}"),
        }
    }
}

/// The bytes of a text, json or boolean column.
struct Text(String);

impl<'a> tokio_postgres::types::FromSql<'a> for Text {
    fn from_sql(
        ty: &tokio_postgres::types::Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        if *ty == tokio_postgres::types::Type::BOOL {
            return Ok(Text((raw == [1]).to_string()));
        }
        Ok(Text(String::from_utf8(raw.to_vec())?))
    }

    fn accepts(_: &tokio_postgres::types::Type) -> bool {
        true
    }
}

fn elements(list: &str) -> Vec<Box<RawValue>> {
    serde_json::from_str(list).unwrap()
}

pub fn rows(permit: SelectPermit, output: Output) -> Rows {
    Rows {
        permit,
        source: RowSource::Table,
        filter: Predicate::TRUE,
        distinct_on: Vec::new(),
        order: Vec::new(),
        limit: None,
        offset: None,
        output,
    }
}

pub fn list(permit: SelectPermit, fields: Vec<Field>) -> Rows {
    rows(permit, Output::List(fields))
}

pub fn object(permit: SelectPermit, fields: Vec<Field>) -> Rows {
    rows(permit, Output::Object(fields))
}

pub fn related(key: &str, mapping: Vec<(ColumnId, ColumnId)>, rows: Rows) -> Field {
    Field {
        key: key.into(),
        value: FieldValue::Related(Box::new(Related { mapping, rows })),
    }
}

pub fn by(by: OrderBy, direction: Direction) -> OrderTerm {
    OrderTerm { by, direction }
}

pub fn asc(column: ColumnUse) -> OrderTerm {
    by(OrderBy::Column(column), Direction::AscNullsLast)
}

pub fn desc(column: ColumnUse) -> OrderTerm {
    by(OrderBy::Column(column), Direction::DescNullsFirst)
}
