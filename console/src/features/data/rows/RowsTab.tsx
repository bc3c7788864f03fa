// The rows of a table (AA9, AA10): filtered, sorted, paged, edited, and seen as a role sees them.
import { ActionIcon, Button, Group, Loader, Text, Tooltip } from '@mantine/core';
import {
  IconArrowUpRight,
  IconFilter,
  IconKey,
  IconPencil,
  IconPlus,
  IconRefresh,
  IconTableOff,
  IconTrash,
  IconUpload,
  IconUserQuestion,
} from '@tabler/icons-react';
import { keepPreviousData, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import {
  keys,
  queryClient,
  tableQuery,
  trackedTable,
  useSource,
  type TableDetail,
} from '../../../kit/api';
import { usePageCommands } from '../../../kit/commands';
import { DataGrid, type CellPlace, type GridColumn } from '../../../kit/grid/DataGrid';
import { kindOfType, Value } from '../../../kit/grid/Value';
import { t } from '../../../kit/i18n';
import { identityOf, useSessionVariables } from '../../../kit/identity';
import {
  confirmDestruction,
  EmptyState,
  ErrorPanel,
  failed,
  IdentityBar,
  useAction,
} from '../../../kit/ui';
import { BulkEditModal } from './BulkEditModal';
import { CellEditor } from './CellEditor';
import { ColumnsMenu } from './ColumnsMenu';
import { ExportMenu } from './ExportMenu';
import { FilterBar, newFilter } from './FilterBar';
import { isComplete, type Filter } from './filters';
import { ImportModal } from './ImportModal';
import {
  countQuery,
  cut,
  deleteRows,
  inputValue,
  keyOf,
  rowsQuery,
  updateRow,
  wholeValue,
  type Row,
  type View,
} from './queries';
import { RowMenu } from './RowMenu';
import { RowDrawer, type RowTask } from './RowDrawer';
import { RowsFoot } from './RowsFoot';
import classes from './RowsTab.module.css';

const route = getRouteApi('/data/$source/$schema/$table/rows');

export function RowsTab() {
  const { source, schema, table } = route.useParams();
  const { data: detail } = useSuspenseQuery(tableQuery(source, schema, table));
  // Another table is another page: nothing of the one before is kept.
  return detail && <Rows key={`${source}.${schema}.${table}`} source={source} detail={detail} />;
}

function Rows({ source, detail }: { source: string; detail: TableDetail }) {
  const search = route.useSearch();
  const navigate = useNavigate();
  const variables = useSessionVariables();
  const tracked = trackedTable(useSource(source), detail.schema, detail.name) !== undefined;
  const identity = useMemo(() => identityOf(search.role, variables), [search.role, variables]);

  const find = (name: string) => detail.columns.find((c) => c.name === name);
  const filters = (search.filters ?? []).filter((f) => isComplete(f, find(f.c)));
  const view: View = {
    filters,
    orders: (search.sort ?? []).filter((o) => find(o.c)),
    page: search.page ?? 0,
    size: search.size ?? 50,
  };
  const page = useQuery({
    ...rowsQuery(source, detail, view, identity),
    placeholderData: keepPreviousData,
    retry: false,
  });
  const count = useQuery({ ...countQuery(source, detail, filters, identity), retry: false });
  const rows = page.data?.rows ?? [];
  const columns = page.data?.columns ?? detail.columns;
  const hidden = (search.hide ?? []).filter((name) => columns.some((c) => c.name === name));
  // Hidden columns are read all the same: a key may be among them.
  const shown = columns.flatMap((c, index) => (hidden.includes(c.name) ? [] : [index]));
  const shownAt = (place: CellPlace): CellPlace => ({
    row: place.row,
    column: shown[place.column] ?? 0,
  });
  const canWrite = tracked && !identity && detail.primaryKey !== null;
  const canChoose = !identity && detail.primaryKey !== null;
  const canInsert = tracked && !identity && detail.kind !== 'materialized';

  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [task, setTask] = useState<RowTask>();
  const [editing, setEditing] = useState<{ place: CellPlace; value: string | null }>();
  const [filterOpen, setFilterOpen] = useState(false);
  const [importing, setImporting] = useState(false);
  /** Keys of the rows that a column is edited of. */
  const [bulk, setBulk] = useState<Record<string, string>[]>();

  function look(part: Partial<typeof search>) {
    void navigate({ to: '.', search: (before: typeof search) => ({ ...before, ...part }) });
  }
  const refresh = () =>
    queryClient.invalidateQueries({ queryKey: keys.rows(source, detail.schema, detail.name) });

  const keyText = (row: number) => {
    const key = rows[row] && keyOf(detail, rows[row], columns);
    return key ? JSON.stringify(key) : `#${row}`;
  };

  const save = useAction<{ key: Record<string, string>; place: CellPlace; value: string | null }>({
    run: ({ key, place, value }) => {
      const column = columns[place.column];
      if (!column) throw new Error('the column is gone');
      return updateRow(source, detail, key, { [column.name]: inputValue(value, column) });
    },
    after: async () => {
      await refresh();
      setEditing(undefined);
    },
  });
  const remove = useAction<Record<string, string>[]>({
    run: (list) => deleteRows(source, detail, list),
    success: (list) => t('{{count}} rows', { count: list.length }) + ' ' + t('deleted'),
    after: async () => {
      setChosen(new Set());
      await refresh();
    },
  });

  async function startEditing(place: CellPlace) {
    const row = rows[place.row];
    const column = columns[place.column];
    const key = row && keyOf(detail, row, columns);
    if (!canWrite || !row || !column || !key || column.generated) return;
    let value = row[place.column] ?? null;
    try {
      if (value !== null && value.length > cut) {
        value = await wholeValue(source, detail, key, column.name);
      }
      setEditing({ place, value });
    } catch (error) {
      failed(error);
    }
  }

  async function openRow(index: number, kind: 'edit' | 'clone') {
    const row = rows[index];
    const key = row && keyOf(detail, row, columns);
    if (!row || !key) return;
    try {
      const whole: Row = await Promise.all(
        row.map((text, i) => {
          const column = columns[i];
          return text !== null && text.length > cut && column
            ? wholeValue(source, detail, key, column.name)
            : text;
        }),
      );
      setTask(
        kind === 'edit' ? { kind: 'edit', row: whole, key } : { kind: 'insert', from: whole },
      );
    } catch (error) {
      failed(error);
    }
  }

  function askDelete(list: Record<string, string>[]) {
    const first = list[0];
    if (!first) return;
    const cascades = detail.referencedBy.filter((f) => f.onDelete === 'cascade');
    confirmDestruction({
      title: t('Delete {{rows}}?', { rows: t('{{count}} rows', { count: list.length }) }),
      what:
        list.length === 1
          ? `${detail.name} ${Object.entries(first)
              .map(([n, v]) => `${n} = ${v}`)
              .join(', ')}`
          : `${t('{{count}} rows', { count: list.length })} · ${detail.name}`,
      consequence:
        cascades.length > 0
          ? t('Rows that point here go with it: {{tables}}.', {
              tables: [...new Set(cascades.map((f) => f.table))].join(', '),
            })
          : undefined,
      button: t('Delete'),
      run: () => remove.mutate(list),
    });
  }

  const commands = useMemo(
    () => [
      ...(canInsert
        ? [{ id: 'row-insert', label: t('Insert a row'), run: () => setTask({ kind: 'insert' }) }]
        : []),
      { id: 'rows-filter', label: t('Filter these rows'), run: () => setFilterOpen(true) },
      { id: 'rows-refresh', label: t('Read these rows again'), run: () => void refresh() },
      ...(canInsert
        ? [{ id: 'rows-import', label: t('Import rows'), run: () => setImporting(true) }]
        : []),
    ],
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [canInsert, source, detail],
  );
  usePageCommands(commands);

  const chosenKeys = [...chosen]
    .filter((key) => key.startsWith('{'))
    .map((key) => JSON.parse(key) as Record<string, string>);
  const gridColumns = shown.flatMap((index): GridColumn[] => {
    const column = columns[index];
    if (!column) return [];
    const order = view.orders.find((o) => o.c === column.name);
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
        sort: order?.d,
      },
    ];
  });
  const filterRows: Filter[] = search.filters ?? (filterOpen ? [newFilter(detail.columns)] : []);

  return (
    <>
      <div className={classes.bar}>
        <Group gap={6}>
          {canInsert && (
            <Button
              leftSection={<IconPlus size={14} />}
              onClick={() => setTask({ kind: 'insert' })}
            >
              {t('Insert row')}
            </Button>
          )}
          <Button
            variant={filters.length > 0 ? 'light' : 'default'}
            leftSection={<IconFilter size={14} />}
            aria-expanded={filterRows.length > 0}
            onClick={() => {
              if (filterRows.length > 0) {
                setFilterOpen(false);
                look({ filters: undefined, page: undefined });
              } else setFilterOpen(true);
            }}
          >
            {filters.length > 0 ? t('{{count}} filters', { count: filters.length }) : t('Filter')}
          </Button>
          <ExportMenu source={source} detail={detail} view={view} chosen={chosenKeys} />
          <ColumnsMenu
            columns={columns}
            hidden={hidden}
            onChange={(hide) => look({ hide: hide.length > 0 ? hide : undefined })}
          />
          {canInsert && (
            <Button
              variant="default"
              leftSection={<IconUpload size={14} />}
              onClick={() => setImporting(true)}
            >
              {t('Import')}
            </Button>
          )}
          <Tooltip label={t('Read these rows again')}>
            <ActionIcon aria-label={t('Read these rows again')} onClick={() => void refresh()}>
              <IconRefresh size={16} />
            </ActionIcon>
          </Tooltip>
          {chosenKeys.length > 0 && (
            <>
              <Text size="sm">{t('{{count}} selected', { count: chosenKeys.length })}</Text>
              {canWrite && (
                <Button
                  variant="light"
                  leftSection={<IconPencil size={14} />}
                  onClick={() => setBulk(chosenKeys)}
                >
                  {t('Edit a column')}
                </Button>
              )}
              {canWrite && (
                <Button
                  color="red"
                  variant="light"
                  leftSection={<IconTrash size={14} />}
                  loading={remove.isPending}
                  onClick={() => askDelete(chosenKeys)}
                >
                  {t('Delete')}
                </Button>
              )}
            </>
          )}
        </Group>
        {tracked && (
          <Group gap={6}>
            <IconUserQuestion size={16} aria-hidden="true" />
            <IdentityBar
              role={search.role ?? 'admin'}
              onRole={(role) =>
                look({ role: role === 'admin' ? undefined : role, page: undefined })
              }
            />
          </Group>
        )}
      </div>
      {filterRows.length > 0 && (
        <div className={classes.filters}>
          <FilterBar
            columns={detail.columns}
            filters={filterRows}
            onChange={(next) => {
              setFilterOpen(next.length > 0);
              look({ filters: next.length > 0 ? next : undefined, page: undefined });
            }}
          />
        </div>
      )}
      {!tracked && (
        <Text size="xs" c="dimmed" px="md" py={6} className={classes.note}>
          {t('This table is not tracked: its rows can be read here, not written.')}
        </Text>
      )}
      {tracked && !identity && detail.primaryKey === null && (
        <Text size="xs" c="dimmed" px="md" py={6} className={classes.note}>
          {t('Without a primary key, single rows cannot be told apart: they are not edited here.')}
        </Text>
      )}
      {page.error ? (
        <div className={classes.error}>
          <ErrorPanel error={page.error} retry={() => void page.refetch()} />
        </div>
      ) : (
        <DataGrid
          label={t('Rows of {{table}}', { table: detail.name })}
          columns={gridColumns}
          rowCount={rows.length}
          rowKey={keyText}
          renderCell={(place) => {
            const { row, column } = shownAt(place);
            const info = columns[column];
            const text = rows[row]?.[column] ?? null;
            const target =
              info && text !== null
                ? detail.foreignKeys.find(
                    (f) => f.columns.length === 1 && f.columns[0] === info.name,
                  )
                : undefined;
            return (
              <>
                <Value text={text} kind={kindOfType(info?.base ?? 'text')} />
                {target && text !== null && (
                  <Link
                    className={classes.jump}
                    to="/data/$source/$schema/$table/rows"
                    params={{ source, schema: target.refSchema, table: target.refTable }}
                    search={{ filters: [{ c: target.refColumns[0] ?? '', o: '=', v: text }] }}
                    aria-label={t('Row of {{table}}', { table: target.refTable })}
                    tabIndex={-1}
                  >
                    <IconArrowUpRight size={13} />
                  </Link>
                )}
              </>
            );
          }}
          cellText={(place) => rows[place.row]?.[shownAt(place).column] ?? ''}
          onSort={(column, add) => {
            const before = view.orders.find((o) => o.c === column.key);
            const others = add ? view.orders.filter((o) => o.c !== column.key) : [];
            const next =
              before?.d === 'desc'
                ? others
                : [...others, { c: column.key, d: before ? ('desc' as const) : ('asc' as const) }];
            look({ sort: next.length > 0 ? next : undefined, page: undefined });
          }}
          selection={canChoose ? { chosen, onChange: setChosen } : undefined}
          onActivate={(place) => void startEditing(shownAt(place))}
          editing={
            editing && {
              place: { row: editing.place.row, column: shown.indexOf(editing.place.column) },
              editor: (
                <CellEditor
                  column={columns[editing.place.column] ?? detail.columns[0]!}
                  value={editing.value}
                  busy={save.isPending}
                  onCancel={() => setEditing(undefined)}
                  onSave={(value) => {
                    const row = rows[editing.place.row];
                    const key = row && keyOf(detail, row, columns);
                    if (key && value !== editing.value) {
                      save.mutate({ key, place: editing.place, value });
                    } else setEditing(undefined);
                  }}
                />
              ),
            }
          }
          rowActionsWidth={canWrite ? 62 : 36}
          rowActions={(row) => (
            <>
              {canWrite && (
                <ActionIcon
                  size="sm"
                  aria-label={t('Edit row {{number}}', { number: row + 1 })}
                  onClick={() => void openRow(row, 'edit')}
                >
                  <IconPencil size={14} />
                </ActionIcon>
              )}
              <RowMenu
                number={row + 1}
                source={source}
                detail={detail}
                row={rows[row] ?? []}
                onClone={canInsert && canWrite ? () => void openRow(row, 'clone') : undefined}
                onDelete={
                  canWrite
                    ? () => {
                        const key = rows[row] && keyOf(detail, rows[row], columns);
                        if (key) askDelete([key]);
                      }
                    : undefined
                }
              />
            </>
          )}
          empty={
            page.isPending ? (
              <Group justify="center" p="xl">
                <Loader size="sm" aria-label={t('Loading')} />
              </Group>
            ) : (
              <EmptyState icon={IconTableOff} title={t('No rows')}>
                {filters.length > 0
                  ? t('Nothing fits the filter.')
                  : identity
                    ? t('The role {{role}} sees no rows of this table.', { role: identity.role })
                    : t('The table is empty.')}
              </EmptyState>
            )
          }
        />
      )}
      <RowsFoot
        count={count.data ?? undefined}
        milliseconds={page.data?.milliseconds}
        page={view.page}
        size={view.size}
        isLast={rows.length < view.size}
        onLook={look}
      />
      {task && (
        <RowDrawer
          source={source}
          detail={detail}
          task={task}
          onClose={() => setTask(undefined)}
          onWritten={refresh}
        />
      )}
      {bulk && (
        <BulkEditModal
          source={source}
          detail={detail}
          rowKeys={bulk}
          onClose={() => setBulk(undefined)}
          onWritten={async () => {
            setChosen(new Set());
            await refresh();
          }}
        />
      )}
      {importing && (
        <ImportModal
          source={source}
          detail={detail}
          onClose={() => setImporting(false)}
          onWritten={refresh}
        />
      )}
    </>
  );
}

function widthFor(base: string, name: string): number {
  const kind = kindOfType(base);
  const title = name.length * 8 + 40;
  const content = { number: 110, boolean: 90, json: 260, time: 200, text: 200 }[kind];
  return Math.max(base === 'uuid' ? 290 : content, Math.min(title, 320));
}
