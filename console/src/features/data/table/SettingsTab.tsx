// How a table stands in the API: names, root fields, enum, comment; and its end.
import { Button, Group, Stack, Switch, Table, Text, TextInput } from '@mantine/core';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  metadataChanged,
  metadataCommand,
  tableQuery,
  trackedTable,
  useSource,
  type TableConfiguration,
  type TableDetail,
  type TrackedTable,
} from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { confirmDestruction, SqlPreview, useAction, type Planned, Section } from '../../../kit/ui';
import { untrackTables } from '../source/tracking';
import { commentOnRelation, dropRelation, renameRelation, truncate } from '../structure/statements';
import classes from '../structure/StructureTab.module.css';

const route = getRouteApi('/data/$source/$schema/$table/settings');
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

export function TableSettingsTab() {
  const { source, schema, table } = route.useParams();
  const tracked = trackedTable(useSource(source), schema, table);
  const { data: detail } = useSuspenseQuery(tableQuery(source, schema, table));
  if (!detail) return null;
  return (
    <div className={classes.content} key={`${schema}.${table}`}>
      {tracked && <ApiNames source={source} tracked={tracked} detail={detail} />}
      <Database source={source} detail={detail} isTracked={tracked !== undefined} />
    </div>
  );
}

const nameOf = (value: string | { name?: string } | undefined) =>
  typeof value === 'string' ? value : (value?.name ?? '');

function ApiNames(props: { source: string; tracked: TrackedTable; detail: TableDetail }) {
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

function Database(props: { source: string; detail: TableDetail; isTracked: boolean }) {
  const { source, detail } = props;
  const navigate = useNavigate();
  const [planned, setPlanned] = useState<Planned>();
  const [comment, setComment] = useState(detail.comment ?? '');
  const [name, setName] = useState(detail.name);
  const full = `${detail.schema}.${detail.name}`;
  const isView = detail.kind === 'view' || detail.kind === 'materialized';
  const leave = () =>
    navigate({ to: '/data/$source', params: { source }, search: { schema: detail.schema } });
  const untrack = useAction({
    run: () => untrackTables(source, [{ schema: detail.schema, name: detail.name }], true),
    success: t('{{name}} is not tracked any more', { name: detail.name }),
  });
  return (
    <Section title={t('In the database')}>
      <Stack maw={720} gap="md">
        <Group align="flex-end">
          <TextInput
            flex={1}
            label={t('Comment')}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={comment === (detail.comment ?? '')}
            onClick={() =>
              setPlanned({
                title: t('Comment on {{name}}', { name: full }),
                sql: commentOnRelation(detail, detail.kind, comment),
                success: t('The comment was changed'),
              })
            }
          >
            {t('Change')}
          </Button>
        </Group>
        <Group align="flex-end">
          <TextInput
            flex={1}
            label={t('Name')}
            description={t('Permissions and relationships follow it.')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={name === detail.name || !name.trim()}
            onClick={() =>
              setPlanned({
                title: t('Rename {{name}}', { name: full }),
                sql: renameRelation(detail, detail.kind, name),
                success: t('{{name}} has a new name', { name: full }),
                then: () =>
                  navigate({
                    to: '/data/$source/$schema/$table/settings',
                    params: { source, schema: detail.schema, table: name },
                  }),
              })
            }
          >
            {t('Rename')}
          </Button>
        </Group>
        <Text size="sm" fw={600}>
          {t('Danger')}
        </Text>
        <Group>
          {props.isTracked && (
            <Button
              variant="light"
              color="red"
              loading={untrack.isPending}
              onClick={() =>
                confirmDestruction({
                  title: t('Take out of the API?'),
                  what: full,
                  consequence: t(
                    'The rows stay in the database. Permissions, relationships and names that the metadata has for this table, and what depends on them, are lost.',
                  ),
                  button: t('Untrack'),
                  run: () => untrack.mutate(),
                })
              }
            >
              {t('Untrack')}
            </Button>
          )}
          {(detail.kind === 'table' || detail.kind === 'partitioned') && (
            <Button
              variant="light"
              color="red"
              onClick={() =>
                setPlanned({
                  title: t('Delete all rows of {{name}}?', { name: full }),
                  sql: truncate(detail),
                  loses: t('Every row of {{name}} is lost.', { name: full }),
                  success: t('{{name}} is empty', { name: full }),
                })
              }
            >
              {t('Delete all rows')}
            </Button>
          )}
          <Button
            color="red"
            onClick={() =>
              setPlanned({
                title: t('Drop {{what}} {{name}}?', {
                  what: isView ? t('view') : t('table'),
                  name: full,
                }),
                sql: dropRelation(detail, detail.kind),
                loses: isView
                  ? t('{{name}} is lost; the tables it reads stay as they are.', { name: full })
                  : t('{{name}} and all its rows are lost.', { name: full }),
                success: t('{{name}} was dropped', { name: full }),
                then: leave,
              })
            }
          >
            {t('Drop')}
          </Button>
        </Group>
      </Stack>
      {planned && (
        <SqlPreview source={source} planned={planned} onClose={() => setPlanned(undefined)} />
      )}
    </Section>
  );
}
