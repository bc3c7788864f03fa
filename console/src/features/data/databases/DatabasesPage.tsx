// The databases that are served (AA6).
import { Badge, Button, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconDatabase, IconDatabaseOff, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  metadataCommand,
  queryClient,
  queryJson,
  useMetadata,
  type Source,
} from '../../../kit/api';
import { formatNumber, t } from '../../../kit/i18n';
import { AnchorLink, confirmDestruction, EmptyState, Page, useAction } from '../../../kit/ui';
import { SourceModal } from './SourceModal';

export function DatabasesPage() {
  const metadata = useMetadata();
  const [connecting, setConnecting] = useState(false);
  const connect = (
    <Button leftSection={<IconPlus size={14} />} onClick={() => setConnecting(true)}>
      {t('Connect a database')}
    </Button>
  );
  return (
    <Page
      title={t('Databases')}
      description={t('What this server answers from.')}
      actions={connect}
    >
      {metadata.sources.length === 0 ? (
        <EmptyState icon={IconDatabaseOff} title={t('No database yet')} action={connect}>
          {t('Connect a database and its tables become a GraphQL API.')}
        </EmptyState>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
          {metadata.sources.map((source) => (
            <DatabaseCard key={source.name} source={source} />
          ))}
        </SimpleGrid>
      )}
      {connecting && <SourceModal onClose={() => setConnecting(false)} />}
    </Page>
  );
}

interface Health {
  version: string;
  database: string;
  size: string;
  connections: number;
  milliseconds: number;
}

const healthSql = `select json_build_object('version', current_setting('server_version'),
  'database', current_database(), 'size', pg_size_pretty(pg_database_size(current_database())),
  'connections', (select count(*) from pg_stat_activity where datname = current_database()))::text`;

function useHealth(source: string) {
  return useQuery({
    queryKey: ['health', source],
    staleTime: 10_000,
    queryFn: async ({ signal }) => {
      const started = performance.now();
      const health = await queryJson<Health>(source, healthSql, signal);
      return { ...health, milliseconds: Math.round(performance.now() - started) };
    },
  });
}

function DatabaseCard({ source }: { source: Source }) {
  const health = useHealth(source.name);
  const [editing, setEditing] = useState(false);
  const drop = useAction({
    run: () => metadataCommand('pg_drop_source', { name: source.name, cascade: true }),
    success: t('{{name}} is disconnected', { name: source.name }),
    after: () => queryClient.invalidateQueries(),
  });
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Group gap={8} wrap="nowrap" miw={0}>
            <IconDatabase size={18} stroke={1.6} />
            <AnchorLink to="/data/$source" params={{ source: source.name }} fw={600} truncate>
              {source.name}
            </AnchorLink>
          </Group>
          {health.isError ? (
            <Badge color="red">{t('does not answer')}</Badge>
          ) : (
            <Badge color="teal">{health.data ? `${health.data.milliseconds} ms` : '…'}</Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          {health.data
            ? `PostgreSQL ${health.data.version} · ${health.data.database} · ${health.data.size} · ${t('{{count}} connections', { count: health.data.connections })}`
            : (health.error?.message ?? ' ')}
        </Text>
        <Group gap="xs" justify="space-between">
          <Group gap="xs">
            <Badge>{t('{{count}} tables', { count: formatNumber(source.tables.length) })}</Badge>
            {(source.functions ?? []).length > 0 && (
              <Badge>{t('{{count}} functions', { count: source.functions?.length ?? 0 })}</Badge>
            )}
          </Group>
          <Group gap={4}>
            <Button
              size="compact-xs"
              variant="subtle"
              aria-label={t('Connection of {{name}}', { name: source.name })}
              onClick={() => setEditing(true)}
            >
              {t('Connection')}
            </Button>
            <Button
              size="compact-xs"
              variant="subtle"
              color="red"
              loading={drop.isPending}
              aria-label={t('Disconnect {{name}}', { name: source.name })}
              onClick={() =>
                confirmDestruction({
                  title: t('Disconnect this database?'),
                  what: source.name,
                  consequence: t(
                    'The database itself stays as it is. What the metadata has of it is lost: {{count}} tables with their relationships and permissions.',
                    { count: source.tables.length },
                  ),
                  button: t('Disconnect'),
                  run: () => drop.mutate(),
                })
              }
            >
              {t('Disconnect')}
            </Button>
          </Group>
        </Group>
      </Stack>
      {editing && <SourceModal source={source} onClose={() => setEditing(false)} />}
    </Card>
  );
}
