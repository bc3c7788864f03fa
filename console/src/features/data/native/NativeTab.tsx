// Native queries of a database: SQL with arguments as root fields of the API (AA15).
import { IconSql } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useSource, type NativeQuery } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { AnchorLink, type VirtualColumn } from '../../../kit/ui';
import { DefinitionsTab } from './DefinitionsTab';
import { ModelLink } from './ModelLink';
import { typeText } from './native';

const route = getRouteApi('/data/$source');

export function NativeTab() {
  const { source: name } = route.useParams();
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
      cell: (query) =>
        typeof query.returns === 'string' ? (
          <ModelLink source={name} model={query.returns} />
        ) : (
          <span className="mono">
            {query.returns.fields.map((f) => `${f.name}: ${typeText(f.type)}`).join(', ')}
          </span>
        ),
    },
    {
      header: t('Description'),
      width: 'minmax(140px, 2fr)',
      cell: (query) => query.description,
    },
  ];
  return (
    <DefinitionsTab
      source={name}
      label={t('Native queries')}
      add={t('New native query')}
      to="/data/$source/~native/~new"
      columns={columns}
      rows={useSource(name)?.native_queries ?? []}
      rowKey={(query) => query.root_field_name}
      icon={IconSql}
      none={t('No native query yet')}
      explanation={t(
        'A native query is SQL with arguments that the API serves like a table: filtered, sorted, and with permissions.',
      )}
    />
  );
}
