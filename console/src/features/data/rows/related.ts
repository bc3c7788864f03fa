// From a row to those it belongs with: the rows it points to, and those that point to it.
import type { Column, TableDetail } from '../../../kit/api';
import type { Filter } from './filters';
import type { Row } from './queries';

/** A place on the rows page of another table. */
export interface RelatedRows {
  id: string;
  schema: string;
  table: string;
  /** The columns of the key, of whichever table has it. */
  columns: string[];
  filters: Filter[];
}

function filtersOf(names: string[], values: (string | null | undefined)[]): Filter[] | undefined {
  const filters = names.flatMap((c, i): Filter[] => {
    const v = values[i];
    return v === null || v === undefined ? [] : [{ c, o: '=', v }];
  });
  // A key with a null in it, or with a column that is not seen, leads nowhere.
  return filters.length === names.length ? filters : undefined;
}

/** Values of a row by the names of its columns. */
const valuesOf = (columns: Column[], row: Row, names: string[]) =>
  names.map((name) => row[columns.findIndex((c) => c.name === name)]);

/** The rows that a row points to. */
export function pointsTo(detail: TableDetail, columns: Column[], row: Row): RelatedRows[] {
  return detail.foreignKeys.flatMap((f) => {
    const filters = filtersOf(f.refColumns, valuesOf(columns, row, f.columns));
    return filters
      ? [{ id: f.name, schema: f.refSchema, table: f.refTable, columns: f.columns, filters }]
      : [];
  });
}

/** The rows that point to a row. */
export function pointedToBy(detail: TableDetail, columns: Column[], row: Row): RelatedRows[] {
  return detail.referencedBy.flatMap((f) => {
    const filters = filtersOf(f.columns, valuesOf(columns, row, f.refColumns));
    return filters
      ? [
          {
            id: `${f.schema}.${f.table}.${f.name}`,
            schema: f.schema,
            table: f.table,
            columns: f.columns,
            filters,
          },
        ]
      : [];
  });
}
