// One table: its name, whether it is served, and the tabs of everything one does with it.
import { Badge, Button, Group } from '@mantine/core';
import { IconTableOff } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Outlet } from '@tanstack/react-router';
import { tableQuery, trackedTable, useSource } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { EmptyState, LinkTabs, Page, useAction } from '../../../kit/ui';
import { trackTables } from '../source/tracking';

const route = getRouteApi('/data/$source/$schema/$table');

export function TablePage() {
  const { source: sourceName, schema, table } = route.useParams();
  const source = useSource(sourceName);
  const { data } = useSuspenseQuery(tableQuery(sourceName, schema, table));
  const tracked = trackedTable(source, schema, table);
  const track = useAction({
    run: () => trackTables(sourceName, [{ schema, name: table }]),
    success: t('{{name}} is tracked', { name: table }),
  });
  if (!data) {
    return (
      <EmptyState icon={IconTableOff} title={t('There is no table of this name')}>
        {`${schema}.${table}`}
      </EmptyState>
    );
  }
  const params = { source: sourceName, schema, table };
  return (
    <Page
      title={table}
      fill
      heading={
        <Group gap={8} wrap="nowrap">
          {schema !== 'public' && <span style={{ fontWeight: 400 }}>{schema} /</span>}
          {table}
          {data.kind !== 'table' && <Badge>{data.kind}</Badge>}
          {!tracked && <Badge color="orange">{t('not tracked')}</Badge>}
        </Group>
      }
      description={data.comment ?? undefined}
      actions={
        !tracked && (
          <Button loading={track.isPending} onClick={() => track.mutate()}>
            {t('Track')}
          </Button>
        )
      }
      tabs={
        <LinkTabs
          label={t('Parts of the table')}
          tabs={[
            { label: t('Rows'), link: { to: '/data/$source/$schema/$table/rows', params } },
            {
              label: t('Structure'),
              link: { to: '/data/$source/$schema/$table/structure', params },
            },
            {
              label: t('Relationships'),
              link: { to: '/data/$source/$schema/$table/relationships', params },
            },
            {
              label: t('Permissions'),
              link: { to: '/data/$source/$schema/$table/permissions', params },
            },
            {
              label: t('Settings'),
              link: { to: '/data/$source/$schema/$table/settings', params },
            },
          ]}
        />
      }
    >
      <Outlet />
    </Page>
  );
}
