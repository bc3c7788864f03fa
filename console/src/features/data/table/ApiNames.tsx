// The names a table has in GraphQL: its own, its root fields', its columns'; and whether it is an enum.
import { Button, Group, Stack, Switch, Table, TextInput } from '@mantine/core';
import { useState } from 'react';
import {
  metadataChanged,
  metadataCommand,
  type TableConfiguration,
  type TableDetail,
  type TrackedTable,
} from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { Section, useAction } from '../../../kit/ui';

const rootFields = [
  'select',
  'select_by_pk',
  'select_aggregate',
  'select_stream',
  'insert',
  'insert_one',
  'update',
  'update_by_pk',
  'update_many',
  'delete',
  'delete_by_pk',
] as const;

const nameOf = (value: string | { name?: string } | undefined) =>
  typeof value === 'string' ? value : (value?.name ?? '');

export function ApiNames(props: { source: string; tracked: TrackedTable; detail: TableDetail }) {
  const { source, tracked, detail } = props;
  const configuration = tracked.configuration ?? {};
  const [name, setName] = useState(configuration.custom_name ?? '');
  const [roots, setRoots] = useState<Record<string, string>>(() =>
    Object.fromEntries(rootFields.map((f) => [f, nameOf(configuration.custom_root_fields?.[f])])),
  );
  const [columns, setColumns] = useState<Record<string, string>>(() =>
    Object.fromEntries(
      detail.columns.map((c) => [
        c.name,
        configuration.column_config?.[c.name]?.custom_name ??
          configuration.custom_column_names?.[c.name] ??
          '',
      ]),
    ),
  );

  const save = useAction({
    run: () => {
      const column_config: NonNullable<TableConfiguration['column_config']> = {};
      for (const column of detail.columns) {
        const before = configuration.column_config?.[column.name] ?? {};
        const custom_name = columns[column.name]?.trim() || undefined;
        const next = { ...before, custom_name };
        if (next.custom_name || next.comment) column_config[column.name] = next;
      }
      const custom_root_fields: NonNullable<TableConfiguration['custom_root_fields']> = {};
      for (const field of rootFields) {
        const custom = roots[field]?.trim();
        const before = configuration.custom_root_fields?.[field];
        const comment = typeof before === 'object' ? before.comment : undefined;
        if (comment !== undefined)
          custom_root_fields[field] = { name: custom || undefined, comment };
        else if (custom) custom_root_fields[field] = custom;
      }
      return metadataCommand('pg_set_table_customization', {
        source,
        table: tracked.table,
        configuration: {
          ...configuration,
          custom_column_names: undefined,
          custom_name: name.trim() || undefined,
          custom_root_fields,
          column_config,
        },
      });
    },
    success: t('The names were changed'),
    after: metadataChanged,
  });
  const setEnum = useAction<boolean>({
    run: (is_enum) =>
      metadataCommand('pg_set_table_is_enum', { source, table: tracked.table, is_enum }),
    success: t('Done'),
    after: metadataChanged,
  });

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="xl">
        <Section title={t('Names in GraphQL')}>
          <Stack maw={720} gap="md">
            <TextInput
              label={t('Name of the table')}
              placeholder={tracked.table.name}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Group align="flex-start" grow>
              <Table aria-label={t('Root fields')} withRowBorders={false}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('Root field')}</Table.Th>
                    <Table.Th>{t('Name')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rootFields.map((field) => (
                    <Table.Tr key={field}>
                      <Table.Td className="mono">{field}</Table.Td>
                      <Table.Td>
                        <TextInput
                          aria-label={t('Name of {{field}}', { field })}
                          value={roots[field] ?? ''}
                          onChange={(event) => {
                            const value = event.currentTarget.value;
                            setRoots((all) => ({ ...all, [field]: value }));
                          }}
                        />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
              <Table aria-label={t('Names of columns')} withRowBorders={false}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('Column')}</Table.Th>
                    <Table.Th>{t('Name')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {detail.columns.map((column) => (
                    <Table.Tr key={column.name}>
                      <Table.Td className="mono">{column.name}</Table.Td>
                      <Table.Td>
                        <TextInput
                          aria-label={t('Name of {{field}}', { field: column.name })}
                          value={columns[column.name] ?? ''}
                          onChange={(event) => {
                            const value = event.currentTarget.value;
                            setColumns((all) => ({ ...all, [column.name]: value }));
                          }}
                        />
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Group>
            <Group>
              <Button type="submit" loading={save.isPending}>
                {t('Save the names')}
              </Button>
            </Group>
          </Stack>
        </Section>
        <Section title={t('Enum')}>
          <Switch
            label={t('The rows of this table are the values of an enum')}
            description={t(
              'It needs a text column as primary key, at most one more text column, and a row.',
            )}
            checked={tracked.is_enum ?? false}
            disabled={setEnum.isPending}
            onChange={(event) => setEnum.mutate(event.currentTarget.checked)}
          />
        </Section>
      </Stack>
    </form>
  );
}
