// The databases that are served (AA6).
import { Anchor, Badge, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconDatabase, IconDatabaseOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { queryJson, useMetadata, type Source } from '../../../kit/api';
import { formatNumber, t } from '../../../kit/i18n';
import { EmptyState, Page } from '../../../kit/ui';

export function DatabasesPage() {
  const metadata = useMetadata();
  return (
    <Page title={t('Databases')} description={t('What this server answers from.')}>
      {metadata.sources.length === 0 ? (
        <EmptyState icon={IconDatabaseOff} title={t('No database yet')}>
          {t('Connect a database and its tables become a GraphQL API.')}
        </EmptyState>
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
          {metadata.sources.map((source) => (
            <DatabaseCard key={source.name} source={source} />
          ))}
        </SimpleGrid>
      )}
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
  return (
    <Card withBorder padding="md">
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Group gap={8} wrap="nowrap" miw={0}>
            <IconDatabase size={18} stroke={1.6} />
            <Anchor
              component={Link}
              to="/data/$source"
              params={{ source: source.name } as never}
              fw={600}
              truncate
            >
              {source.name}
            </Anchor>
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
        <Group gap="xs">
          <Badge>{t('{{count}} tables', { count: formatNumber(source.tables.length) })}</Badge>
          {(source.functions ?? []).length > 0 && (
            <Badge>{t('{{count}} functions', { count: source.functions?.length ?? 0 })}</Badge>
          )}
        </Group>
      </Stack>
    </Card>
  );
}
