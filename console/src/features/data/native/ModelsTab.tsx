// Logical models of a database: the shapes of what native queries return (AA15).
import { IconPlus, IconShape } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useSource, type LogicalModel } from '../../../kit/api';
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
import { typeText } from './native';

const route = getRouteApi('/data/$source');

export function ModelsTab() {
  const { source: name } = route.useParams();
  const navigate = useNavigate();
  const source = useSource(name);
  const models = source?.logical_models ?? [];
  const commands = useMemo(
    () => [
      {
        id: 'model-new',
        label: t('New logical model'),
        run: () => void navigate({ to: '/data/$source/~models/~new', params: { source: name } }),
      },
    ],
    [navigate, name],
  );
  usePageCommands(commands);
  const add = (
    <ButtonLink
      to="/data/$source/~models/~new"
      params={{ source: name }}
      leftSection={<IconPlus size={14} />}
    >
      {t('New logical model')}
    </ButtonLink>
  );
  const columns: VirtualColumn<LogicalModel>[] = [
    {
      header: t('Name'),
      width: 'minmax(130px, 1fr)',
      cell: (model) => (
        <AnchorLink
          size="sm"
          to="/data/$source/~models/$model"
          params={{ source: name, model: model.name }}
        >
          {model.name}
        </AnchorLink>
      ),
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
    <>
      {models.length > 0 && <div className={toolbar.bar}>{add}</div>}
      <VirtualTable
        label={t('Logical models')}
        columns={columns}
        rows={models}
        rowKey={(model) => model.name}
        empty={
          <EmptyState icon={IconShape} title={t('No logical model yet')} action={add}>
            {t('A logical model says which fields the rows of a native query have.')}
          </EmptyState>
        }
      />
    </>
  );
}
