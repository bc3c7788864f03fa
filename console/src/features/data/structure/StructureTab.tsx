// Columns, keys and indexes of a table.
import { Badge, Code, Group, Stack, Table, Title } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { tableQuery } from '../../../kit/api';
import { t } from '../../../kit/i18n';

const route = getRouteApi('/data/$source/$schema/$table/structure');

export function StructureTab() {
  const { source, schema, table } = route.useParams();
  const { data } = useSuspenseQuery(tableQuery(source, schema, table));
  if (!data) return null;
  return (
    <Stack p="md" style={{ overflow: 'auto' }}>
      <Title order={2}>{t('Columns')}</Title>
      <Table aria-label={t('Columns')}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('Name')}</Table.Th>
            <Table.Th>{t('Type')}</Table.Th>
            <Table.Th>{t('Default')}</Table.Th>
            <Table.Th>{t('Comment')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {data.columns.map((column) => (
            <Table.Tr key={column.name}>
              <Table.Td>
                <Group gap={6}>
                  {column.name}
                  {data.primaryKey?.columns.includes(column.name) && (
                    <IconKey size={14} aria-label={t('primary key')} />
                  )}
                </Group>
              </Table.Td>
              <Table.Td>
                <Group gap={6}>
                  <Code>{column.type}</Code>
                  {column.nullable && (
                    <Badge color="gray" size="sm">
                      {t('nullable')}
                    </Badge>
                  )}
                </Group>
              </Table.Td>
              <Table.Td>{column.default && <Code>{column.default}</Code>}</Table.Td>
              <Table.Td>{column.comment}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Stack>
  );
}
