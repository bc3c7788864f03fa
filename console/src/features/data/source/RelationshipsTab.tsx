// Relationships that foreign keys suggest and the metadata does not have yet (AA12).
import { Badge, Button, Group, Text } from '@mantine/core';
import { IconArrowRight, IconLink } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { bulk, metadataChanged, useSource } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { EmptyState, useAction, VirtualTable, type VirtualColumn } from '../../../kit/ui';
import {
  createCommand,
  named,
  suggestionsQuery,
  type NamedSuggestion,
} from '../relationships/suggestions';
import classes from './Toolbar.module.css';

const route = getRouteApi('/data/$source');

export function RelationshipsTab() {
  const { source: name } = route.useParams();
  const { schema } = route.useSearch();
  const source = useSource(name);
  const { data } = useSuspenseQuery(suggestionsQuery(name));
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const rows = useMemo(
    () =>
      (source ? named(data, source) : []).filter(
        (row) => !schema || row.from.table.schema === schema,
      ),
    [data, source, schema],
  );
  const some = rows.filter((row) => chosen.has(row.id));
  const track = useAction<NamedSuggestion[]>({
    run: (list) => bulk(list.map((row) => createCommand(name, row))),
    success: (list) => t('{{count}} relationships', { count: list.length }) + ' ' + t('tracked'),
    after: async () => {
      setChosen(new Set());
      await metadataChanged();
    },
  });
  const columns: VirtualColumn<NamedSuggestion>[] = [
    {
      header: t('Name'),
      width: 'minmax(160px, 1fr)',
      cell: (row) => <span className="mono">{row.name}</span>,
    },
    {
      header: t('Kind'),
      width: '100px',
      cell: (row) => (
        <Badge size="sm" color={row.type === 'object' ? 'cyan' : 'grape'}>
          {row.type}
        </Badge>
      ),
    },
    {
      header: t('From'),
      width: 'minmax(200px, 2fr)',
      cell: (row) =>
        `${row.from.table.schema}.${row.from.table.name} (${row.from.columns.join(', ')})`,
    },
    {
      header: t('To'),
      width: 'minmax(200px, 2fr)',
      cell: (row) => (
        <Group gap={6} wrap="nowrap">
          <IconArrowRight size={13} />
          {`${row.to.table.schema}.${row.to.table.name} (${row.to.columns.join(', ')})`}
        </Group>
      ),
    },
    {
      header: t('In the API'),
      width: '110px',
      align: 'end',
      cell: (row) => (
        <Button
          size="compact-xs"
          variant="light"
          aria-label={t('Track {{name}}', { name: row.id })}
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
        <Text size="sm" c="dimmed">
          {t('Foreign keys suggest {{count}} relationships that are not tracked.', {
            count: rows.length,
          })}
        </Text>
        {rows.length > 0 && (
          <Button
            loading={track.isPending}
            onClick={() => track.mutate(some.length > 0 ? some : rows)}
          >
            {some.length > 0
              ? t('Track {{count}}', { count: some.length })
              : t('Track all ({{count}})', { count: rows.length })}
          </Button>
        )}
      </div>
      <VirtualTable
        label={t('Suggested relationships')}
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        selection={{ chosen, onChange: setChosen }}
        empty={
          <EmptyState icon={IconLink} title={t('Nothing to suggest')}>
            {t('Every foreign key between tracked tables has its relationships.')}
          </EmptyState>
        }
      />
    </>
  );
}
