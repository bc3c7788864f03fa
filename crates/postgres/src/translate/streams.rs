//! Streams: the next rows along a cursor.
//!
//! ```sql
//! select coalesce(json_agg(t4.v order by t4.x0 asc), '[]'::json) as root,
//!        ((array_agg(t4.x0::text order by t4.x0 desc))[1]) as v
//! from (select (select row_to_json(t3.*) from (select t2.c0 as "id") as t3) as v, t2.x0 as x0
//!       from (select t1."id" as c0, t1."id" as x0 from "public"."event" as t1
//!             where (t1."id" > <cursor>) order by t1."id" asc
//!             fetch first (<batch size>) rows with ties) as t2) as t4
//! ```
//!
//! The cursor is the text of the last row's value, read back as the column's type. `array_agg`
//! instead of `max`, which not every type has.

use super::Compiler;
use super::fields::Layers;
use super::names::Row;
use super::objects::array;
use super::rows::Most;
use crate::sql::{ColumnName, Expr, FromItem, Order, Select, SqlType};
use howdah_error::{Error, Result};
use howdah_ir::query::Output;
use howdah_ir::stream::Stream;

impl Compiler<'_> {
    /// The next rows as the column `root` and the new cursor as `v`, in exactly one row.
    pub(super) fn stream(&self, stream: &Stream, behind: bool) -> Result<Select> {
        let Output::List(fields) = &stream.rows.output else {
            return Err(Error::unexpected("a stream is a list"));
        };
        let source = self.source(&stream.rows, None, Most::Asked)?;
        let mut base = source.select;
        let table = stream.rows.permit.table();
        let column = &stream.cursor.column;
        let value = self.column_use(column, &source.row)?;
        base.restrict(if behind {
            let ty = self.sql_type(self.catalog.column(table, column.column()).ty);
            let operator = if stream.cursor.ascending { ">" } else { "<" };
            value.clone().binary(operator, self.cursor_value(ty))
        } else {
            Expr::IsNull(Box::new(value.clone()), false)
        });
        let (forward, backward) = match stream.cursor.ascending {
            true => ("asc", "desc"),
            false => ("desc", "asc"),
        };
        let ordered = |by: Expr, direction| vec![Order { by, direction }];
        base.order = ordered(value.clone(), forward);
        let size = self.param(stream.batch_size);
        base.limit = Some(match stream.rows.permit.limit() {
            Some(limit) => Expr::Least(vec![size, Expr::Number(limit)]),
            None => size,
        });
        base.ties = true;

        let above = Row::copied(self.alias(), table);
        let above_alias = above.alias;
        let layers = Layers::sliced(source.row, above);
        let place = layers.lift(value);
        let mut objects = Select::default();
        let mut object = Select::default();
        let entries = self.entries(fields, &layers, &mut objects)?;
        let shape = self.set_object(&mut object, entries);
        base.columns = self.lifted_columns(&layers);
        let alias = self.alias();
        let object = Select {
            columns: vec![(shape.object(alias), None)],
            from: Some(FromItem::Select(Box::new(object), alias)),
            ..Select::default()
        };
        objects.from = Some(FromItem::Select(Box::new(base), above_alias));
        objects.columns = vec![
            (Expr::Scalar(Box::new(object)), Some(ColumnName::Value)),
            (place, Some(ColumnName::Extra(0))),
        ];

        let alias = self.alias();
        let place = Expr::Column(alias, ColumnName::Extra(0));
        let last = Expr::Aggregate {
            name: "array_agg",
            distinct: false,
            arguments: vec![place.clone().cast(SqlType::text())],
            order: ordered(place.clone(), backward),
        };
        Ok(Select {
            // Their arguments are the batch's.
            with: self.natives.take(),
            columns: vec![
                (
                    array(
                        Expr::Column(alias, ColumnName::Value),
                        ordered(place, forward),
                    ),
                    Some(ColumnName::Root),
                ),
                (Expr::Element(Box::new(last), 1), Some(ColumnName::Value)),
            ],
            from: Some(FromItem::Select(Box::new(objects), alias)),
            ..Select::default()
        })
    }
}
