//! Smaller cases that fail as well, for people to read.

use super::condition::Condition;
use super::naive::Mistake;
use super::request::{Arguments, Field, FieldKind, FigureKind, Part, PartKind, RootKind};
use super::trial::{Case, Ground, Verdict};

/// How many smaller cases are tried.
const ATTEMPTS: usize = 400;

/// Makes a failing case smaller as long as something smaller fails.
pub async fn shrink(ground: &Ground, mut case: Case, mistake: Mistake) -> (Case, String) {
    let mut why = match case.verdict(ground, mistake).await {
        Verdict::Wrong(why) => why,
        other => return (case, format!("alone it does not fail: {other:?}")),
    };
    let mut left = ATTEMPTS;
    'again: loop {
        for smaller in candidates(&case) {
            if left == 0 {
                break 'again;
            }
            left -= 1;
            if let Verdict::Wrong(new) = smaller.verdict(ground, mistake).await {
                case = smaller;
                why = new;
                continue 'again;
            }
        }
        break;
    }
    (case, why)
}

/// Cases that are a step smaller, the largest steps first.
fn candidates(case: &Case) -> Vec<Case> {
    let mut found = Vec::new();
    let mut add = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        change(&mut smaller);
        found.push(smaller);
    };
    if case.request.roots.len() > 1 {
        for i in 0..case.request.roots.len() {
            add(&|c| {
                c.request.roots.remove(i);
            });
        }
    }
    for (i, root) in case.request.roots.iter().enumerate() {
        for kind in smaller_root(&root.kind) {
            add(&|c| c.request.roots[i].kind = kind.clone());
        }
    }
    for (key, rule) in &case.world.rules {
        if key.0 != case.role && case.world.inherited.iter().all(|(r, _)| *r != case.role) {
            add(&|c| {
                c.world.rules.remove(key);
            });
            continue;
        }
        for filter in rule.filter.smaller() {
            add(&|c| {
                if let Some(rule) = c.world.rules.get_mut(key) {
                    rule.filter = filter.clone();
                }
            });
        }
        if rule.limit.is_some() {
            add(&|c| {
                if let Some(rule) = c.world.rules.get_mut(key) {
                    rule.limit = None;
                }
            });
        }
    }
    for (t, table) in case.world.tables.iter().enumerate() {
        if table.rows.len() > 1 {
            add(&|c| c.world.tables[t].rows.clear());
        }
        for r in 0..table.rows.len() {
            add(&|c| {
                c.world.tables[t].rows.remove(r);
            });
        }
    }
    found
}

fn smaller_root(kind: &RootKind) -> Vec<RootKind> {
    match kind {
        RootKind::List(arguments, fields) => {
            let mut found: Vec<RootKind> = smaller_fields(fields)
                .into_iter()
                .map(|f| RootKind::List(arguments.clone(), f))
                .collect();
            found.extend(
                smaller_arguments(arguments)
                    .into_iter()
                    .map(|a| RootKind::List(a, fields.clone())),
            );
            found
        }
        RootKind::Function(low, arguments, fields) => {
            let mut found: Vec<RootKind> = smaller_fields(fields)
                .into_iter()
                .map(|f| RootKind::Function(*low, arguments.clone(), f))
                .collect();
            found.extend(
                smaller_arguments(arguments)
                    .into_iter()
                    .map(|a| RootKind::Function(*low, a, fields.clone())),
            );
            found
        }
        RootKind::FunctionAggregate(low, arguments, parts) => {
            let mut found: Vec<RootKind> = smaller_parts(parts)
                .into_iter()
                .map(|p| RootKind::FunctionAggregate(*low, arguments.clone(), p))
                .collect();
            found.extend(
                smaller_arguments(arguments)
                    .into_iter()
                    .map(|a| RootKind::FunctionAggregate(*low, a, parts.clone())),
            );
            found
        }
        RootKind::ByKey(key, fields) => smaller_fields(fields)
            .into_iter()
            .map(|f| RootKind::ByKey(key.clone(), f))
            .collect(),
        RootKind::Aggregate(arguments, parts) => {
            let mut found: Vec<RootKind> = smaller_parts(parts)
                .into_iter()
                .map(|p| RootKind::Aggregate(arguments.clone(), p))
                .collect();
            found.extend(
                smaller_arguments(arguments)
                    .into_iter()
                    .map(|a| RootKind::Aggregate(a, parts.clone())),
            );
            found
        }
    }
}

/// Lists with one item less, or with one item smaller; never an empty one.
fn smaller_list<T: Clone>(items: &[T], smaller: impl Fn(&T) -> Vec<T>) -> Vec<Vec<T>> {
    let mut found = Vec::new();
    if items.len() > 1 {
        for i in 0..items.len() {
            let mut fewer = items.to_vec();
            fewer.remove(i);
            found.push(fewer);
        }
    }
    for (i, item) in items.iter().enumerate() {
        for change in smaller(item) {
            let mut changed = items.to_vec();
            changed[i] = change;
            found.push(changed);
        }
    }
    found
}

fn smaller_fields(fields: &[Field]) -> Vec<Vec<Field>> {
    smaller_list(fields, |field| {
        let kinds: Vec<FieldKind> = match &field.kind {
            FieldKind::Typename | FieldKind::Column(_) => Vec::new(),
            FieldKind::One(link, inner) => smaller_fields(inner)
                .into_iter()
                .map(|f| FieldKind::One(*link, f))
                .collect(),
            FieldKind::Many(link, arguments, inner) => smaller_fields(inner)
                .into_iter()
                .map(|f| FieldKind::Many(*link, arguments.clone(), f))
                .chain(
                    smaller_arguments(arguments)
                        .into_iter()
                        .map(|a| FieldKind::Many(*link, a, inner.clone())),
                )
                .collect(),
            FieldKind::Aggregate(link, arguments, parts) => smaller_parts(parts)
                .into_iter()
                .map(|p| FieldKind::Aggregate(*link, arguments.clone(), p))
                .chain(
                    smaller_arguments(arguments)
                        .into_iter()
                        .map(|a| FieldKind::Aggregate(*link, a, parts.clone())),
                )
                .collect(),
        };
        kinds
            .into_iter()
            .map(|kind| Field {
                key: field.key.clone(),
                kind,
            })
            .collect()
    })
}

fn smaller_parts(parts: &[Part]) -> Vec<Vec<Part>> {
    smaller_list(parts, |part| {
        let kinds: Vec<PartKind> = match &part.kind {
            PartKind::Nodes(fields) => smaller_fields(fields)
                .into_iter()
                .map(PartKind::Nodes)
                .collect(),
            PartKind::Figures(figures) => smaller_list(figures, |figure| match &figure.kind {
                FigureKind::Function(function, columns) => smaller_list(columns, |_| Vec::new())
                    .into_iter()
                    .map(|columns| super::request::Figure {
                        key: figure.key.clone(),
                        kind: FigureKind::Function(*function, columns),
                    })
                    .collect(),
                FigureKind::Count(..) => Vec::new(),
            })
            .into_iter()
            .map(PartKind::Figures)
            .collect(),
        };
        kinds
            .into_iter()
            .map(|kind| Part {
                key: part.key.clone(),
                kind,
            })
            .collect()
    })
}

fn smaller_arguments(arguments: &Arguments) -> Vec<Arguments> {
    let mut found = Vec::new();
    let base = arguments.clone();
    if let Some(filter) = &arguments.filter {
        found.push(Arguments {
            filter: None,
            ..base.clone()
        });
        for filter in filter.smaller() {
            let filter = (filter != Condition::everything()).then_some(filter);
            found.push(Arguments {
                filter,
                ..base.clone()
            });
        }
    }
    if !arguments.distinct.is_empty() {
        found.push(Arguments {
            distinct: Vec::new(),
            ..base.clone()
        });
    }
    for i in 0..arguments.order.len() {
        let mut fewer = base.clone();
        fewer.order.remove(i);
        found.push(fewer);
    }
    if arguments.limit.is_some() {
        found.push(Arguments {
            limit: None,
            ..base.clone()
        });
    }
    if arguments.offset.is_some() {
        found.push(Arguments {
            offset: None,
            ..base.clone()
        });
    }
    found
}
