// Native queries of a database: SQL with arguments as root fields of the API (AA15).
import { IconPlus, IconSql } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSource, type NativeQuery } from '../../../kit/api';
import { usePageCommands } from '../../../kit/commands';
import { t } from '../../../kit/i18n';
import {
  AnchorLink,
  ButtonLink,
  EmptyState,
  VirtualTable,
  type VirtualColumn,
} from '../../../kit/ui';
import toolbar from '../source/Toolbar.module.css';

const route = getRouteApi('/data/$source');

export function NativeTab() {
  const { source: name } = route.useParams();
  const navigate = useNavigate();
  const queries = useSource(name)?.native_queries ?? [];
  const commands = useMemo(
    () => [
      {
        id: 'native-new',
        label: t('New native query'),
        run: () => void navigate({ to: '/data/$source/~native/~new', params: { source: name } }),
      },
    ],
    [navigate, name],
  );
  usePageCommands(commands);
  const add = (
    <ButtonLink
      to="/data/$source/~native/~new"
      params={{ source: name }}
      leftSection={<IconPlus size={14} />}
    >
      {t('New native query')}
    </ButtonLink>
  );
  const columns: VirtualColumn<NativeQuery>[] = [
    {
      header: t('Root field'),
      width: 'minmax(150px, 1fr)',
      cell: (query) => (
        <AnchorLink
          size="sm"
          to="/data/$source/~native/$query"
          params={{ source: name, query: query.root_field_name }}
        >
          {query.root_field_name}
        </AnchorLink>
      ),
    },
    {
      header: t('Arguments'),
      width: 'minmax(130px, 2fr)',
      cell: (query) => (
        <span className="mono">
          {Object.entries(query.arguments ?? {})
            .map(([n, a]) => `${n}: ${a.type}${a.nullable ? '' : '!'}`)
            .join(', ')}
        </span>
      ),
    },
    {
      header: t('Returns'),
      width: 'minmax(110px, 1fr)',
      cell: (query) => (
        <AnchorLink
          size="sm"
          to="/data/$source/~models/$model"
          params={{ source: name, model: query.returns }}
        >
          {query.returns}
        </AnchorLink>
      ),
    },
    {
      header: t('Description'),
      width: 'minmax(140px, 2fr)',
      cell: (query) => query.description,
    },
  ];
  return (
    <>
      {queries.length > 0 && <div className={toolbar.bar}>{add}</div>}
      <VirtualTable
        label={t('Native queries')}
        columns={columns}
        rows={queries}
        rowKey={(query) => query.root_field_name}
        empty={
          <EmptyState icon={IconSql} title={t('No native query yet')} action={add}>
            {t(
              'A native query is SQL with arguments that the API serves like a table: filtered, sorted, and with permissions.',
            )}
          </EmptyState>
        }
      />
    </>
  );
}
