// What server this is and how it is set.
import { Badge, Code, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { config, get, keys } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { ErrorPanel } from '../../../kit/ui';

export function AboutTab() {
  const { data, error } = useQuery({
    queryKey: keys.serverConfig,
    queryFn: () => get<Record<string, unknown>>('v1alpha1/config'),
  });
  return (
    <Stack maw={820}>
      <Title order={2}>{t('Server')}</Title>
      {error && <ErrorPanel error={error} />}
      <Table aria-label={t('Configuration of the server')}>
        <Table.Tbody>
          <Row name="version">{config().version}</Row>
          {Object.entries(data ?? {})
            .filter(([name]) => name !== 'version')
            .map(([name, value]) => (
              <Row key={name} name={name}>
                <Value value={value} />
              </Row>
            ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed">
        {t('howdah is free software under the Apache License 2.0.')}
      </Text>
    </Stack>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" w={320} fw={500}>
        {name.replaceAll('_', ' ')}
      </Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}

function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined)
    return (
      <Text size="sm" c="dimmed">
        –
      </Text>
    );
  if (typeof value === 'boolean') {
    return <Badge color={value ? 'teal' : 'gray'}>{value ? t('yes') : t('no')}</Badge>;
  }
  if (typeof value === 'object') return <Code>{JSON.stringify(value)}</Code>;
  return <>{String(value)}</>;
}
