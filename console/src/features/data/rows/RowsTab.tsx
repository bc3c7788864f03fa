// The rows of a table (AA9): read, filtered, written, and seen as a role sees them.
import { Text } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { tableQuery, type TableDetail } from '../../../kit/api';
import { usePageCommands } from '../../../kit/commands';
import { t } from '../../../kit/i18n';
import { ErrorPanel, failed } from '../../../kit/ui';
import { WhyModal } from '../../permissions/WhyModal';
import { BulkEditModal } from './BulkEditModal';
import { useDeletion } from './deletion';
import { FilterBar, newFilter } from './FilterBar';
import type { Filter } from './filters';
import { ImportModal } from './ImportModal';
import { cut, wholeValue, type Row } from './queries';
import { RowDrawer, type RowTask } from './RowDrawer';
import { RowsBar } from './RowsBar';
import { RowsFoot } from './RowsFoot';
import { RowsGrid } from './RowsGrid';
import classes from './RowsTab.module.css';
import { keysOf, useRows, type RowKey } from './state';

const route = getRouteApi('/data/$source/$schema/$table/rows');

export function RowsTab() {
  const { source, schema, table } = route.useParams();
  const { data: detail } = useSuspenseQuery(tableQuery(source, schema, table));
  // Another table is another page: nothing of the one before is kept.
  return detail && <Content key={`${source}.${schema}.${table}`} source={source} detail={detail} />;
}

function Content({ source, detail }: { source: string; detail: TableDetail }) {
  const rows = useRows(source, detail);
  const { search, columns, can, page, look, refresh } = rows;
  const hidden = (search.hide ?? []).filter((name) => columns.some((c) => c.name === name));
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [task, setTask] = useState<RowTask>();
  const [filterOpen, setFilterOpen] = useState(false);
  const [importing, setImporting] = useState(false);
  /** Keys of the rows that a column is edited of. */
  const [bulk, setBulk] = useState<RowKey[]>();
  /** The row that is asked why a role does not see it. */
  const [asking, setAsking] = useState<RowKey>();
  const deletion = useDeletion(rows, () => setChosen(new Set()));
  const filterRows: Filter[] = search.filters ?? (filterOpen ? [newFilter(detail.columns)] : []);

  /** Opens a row in a form, with what the grid shows only the beginning of. */
  async function open(index: number, kind: 'edit' | 'clone') {
    const row = rows.rows[index];
    const key = rows.keyAt(index);
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

  const commands = useMemo(
    () => [
      ...(can.insert
        ? [
            { id: 'row-insert', label: t('Insert a row'), run: () => setTask({ kind: 'insert' }) },
            { id: 'rows-import', label: t('Import rows'), run: () => setImporting(true) },
          ]
        : []),
      { id: 'rows-filter', label: t('Filter these rows'), run: () => setFilterOpen(true) },
      { id: 'rows-refresh', label: t('Read these rows again'), run: () => void refresh() },
    ],
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [can.insert, source, detail],
  );
  usePageCommands(commands);

  return (
    <>
      <RowsBar
        rows={rows}
        hidden={hidden}
        chosen={keysOf(chosen)}
        filtersShown={filterRows.length > 0}
        deleting={deletion.busy}
        onInsert={() => setTask({ kind: 'insert' })}
        onImport={() => setImporting(true)}
        onFilter={(open) => {
          setFilterOpen(open);
          if (!open) look({ filters: undefined, page: undefined });
        }}
        onEditColumn={() => setBulk(keysOf(chosen))}
        onDelete={() => deletion.ask(keysOf(chosen))}
      />
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
      {!rows.tracked && (
        <Note>{t('This table is not tracked: its rows can be read here, not written.')}</Note>
      )}
      {rows.tracked && !rows.identity && detail.primaryKey === null && (
        <Note>
          {t('Without a primary key, single rows cannot be told apart: they are not edited here.')}
        </Note>
      )}
      {page.error && (
        <div className={classes.error}>
          <ErrorPanel error={page.error} retry={() => void page.refetch()} />
        </div>
      )}
      {/* What was read before stays, with whatever is being edited in it. */}
      {(page.data || !page.error) && (
        <RowsGrid
          rows={rows}
          hidden={hidden}
          chosen={chosen}
          onChoose={setChosen}
          onOpen={(row, kind) => void open(row, kind)}
          onWhy={setAsking}
          onDelete={(key) => deletion.ask([key])}
        />
      )}
      <RowsFoot
        count={rows.count}
        milliseconds={page.data?.milliseconds}
        page={rows.view.page}
        size={rows.view.size}
        isLast={rows.rows.length < rows.view.size}
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
      {asking && rows.tracked && (
        <WhyModal
          source={source}
          detail={detail}
          tracked={rows.tracked}
          rowKey={asking}
          onClose={() => setAsking(undefined)}
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

function Note({ children }: { children: string }) {
  return (
    <Text size="xs" c="dimmed" px="md" py={6} className={classes.note}>
      {children}
    </Text>
  );
}
