//! What a role gets, found by walking over all rows with three-valued logic: slow, short, and
//! written from the specification, not from the engine.

use super::condition::{Aggregate, Condition, Figure as Measure, List, Operand, Operator};
use super::expected::{Expected, Group, slice};
use super::request::{
    Arguments, By, Field, FieldKind, FigureKind, Function, Order, Part, PartKind, Request, RootKind,
};
use super::world::{Arity, Cell, Row, Type, World};
use serde_json::json;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A mistake that the evaluator makes on purpose, to prove that comparing finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// None.
    Nothing,
    /// Rows are shown whatever the rules say.
    NoFilters,
    /// Related rows count in conditions whatever the rules say.
    NoFiltersInConditions,
    /// Related rows count in orders whatever the rules say.
    NoFiltersInOrders,
    /// Cells are shown although none of the roles behind the asking one shows them.
    NoRedaction,
    /// Cells are hidden in answers, but conditions see them.
    NoRedactionInConditions,
    /// Lists are as long as they may be.
    NoLimits,
    /// What is unknown counts as true under `not`.
    UnknownIsFalse,
}

/// Asks as a role.
pub struct Naive<'w> {
    /// Tables, rows, rules.
    pub world: &'w World,
    /// Who asks.
    pub role: &'w str,
    /// Session variables by lower-case name.
    pub session: &'w BTreeMap<String, String>,
    /// A mistake to make.
    pub mistake: Mistake,
}

/// Whose eyes a condition sees with.
#[derive(Clone, Copy)]
pub(super) enum Eyes {
    /// The author of a rule: all rows, all columns.
    Author,
    /// The asking role.
    Asker,
}

/// A row of a table.
#[derive(Clone, Copy)]
pub(super) struct At<'w> {
    pub(super) table: usize,
    pub(super) row: &'w Row,
}

impl<'w> Naive<'w> {
    // ---- Rights

    fn parents(&self, role: &str) -> &'w [String] {
        self.world
            .inherited
            .iter()
            .find(|(name, _)| name == role)
            .map_or(&[], |(_, parents)| parents.as_slice())
    }

    /// Whether a role may read a table at all.
    pub fn opens(&self, role: &str, table: usize) -> bool {
        self.world.rules.contains_key(&(role.to_owned(), table))
            || self.parents(role).iter().any(|p| self.opens(p, table))
    }

    /// Whether a role has a column.
    pub fn has_column(&self, role: &str, table: usize, column: usize) -> bool {
        match self.world.rules.get(&(role.to_owned(), table)) {
            Some(rule) => rule.columns.contains(&column),
            None => self
                .parents(role)
                .iter()
                .any(|p| self.has_column(p, table, column)),
        }
    }

    /// Whether a role may ask for aggregates of a table.
    pub fn has_aggregates(&self, role: &str, table: usize) -> bool {
        match self.world.rules.get(&(role.to_owned(), table)) {
            Some(rule) => rule.aggregates,
            None => self
                .parents(role)
                .iter()
                .any(|p| self.has_aggregates(p, table)),
        }
    }

    fn limit(&self, role: &str, table: usize) -> Option<usize> {
        match self.world.rules.get(&(role.to_owned(), table)) {
            Some(rule) => rule.limit,
            None => self
                .parents(role)
                .iter()
                .filter_map(|p| self.limit(p, table))
                .max(),
        }
    }

    fn row_visible(&self, role: &str, at: At<'w>) -> bool {
        match self.world.rules.get(&(role.to_owned(), at.table)) {
            Some(rule) => self.holds(&rule.filter, at, at, Eyes::Author) == Some(true),
            None => self.parents(role).iter().any(|p| self.row_visible(p, at)),
        }
    }

    /// Whether a cell of a visible row is visible.
    fn cell_visible(&self, role: &str, at: At<'w>, column: usize) -> bool {
        match self.world.rules.get(&(role.to_owned(), at.table)) {
            Some(rule) => rule.columns.contains(&column),
            None => {
                self.always_shows(role, at.table, column)
                    || self
                        .parents(role)
                        .iter()
                        .any(|p| self.row_visible(p, at) && self.cell_visible(p, at, column))
            }
        }
    }

    /// Whether a role sees a column in whatever row it gets: of rows that it wrote, it gets those too
    /// that it could not find.
    fn always_shows(&self, role: &str, table: usize, column: usize) -> bool {
        match self.world.rules.get(&(role.to_owned(), table)) {
            Some(rule) => rule.columns.contains(&column),
            None => {
                let mut parents = self.parents(role).iter().filter(|p| self.opens(p, table));
                self.opens(role, table) && parents.all(|p| self.always_shows(p, table, column))
            }
        }
    }

    /// Whether the role sees a row of a table, and which of its values.
    pub fn sees(&self, table: usize, row: &'w Row) -> (bool, Vec<bool>) {
        let at = At { table, row };
        let visible = self.opens(self.role, table) && self.row_visible(self.role, at);
        let cells = (0..row.len()).map(|c| visible && self.cell_visible(self.role, at, c));
        (visible, cells.collect())
    }

    fn cell(&self, at: At<'w>, column: usize, eyes: Eyes) -> Cell {
        let shown = match eyes {
            Eyes::Author => true,
            Eyes::Asker => {
                self.mistake == Mistake::NoRedaction || self.cell_visible(self.role, at, column)
            }
        };
        if shown {
            at.row[column].clone()
        } else {
            Cell::Null
        }
    }

    /// Whether a role could tell the difference between a column and NULL somewhere.
    pub fn is_redacted(&self, table: usize, column: usize) -> bool {
        self.world.tables[table]
            .rows
            .iter()
            .map(|row| At { table, row })
            .any(|at| self.row_visible(self.role, at) && !self.cell_visible(self.role, at, column))
    }

    // ---- Conditions

    fn related(&self, at: At<'w>, link: usize) -> Vec<At<'w>> {
        let link = &self.world.tables[at.table].links[link];
        self.world.tables[link.target]
            .rows
            .iter()
            .filter(|row| {
                link.mapping
                    .iter()
                    .all(|(own, other)| at.row[*own] != Cell::Null && at.row[*own] == row[*other])
            })
            .map(|row| At {
                table: link.target,
                row,
            })
            .collect()
    }

    /// Related rows that count for a condition.
    fn counting(&self, at: At<'w>, link: usize, eyes: Eyes) -> Vec<At<'w>> {
        let mut rows = self.related(at, link);
        if matches!(eyes, Eyes::Asker) && self.mistake != Mistake::NoFiltersInConditions {
            rows.retain(|r| self.row_visible(self.role, *r));
        }
        rows
    }

    /// Whether a condition holds; `None` is unknown.
    pub(super) fn holds(
        &self,
        condition: &Condition,
        at: At<'w>,
        root: At<'w>,
        eyes: Eyes,
    ) -> Option<bool> {
        let seen = |column: usize| match (eyes, self.mistake) {
            (Eyes::Asker, Mistake::NoRedactionInConditions) => at.row[column].clone(),
            _ => self.cell(at, column, eyes),
        };
        match condition {
            Condition::And(all) => all_hold(all.iter().map(|c| self.holds(c, at, root, eyes))),
            Condition::Or(any) => any_holds(any.iter().map(|c| self.holds(c, at, root, eyes))),
            Condition::Not(inner) => match self.holds(inner, at, root, eyes) {
                None if self.mistake == Mistake::UnknownIsFalse => Some(true),
                known => known.map(|b| !b),
            },
            Condition::Compare(column, operator, operand) => {
                let ty = self.world.tables[at.table].columns[*column].ty;
                compare(
                    &seen(*column),
                    *operator,
                    &self.operand(operand, ty, at, root),
                )
            }
            Condition::IsNull(column, positive) => Some((seen(*column) == Cell::Null) == *positive),
            Condition::In(column, positive, list) => {
                let ty = self.world.tables[at.table].columns[*column].ty;
                let items: Vec<Cell> = match list {
                    List::Of(items) => items
                        .iter()
                        .map(|i| self.operand(i, ty, at, root))
                        .collect(),
                    List::Session(name) => array(&self.session[&name.to_lowercase()], ty),
                };
                let found = among(&seen(*column), &items);
                if *positive { found } else { found.map(|b| !b) }
            }
            Condition::Link(link, inner) => {
                let found = self
                    .counting(at, *link, eyes)
                    .into_iter()
                    .any(|r| self.holds(inner, r, root, eyes) == Some(true));
                Some(found)
            }
            Condition::Exists(table, inner) => {
                let found = self.world.tables[*table]
                    .rows
                    .iter()
                    .map(|row| At { table: *table, row })
                    .any(|r| self.holds(inner, r, root, eyes) == Some(true));
                Some(found)
            }
            Condition::Aggregate(aggregate) => Some(self.measure(aggregate, at, eyes)),
        }
    }

    fn measure(&self, aggregate: &Aggregate, at: At<'w>, eyes: Eyes) -> bool {
        let mut rows = self.counting(at, aggregate.link, eyes);
        if let Some(filter) = &aggregate.filter {
            rows.retain(|r| self.holds(filter, *r, *r, eyes) == Some(true));
        }
        let value = match &aggregate.of {
            Measure::Count(columns, distinct) => {
                Cell::Int(self.count(&rows, columns, *distinct) as i64)
            }
            Measure::All(column) | Measure::Any(column) => {
                let known: Vec<bool> = rows
                    .iter()
                    .filter_map(|r| match self.cell(*r, *column, eyes) {
                        Cell::Bool(b) => Some(b),
                        _ => None,
                    })
                    .collect();
                match (&aggregate.of, known.is_empty()) {
                    (_, true) => Cell::Null,
                    (Measure::All(_), _) => Cell::Bool(known.iter().all(|b| *b)),
                    _ => Cell::Bool(known.iter().any(|b| *b)),
                }
            }
        };
        compare(&value, aggregate.operator, &aggregate.value) == Some(true)
    }

    fn operand(&self, operand: &Operand, ty: Type, at: At<'w>, root: At<'w>) -> Cell {
        match operand {
            Operand::Value(cell) => cell.clone(),
            Operand::Session(name) => typed(&self.session[&name.to_lowercase()], ty),
            Operand::Column(column) => at.row[*column].clone(),
            Operand::Root(column) => root.row[*column].clone(),
        }
    }

    // ---- Lists

    /// What a request gets.
    pub fn answer(&self, request: &Request) -> Expected {
        let fields = request.roots.iter().map(|root| {
            let table = root.table;
            let all: Vec<At<'w>> = self.world.tables[table]
                .rows
                .iter()
                .map(|row| At { table, row })
                .collect();
            let value = match &root.kind {
                RootKind::List(arguments, fields) => self.list(all, table, arguments, fields),
                RootKind::Aggregate(arguments, parts) => {
                    self.aggregate(all, table, arguments, parts)
                }
                RootKind::Function(low, arguments, fields) => {
                    self.list(from(all, *low), table, arguments, fields)
                }
                RootKind::FunctionAggregate(low, arguments, parts) => {
                    self.aggregate(from(all, *low), table, arguments, parts)
                }
                RootKind::ByKey(key, fields) => all
                    .into_iter()
                    .filter(|at| self.shown(*at))
                    .find(|at| {
                        key.iter().enumerate().all(|(c, cell)| {
                            compare(&self.cell(*at, c, Eyes::Asker), Operator::Equal, cell)
                                == Some(true)
                        })
                    })
                    .map_or(Expected::Exact(json!(null)), |at| self.object(at, fields)),
            };
            (root.key.clone(), value)
        });
        Expected::Object(fields.collect())
    }

    fn shown(&self, at: At<'w>) -> bool {
        self.mistake == Mistake::NoFilters || self.row_visible(self.role, at)
    }

    /// Rows in groups of equals, each place with its candidates.
    fn rows(
        &self,
        candidates: Vec<At<'w>>,
        arguments: &Arguments,
    ) -> Vec<(Vec<Vec<At<'w>>>, usize)> {
        let mut rows: Vec<(Vec<Cell>, At<'w>)> = candidates
            .into_iter()
            .filter(|at| self.shown(*at))
            .filter(|at| {
                arguments
                    .filter
                    .as_ref()
                    .is_none_or(|f| self.holds(f, *at, *at, Eyes::Asker) == Some(true))
            })
            .map(|at| {
                let keys = arguments
                    .order
                    .iter()
                    .map(|o| self.sort_key(&o.by, at))
                    .collect();
                (keys, at)
            })
            .collect();
        rows.sort_by(|(a, _), (b, _)| compare_keys(a, b, &arguments.order));
        let mut places: Vec<(Vec<Cell>, Vec<At<'w>>)> = Vec::new();
        if arguments.distinct.is_empty() {
            places.extend(rows.into_iter().map(|(keys, at)| (keys, vec![at])));
        } else {
            // The first row of each value, or any of those that are equally first.
            let mut firsts: Vec<(Vec<Cell>, Vec<Cell>, Vec<At<'w>>)> = Vec::new();
            for (keys, at) in rows {
                let value: Vec<Cell> = arguments
                    .distinct
                    .iter()
                    .map(|c| self.cell(at, *c, Eyes::Asker))
                    .collect();
                match firsts.iter_mut().find(|(v, _, _)| *v == value) {
                    None => firsts.push((value, keys, vec![at])),
                    Some((_, first, ats)) if *first == keys => ats.push(at),
                    Some(_) => {}
                }
            }
            places.extend(firsts.into_iter().map(|(_, keys, ats)| (keys, ats)));
        }
        let mut groups: Vec<(Vec<Cell>, Vec<Vec<At<'w>>>)> = Vec::new();
        for (keys, ats) in places {
            match groups.last_mut() {
                Some((last, group)) if *last == keys => group.push(ats),
                _ => groups.push((keys, vec![ats])),
            }
        }
        groups
            .into_iter()
            .map(|(_, places)| {
                let n = places.len();
                (places, n)
            })
            .collect()
    }

    fn sort_key(&self, by: &By, at: At<'w>) -> Cell {
        let seen = |link: usize| -> Vec<At<'w>> {
            let mut rows = self.related(at, link);
            if self.mistake != Mistake::NoFiltersInOrders {
                rows.retain(|r| self.row_visible(self.role, *r));
            }
            rows
        };
        match by {
            By::Column(column) => self.cell(at, *column, Eyes::Asker),
            By::Link(link, inner) => seen(*link)
                .first()
                .map_or(Cell::Null, |r| self.sort_key(inner, *r)),
            By::Count(link) => Cell::Int(seen(*link).len() as i64),
            By::Function(link, function, column) => {
                let cells: Vec<Cell> = seen(*link)
                    .iter()
                    .map(|r| self.cell(*r, *column, Eyes::Asker))
                    .collect();
                extreme(*function, cells)
            }
        }
    }

    pub(super) fn list(
        &self,
        candidates: Vec<At<'w>>,
        table: usize,
        arguments: &Arguments,
        fields: &[Field],
    ) -> Expected {
        let groups = self.shaped(self.rows(candidates, arguments), fields);
        let groups = slice(groups, arguments.offset.unwrap_or(0), arguments.limit);
        Expected::List(self.limited(groups, table))
    }

    fn limited(&self, groups: Vec<Group>, table: usize) -> Vec<Group> {
        match self.limit(self.role, table) {
            Some(limit) if self.mistake != Mistake::NoLimits => slice(groups, 0, Some(limit)),
            _ => groups,
        }
    }

    fn shaped(&self, groups: Vec<(Vec<Vec<At<'w>>>, usize)>, fields: &[Field]) -> Vec<Group> {
        groups
            .into_iter()
            .map(|(places, take)| Group {
                places: places
                    .into_iter()
                    .map(|ats| ats.into_iter().map(|at| self.object(at, fields)).collect())
                    .collect(),
                take,
            })
            .collect()
    }

    pub(super) fn object(&self, at: At<'w>, fields: &[Field]) -> Expected {
        let table = &self.world.tables[at.table];
        let value = |field: &Field| match &field.kind {
            FieldKind::Typename => Expected::Exact(json!(table.name)),
            FieldKind::Column(column) => {
                Expected::Exact(self.cell(at, *column, Eyes::Asker).json())
            }
            FieldKind::One(link, inner) => {
                assert_eq!(table.links[*link].arity, Arity::One);
                self.related(at, *link)
                    .into_iter()
                    .find(|r| self.shown(*r))
                    .map_or(Expected::Exact(json!(null)), |r| self.object(r, inner))
            }
            FieldKind::Many(link, arguments, inner) => {
                let target = table.links[*link].target;
                self.list(self.related(at, *link), target, arguments, inner)
            }
            FieldKind::Aggregate(link, arguments, parts) => {
                let target = table.links[*link].target;
                self.aggregate(self.related(at, *link), target, arguments, parts)
            }
        };
        Expected::Object(fields.iter().map(|f| (f.key.clone(), value(f))).collect())
    }

    // ---- Aggregates

    fn aggregate(
        &self,
        candidates: Vec<At<'w>>,
        table: usize,
        arguments: &Arguments,
        parts: &[Part],
    ) -> Expected {
        let groups = self.rows(candidates, arguments);
        let offset = arguments.offset.unwrap_or(0);
        // The rows that are aggregated, if it is certain which ones they are.
        let kept = slice(self.shaped(groups.clone(), &[]), offset, arguments.limit);
        let kept_count: usize = kept.iter().map(|g| g.take).sum();
        let certain = kept.iter().all(|g| g.take == g.places.len())
            && groups
                .iter()
                .all(|(places, _)| places.iter().all(|ats| ats.len() == 1));
        let rows: Vec<At<'w>> = groups
            .iter()
            .flat_map(|(places, _)| places.iter().flatten().copied())
            .skip(offset)
            .take(kept_count)
            .collect();
        let value = |part: &Part| match &part.kind {
            PartKind::Nodes(fields) => {
                let groups = slice(self.shaped(groups.clone(), fields), offset, arguments.limit);
                Expected::List(self.limited(groups, table))
            }
            PartKind::Figures(figures) => Expected::Object(
                figures
                    .iter()
                    .map(|figure| {
                        let value = match &figure.kind {
                            FigureKind::Count(columns, _) if columns.is_empty() => {
                                Expected::Exact(json!(kept_count))
                            }
                            _ if !certain => Expected::Open,
                            FigureKind::Count(columns, distinct) => {
                                Expected::Exact(json!(self.count(&rows, columns, *distinct)))
                            }
                            FigureKind::Function(function, columns) => {
                                self.figures(&rows, table, *function, columns)
                            }
                        };
                        (figure.key.clone(), value)
                    })
                    .collect(),
            ),
        };
        Expected::Object(parts.iter().map(|p| (p.key.clone(), value(p))).collect())
    }

    fn figures(
        &self,
        rows: &[At<'w>],
        table: usize,
        function: Function,
        columns: &[usize],
    ) -> Expected {
        let fields = columns.iter().map(|column| {
            let cells = rows
                .iter()
                .map(|r| self.cell(*r, *column, Eyes::Asker))
                .collect();
            let name = self.world.tables[table].columns[*column].name.clone();
            (name, compute(function, cells))
        });
        Expected::Object(fields.collect())
    }

    fn count(&self, rows: &[At<'w>], columns: &[usize], distinct: bool) -> usize {
        let mut tuples: Vec<Vec<Cell>> = rows
            .iter()
            .map(|r| {
                columns
                    .iter()
                    .map(|c| self.cell(*r, *c, Eyes::Asker))
                    .collect()
            })
            .collect();
        // One column: NULL does not count. Several make a row, which is never NULL.
        if let [_] = columns {
            tuples.retain(|t| t[0] != Cell::Null);
        }
        if distinct && !columns.is_empty() {
            tuples.sort();
            tuples.dedup();
        }
        tuples.len()
    }
}

// ---- Values

/// The rows whose first column is at least `low`.
fn from(mut all: Vec<At<'_>>, low: Option<i64>) -> Vec<At<'_>> {
    if let Some(low) = low {
        all.retain(|at| at.row[0] >= Cell::Int(low));
    }
    all
}

fn typed(text: &str, ty: Type) -> Cell {
    match ty {
        Type::Int => Cell::Int(text.parse().unwrap()),
        Type::Text => Cell::Text(text.to_owned()),
        Type::Bool => Cell::Bool(text == "true"),
    }
}

/// PostgreSQL's form of an array, of elements that need no quotes.
fn array(text: &str, ty: Type) -> Vec<Cell> {
    text.trim_matches(['{', '}'])
        .split(',')
        .filter(|item| !item.is_empty())
        .map(|item| {
            if item == "NULL" {
                Cell::Null
            } else {
                typed(item, ty)
            }
        })
        .collect()
}

fn among(cell: &Cell, items: &[Cell]) -> Option<bool> {
    if items.is_empty() {
        return Some(false);
    }
    if *cell == Cell::Null {
        return None;
    }
    if items.contains(cell) {
        return Some(true);
    }
    if items.contains(&Cell::Null) {
        None
    } else {
        Some(false)
    }
}

fn compare(left: &Cell, operator: Operator, right: &Cell) -> Option<bool> {
    if *left == Cell::Null || *right == Cell::Null {
        return None;
    }
    let order = left.cmp(right);
    Some(match operator {
        Operator::Equal => order == Ordering::Equal,
        Operator::Unequal => order != Ordering::Equal,
        Operator::Greater => order == Ordering::Greater,
        Operator::Less => order == Ordering::Less,
        Operator::AtLeast => order != Ordering::Less,
        Operator::AtMost => order != Ordering::Greater,
        Operator::Like => like(left, right, false),
        Operator::NotLike => !like(left, right, false),
        Operator::LikeInAnyCase => like(left, right, true),
    })
}

fn like(left: &Cell, pattern: &Cell, any_case: bool) -> bool {
    let (Cell::Text(text), Cell::Text(pattern)) = (left, pattern) else {
        panic!("only texts have patterns");
    };
    let fold = |s: &str| {
        if any_case {
            s.to_lowercase()
        } else {
            s.to_owned()
        }
    };
    let text: Vec<char> = fold(text).chars().collect();
    let pattern: Vec<char> = fold(pattern).chars().collect();
    matches(&text, &pattern)
}

fn matches(text: &[char], pattern: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, first) => first.is_none(),
        (Some('%'), _) => (0..=text.len()).any(|i| matches(&text[i..], &pattern[1..])),
        (Some(_), None) => false,
        (Some('_'), Some(_)) => matches(&text[1..], &pattern[1..]),
        (Some(p), Some(c)) => p == c && matches(&text[1..], &pattern[1..]),
    }
}

fn compare_keys(a: &[Cell], b: &[Cell], order: &[Order]) -> Ordering {
    for ((a, b), term) in a.iter().zip(b).zip(order) {
        let nulls = |first: bool| {
            if first {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        };
        let ordering = match (a, b) {
            (Cell::Null, Cell::Null) => Ordering::Equal,
            (Cell::Null, _) => nulls(term.nulls_first),
            (_, Cell::Null) => nulls(!term.nulls_first),
            (a, b) if term.descending => b.cmp(a),
            (a, b) => a.cmp(b),
        };
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

/// Functions with an exact value.
fn extreme(function: Function, cells: Vec<Cell>) -> Cell {
    let known = cells.into_iter().filter(|c| *c != Cell::Null);
    match function {
        Function::Min => known.min().unwrap_or(Cell::Null),
        Function::Max => known.max().unwrap_or(Cell::Null),
        Function::Sum => numbers(known)
            .map(|n| Cell::Int(n.iter().sum()))
            .unwrap_or(Cell::Null),
        other => panic!("{other:?} is no order"),
    }
}

/// `None` without any.
fn numbers(cells: impl Iterator<Item = Cell>) -> Option<Vec<i64>> {
    let all: Vec<i64> = cells
        .filter_map(|c| match c {
            Cell::Int(n) => Some(n),
            _ => None,
        })
        .collect();
    if all.is_empty() { None } else { Some(all) }
}

fn compute(function: Function, cells: Vec<Cell>) -> Expected {
    if matches!(function, Function::Min | Function::Max | Function::Sum) {
        return Expected::Exact(extreme(function, cells).json());
    }
    let Some(all) = numbers(cells.into_iter()) else {
        return Expected::Exact(json!(null));
    };
    let n = all.len() as f64;
    let mean = all.iter().sum::<i64>() as f64 / n;
    let squares: f64 = all.iter().map(|x| (*x as f64 - mean).powi(2)).sum();
    let sample = if all.len() > 1 {
        Some(squares / (n - 1.0))
    } else {
        None
    };
    let value = match function {
        Function::Avg => Some(mean),
        Function::VarPop => Some(squares / n),
        Function::StddevPop => Some((squares / n).sqrt()),
        Function::VarSamp | Function::Variance => sample,
        Function::Stddev => sample.map(f64::sqrt),
        Function::Min | Function::Max | Function::Sum => None,
    };
    value.map_or(Expected::Exact(json!(null)), Expected::About)
}

/// SQL's `AND`: false as soon as one is, else unknown as soon as one is.
fn all_hold(values: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let values: Vec<Option<bool>> = values.collect();
    if values.contains(&Some(false)) {
        return Some(false);
    }
    (!values.contains(&None)).then_some(true)
}

/// SQL's `OR`: true as soon as one is, else unknown as soon as one is.
fn any_holds(values: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let values: Vec<Option<bool>> = values.collect();
    if values.contains(&Some(true)) {
        return Some(true);
    }
    (!values.contains(&None)).then_some(false)
}
