// Every table and view of a database, to be tracked and untracked singly or together.
import {
  Anchor,
  Badge,
  Button,
  Checkbox,
  Group,
  SegmentedControl,
  Text,
  TextInput,
} from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconSearch, IconTableOff } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { relationsQuery, useSource, type Relation } from '../../../kit/api';
import { usePageCommands } from '../../../kit/commands';
import { formatNumber, t } from '../../../kit/i18n';
import { EmptyState, useAction, VirtualTable, type VirtualColumn } from '../../../kit/ui';
import classes from './Toolbar.module.css';
import { trackTables, untrackTables } from './tracking';

const route = getRouteApi('/data/$source');
const idOf = (r: { schema: string; name: string }) => `${r.schema}.${r.name}`;

interface Row extends Relation {
  tracked: boolean;
}

export function TablesTab() {
  const { source: name } = route.useParams();
  const { schema, q, show } = route.useSearch();
  const navigate = useNavigate();
  const source = useSource(name);
  const { data } = useSuspenseQuery(relationsQuery(name));
  const [chosen, setChosen] = useState<Set<string>>(new Set());

  const rows = useMemo(() => {
    const tracked = new Set(source?.tables.map((table) => idOf(table.table)));
    return data.relations
      .map((relation): Row => ({ ...relation, tracked: tracked.has(idOf(relation)) }))
      .filter(
        (row) =>
          (!schema || row.schema === schema) &&
          (!q || row.name.toLowerCase().includes(q.toLowerCase())) &&
          (!show || (show === 'tracked') === row.tracked),
      );
  }, [source, data, schema, q, show]);

  const chosenRows = rows.filter((row) => chosen.has(idOf(row)));
  const toTrack = (chosenRows.length > 0 ? chosenRows : rows).filter(
    (row) => !row.tracked && (chosenRows.length > 0 || row.parent === null),
  );
  const toUntrack = chosenRows.filter((row) => row.tracked);

  const track = useAction<Row[]>({
    run: (some) =>
      trackTables(
        name,
        some.map(({ schema, name }) => ({ schema, name })),
      ),
    success: (some) => t('{{count}} tables', { count: some.length }) + ' ' + t('tracked'),
    after: () => setChosen(new Set()),
  });
  const untrack = useAction<{ tables: Row[]; cascade: boolean }>({
    run: ({ tables, cascade }) =>
      untrackTables(
        name,
        tables.map(({ schema, name }) => ({ schema, name })),
        cascade,
      ),
    success: ({ tables }) => t('{{count}} tables', { count: tables.length }) + ' ' + t('untracked'),
    after: () => setChosen(new Set()),
  });

  function askUntrack(tables: Row[]) {
    let cascade = false;
    modals.openConfirmModal({
      title: t('Take out of the API?'),
      children: (
        <>
          <Text size="sm" mb="sm">
            {t(
              'The rows stay in the database. Permissions, relationships and names that the metadata has for these tables are lost:',
            )}
          </Text>
          <Text size="sm" className="mono" mb="md" mah={160} style={{ overflow: 'auto' }}>
            {tables.map(idOf).join(', ')}
          </Text>
          <Checkbox
            label={t('Remove what depends on them in other tables too')}
            onChange={(event) => (cascade = event.currentTarget.checked)}
          />
        </>
      ),
      labels: { confirm: t('Untrack'), cancel: t('Cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => untrack.mutate({ tables, cascade }),
    });
  }

  const commands = useMemo(
    () =>
      toTrack.length === 0
        ? []
        : [
            {
              id: 'track-all',
              label: t('Track {{count}} tables', { count: toTrack.length }),
              run: () => track.mutate(toTrack),
            },
          ],
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [toTrack.map(idOf).join()],
  );
  usePageCommands(commands);

  const columns: VirtualColumn<Row>[] = [
    {
      header: t('Name'),
      width: 'minmax(150px, 2fr)',
      cell: (row) => (
        <Anchor
          component={Link}
          to="/data/$source/$schema/$table"
          params={{ source: name, schema: row.schema, table: row.name } as never}
          size="sm"
        >
          {row.name}
        </Anchor>
      ),
    },
    { header: t('Schema'), width: 'minmax(80px, 1fr)', cell: (row) => row.schema },
    { header: t('Kind'), width: '110px', cell: (row) => <KindBadge row={row} /> },
    {
      header: t('Rows'),
      width: '90px',
      align: 'end',
      cell: (row) => (row.rows === null ? '–' : `≈ ${formatNumber(row.rows)}`),
    },
    {
      header: t('Comment'),
      width: 'minmax(90px, 2fr)',
      cell: (row) => <span title={row.comment ?? undefined}>{row.comment}</span>,
    },
    {
      header: t('In the API'),
      width: '100px',
      align: 'end',
      cell: (row) =>
        row.tracked ? (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            aria-label={t('Untrack {{name}}', { name: row.name })}
            onClick={() => askUntrack([row])}
          >
            {t('Untrack')}
          </Button>
        ) : (
          <Button
            variant="light"
            size="compact-xs"
            aria-label={t('Track {{name}}', { name: row.name })}
            onClick={() => track.mutate([row])}
          >
            {t('Track')}
          </Button>
        ),
    },
  ];

  return (
    <>
      <div className={classes.bar}>
        <Group gap="xs">
          <TextInput
            placeholder={t('Filter by name')}
            aria-label={t('Filter by name')}
            leftSection={<IconSearch size={14} />}
            value={q ?? ''}
            onChange={(event) => {
              const text = event.currentTarget.value;
              void navigate({
                to: '.',
                replace: true,
                search: (before) => ({ ...before, q: text || undefined }),
              });
            }}
          />
          <SegmentedControl
            aria-label={t('Which tables')}
            value={show ?? 'all'}
            data={[
              { value: 'all', label: t('All') },
              { value: 'tracked', label: t('Tracked') },
              { value: 'untracked', label: t('Untracked') },
            ]}
            onChange={(value) =>
              void navigate({
                to: '.',
                search: (before) => ({
                  ...before,
                  show: value === 'all' ? undefined : (value as 'tracked' | 'untracked'),
                }),
              })
            }
          />
          <Text size="sm" c="dimmed">
            {t('{{count}} tables', { count: formatNumber(rows.length) })}
            {chosenRows.length > 0 && ` · ${t('{{count}} selected', { count: chosenRows.length })}`}
          </Text>
        </Group>
        <Group gap="xs">
          {toUntrack.length > 0 && (
            <Button
              variant="default"
              loading={untrack.isPending}
              onClick={() => askUntrack(toUntrack)}
            >
              {t('Untrack {{count}}', { count: toUntrack.length })}
            </Button>
          )}
          {toTrack.length > 0 && (
            <Button loading={track.isPending} onClick={() => track.mutate(toTrack)}>
              {chosenRows.length > 0
                ? t('Track {{count}}', { count: toTrack.length })
                : t('Track all ({{count}})', { count: toTrack.length })}
            </Button>
          )}
        </Group>
      </div>
      <VirtualTable
        label={t('Tables')}
        columns={columns}
        rows={rows}
        rowKey={idOf}
        selection={{ chosen, onChange: setChosen }}
        empty={
          <EmptyState icon={IconTableOff} title={t('No table here')}>
            {q || show
              ? t('Nothing fits the filter.')
              : t('Create a table or run SQL, and it can be tracked here.')}
          </EmptyState>
        }
      />
    </>
  );
}

function KindBadge({ row }: { row: Relation }) {
  const label = {
    table: row.parent ? t('partition') : t('table'),
    partitioned: t('partitioned'),
    view: t('view'),
    materialized: t('materialised'),
    foreign: t('foreign'),
  }[row.kind];
  return (
    <Badge color={row.kind === 'table' ? 'gray' : 'cyan'} size="sm">
      {label}
    </Badge>
  );
}
