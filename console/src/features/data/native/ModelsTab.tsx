// Logical models of a database: the shapes of what native queries return (AA15).
import { IconShape } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useSource, type LogicalModel } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import type { VirtualColumn } from '../../../kit/ui';
import { DefinitionsTab } from './DefinitionsTab';
import { ModelLink } from './ModelLink';
import { typeText } from './native';

const route = getRouteApi('/data/$source');

export function ModelsTab() {
  const { source: name } = route.useParams();
  const source = useSource(name);
  const columns: VirtualColumn<LogicalModel>[] = [
    {
      header: t('Name'),
      width: 'minmax(130px, 1fr)',
      cell: (model) => <ModelLink source={name} model={model.name} />,
    },
    {
      header: t('Fields'),
      width: 'minmax(220px, 3fr)',
      cell: (model) => (
        <span className="mono">
          {model.fields.map((f) => `${f.name}: ${typeText(f.type)}`).join(', ')}
        </span>
      ),
    },
    {
      header: t('Returned by'),
      width: 'minmax(110px, 1fr)',
      cell: (model) =>
        (source?.native_queries ?? [])
          .filter((query) => query.returns === model.name)
          .map((query) => query.root_field_name)
          .join(', '),
    },
    {
      header: t('Roles'),
      width: 'minmax(120px, 1fr)',
      cell: (model) => (model.select_permissions ?? []).map((entry) => entry.role).join(', '),
    },
  ];
  return (
    <DefinitionsTab
      source={name}
      label={t('Logical models')}
      add={t('New logical model')}
      to="/data/$source/~models/~new"
      columns={columns}
      rows={source?.logical_models ?? []}
      rowKey={(model) => model.name}
      icon={IconShape}
      none={t('No logical model yet')}
      explanation={t('A logical model says which fields the rows of a native query have.')}
    />
  );
}
