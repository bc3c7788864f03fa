// The rows in their grid: cells are edited in their place, rows have their menu.
import { ActionIcon, Group, Loader, VisuallyHidden } from '@mantine/core';
import { IconArrowUpRight, IconKey, IconPencil, IconTableOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { DataGrid, type CellPlace, type GridColumn } from '../../../kit/grid/DataGrid';
import { kindOfType, Value } from '../../../kit/grid/Value';
import { t } from '../../../kit/i18n';
import { EmptyState, failed, useAction } from '../../../kit/ui';
import { CellEditor } from './CellEditor';
import { cut, inputValue, updateRow, wholeValue } from './queries';
import { pointedToBy, pointsTo } from './related';
import { RowMenu } from './RowMenu';
import classes from './RowsTab.module.css';
import { keyText, type RowKey, type Rows } from './state';

interface Props {
  rows: Rows;
  hidden: string[];
  chosen: Set<string>;
  onChoose: (chosen: Set<string>) => void;
  onOpen: (row: number, kind: 'edit' | 'clone') => void;
  onWhy: (key: RowKey) => void;
  onDelete: (key: RowKey) => void;
}

export function RowsGrid({ rows: model, hidden, ...props }: Props) {
  const { source, detail, can, columns, rows, view, keyAt } = model;
  const [editing, setEditing] = useState<{ place: CellPlace; value: string | null }>();
  // Hidden columns are read all the same: a key may be among them.
  const shown = columns.flatMap((c, index) => (hidden.includes(c.name) ? [] : [index]));
  const shownAt = (place: CellPlace): CellPlace => ({
    row: place.row,
    column: shown[place.column] ?? 0,
  });

  const save = useAction<{ key: RowKey; place: CellPlace; value: string | null }>({
    run: ({ key, place, value }) => {
      const column = columns[place.column];
      if (!column) throw new Error('the column is gone');
      return updateRow(source, detail, key, { [column.name]: inputValue(value, column) });
    },
    after: async ({ place }) => {
      await model.refresh();
      // Another cell may be edited by now.
      setEditing((now) => (now?.place === place ? undefined : now));
    },
  });

  async function startEditing(place: CellPlace) {
    const column = columns[place.column];
    const key = keyAt(place.row);
    if (!can.write || !column || !key || column.generated) return;
    let value = rows[place.row]?.[place.column] ?? null;
    try {
      if (value !== null && value.length > cut) {
        value = await wholeValue(source, detail, key, column.name);
      }
      setEditing({ place, value });
    } catch (error) {
      failed(error);
    }
  }

  function finishEditing(value: string | null) {
    if (!editing) return;
    const key = keyAt(editing.place.row);
    if (key && value !== editing.value) save.mutate({ key, place: editing.place, value });
    else setEditing(undefined);
  }

  function renderCell(place: CellPlace) {
    const { row, column } = shownAt(place);
    const info = columns[column];
    const values = rows[row];
    const text = values?.[column] ?? null;
    // A key of several columns is followed from its first one.
    const target =
      values && info && text !== null
        ? pointsTo(detail, columns, values).find((r) => r.columns[0] === info.name)
        : undefined;
    return (
      <>
        <Value text={text} kind={kindOfType(info?.base ?? 'text')} />
        {target && (
          <Link
            className={classes.jump}
            to="/data/$source/$schema/$table/rows"
            params={{ source, schema: target.schema, table: target.table }}
            search={{ filters: target.filters, role: model.search.role }}
            aria-label={t('Row of {{table}}', { table: target.table })}
            // By keyboard the menu of the row leads there.
            tabIndex={-1}
          >
            <IconArrowUpRight size={13} />
          </Link>
        )}
      </>
    );
  }

  const gridColumns = shown.flatMap((index): GridColumn[] => {
    const column = columns[index];
    if (!column) return [];
    return [
      {
        key: column.name,
        title: column.name,
        subtitle: column.type,
        mark: detail.primaryKey?.columns.includes(column.name) ? (
          <IconKey size={12} aria-label={t('primary key')} />
        ) : undefined,
        width: widthFor(column.base, column.name),
        align: kindOfType(column.base) === 'number' ? 'end' : undefined,
        sort: view.orders.find((o) => o.c === column.name)?.d,
      },
    ];
  });

  return (
    <DataGrid
      label={t('Rows of {{table}}', { table: detail.name })}
      columns={gridColumns}
      rowCount={rows.length}
      rowKey={(row) => keyText(keyAt(row), row)}
      renderCell={renderCell}
      cellText={(place) => rows[place.row]?.[shownAt(place).column] ?? ''}
      onSort={(column, add) => {
        const before = view.orders.find((o) => o.c === column.key);
        const others = add ? view.orders.filter((o) => o.c !== column.key) : [];
        const next =
          before?.d === 'desc'
            ? others
            : [...others, { c: column.key, d: before ? ('desc' as const) : ('asc' as const) }];
        model.look({ sort: next.length > 0 ? next : undefined, page: undefined });
      }}
      selection={can.choose ? { chosen: props.chosen, onChange: props.onChoose } : undefined}
      onActivate={(place) => void startEditing(shownAt(place))}
      editing={
        editing && {
          place: { row: editing.place.row, column: shown.indexOf(editing.place.column) },
          editor: (
            <CellEditor
              column={columns[editing.place.column] ?? detail.columns[0]!}
              value={editing.value}
              // Each cell has an editor of its own, whatever is being saved of another.
              key={`${editing.place.row}.${editing.place.column}`}
              busy={save.isPending && save.variables.place === editing.place}
              onCancel={() => setEditing(undefined)}
              onSave={finishEditing}
            />
          ),
        }
      }
      rowActionsWidth={can.write ? 62 : 36}
      rowActions={(row) => {
        const values = rows[row] ?? [];
        const key = keyAt(row);
        return (
          <>
            {can.write && (
              <ActionIcon
                size="sm"
                aria-label={t('Edit row {{number}}', { number: row + 1 })}
                onClick={() => props.onOpen(row, 'edit')}
              >
                <IconPencil size={14} />
              </ActionIcon>
            )}
            <RowMenu
              number={row + 1}
              source={source}
              role={model.search.role}
              pointsTo={pointsTo(detail, columns, values)}
              pointedToBy={pointedToBy(detail, columns, values)}
              onClone={can.insert && can.write ? () => props.onOpen(row, 'clone') : undefined}
              onWhy={model.tracked && !model.identity && key ? () => props.onWhy(key) : undefined}
              onDelete={can.write && key ? () => props.onDelete(key) : undefined}
            />
          </>
        );
      }}
      empty={
        model.page.isPending ? (
          <Group justify="center" p="xl">
            <Loader size="sm" aria-hidden />
            <VisuallyHidden>{t('Loading')}</VisuallyHidden>
          </Group>
        ) : (
          <EmptyState icon={IconTableOff} title={t('No rows')}>
            {model.filters.length > 0
              ? t('Nothing fits the filter.')
              : model.identity
                ? t('The role {{role}} sees no rows of this table.', { role: model.identity.role })
                : t('The table is empty.')}
          </EmptyState>
        )
      }
    />
  );
}

function widthFor(base: string, name: string): number {
  const kind = kindOfType(base);
  const title = name.length * 8 + 40;
  const content = { number: 110, boolean: 90, json: 260, time: 200, text: 200 }[kind];
  return Math.max(base === 'uuid' ? 290 : content, Math.min(title, 320));
}
