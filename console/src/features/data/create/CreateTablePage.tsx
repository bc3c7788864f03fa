// A new table (AA8): its columns and keys, shown as SQL while one types, tracked when it is made.
import {
  ActionIcon,
  Button,
  Card,
  Checkbox,
  Group,
  Menu,
  MultiSelect,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
  Tooltip,
} from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { relationsQuery } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { AddButton, Page, SqlPreview, type Planned } from '../../../kit/ui';
import { trackTables } from '../source/tracking';
import { TypeInput } from '../structure/ColumnFields';
import { ForeignKeyFields } from '../structure/ForeignKeyFields';
import { createTable, newColumn, type ColumnDraft, type TableDraft } from '../structure/statements';
import { RelationFields } from './RelationFields';

const route = getRouteApi('/data/$source/~create');

/** Columns that many tables have. */
const frequent: { label: string; column: Partial<ColumnDraft>; key?: boolean }[] = [
  {
    label: t('id, numbered'),
    column: { name: 'id', type: 'bigint', identity: true, nullable: false },
    key: true,
  },
  {
    label: t('id, UUID'),
    column: { name: 'id', type: 'uuid', default: 'gen_random_uuid()', nullable: false },
    key: true,
  },
  {
    label: 'created_at',
    column: { name: 'created_at', type: 'timestamptz', default: 'now()', nullable: false },
  },
  {
    label: 'updated_at',
    column: { name: 'updated_at', type: 'timestamptz', default: 'now()', nullable: false },
  },
];

export function CreateTablePage() {
  const { source } = route.useParams();
  const { schema = 'public' } = route.useSearch();
  const navigate = useNavigate();
  const { data: list } = useSuspenseQuery(relationsQuery(source));
  const [planned, setPlanned] = useState<Planned>();
  const [draft, setDraft] = useState<TableDraft>(() => ({
    schema,
    name: '',
    comment: '',
    columns: [
      { ...newColumn(), name: 'id', type: 'bigint', identity: true, nullable: false },
      newColumn(),
    ],
    primaryKey: ['id'],
    uniqueKeys: [],
    foreignKeys: [],
    checks: [],
  }));
  const set = (part: Partial<TableDraft>) => setDraft((before) => ({ ...before, ...part }));
  const names = draft.columns.map((c) => c.name.trim()).filter(Boolean);
  const setColumn = (index: number, part: Partial<ColumnDraft>) => {
    const old = draft.columns[index]?.name;
    set({
      columns: draft.columns.map((c, i) => (i === index ? { ...c, ...part } : c)),
      // The key follows a name while it is typed.
      primaryKey:
        part.name === undefined
          ? draft.primaryKey
          : draft.primaryKey.map((k) => (k === old ? part.name! : k)).filter(Boolean),
    });
  };
  const clean: TableDraft = {
    ...draft,
    primaryKey: draft.primaryKey.filter((k) => names.includes(k)),
    foreignKeys: draft.foreignKeys.filter(
      (k) =>
        k.refTable &&
        k.columns.every(Boolean) &&
        k.columns.length > 0 &&
        k.refColumns.length === k.columns.length,
    ),
    checks: draft.checks.filter((c) => c.expression.trim()),
    uniqueKeys: draft.uniqueKeys.filter((k) => k.length > 0),
  };
  const double = names.find((name, index) => names.indexOf(name) !== index);

  return (
    <Page title={t('New table')} description={source}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setPlanned({
            title: t('Create table {{name}}', { name: draft.name }),
            sql: createTable(clean),
            success: t('{{name}} was created and tracked', { name: draft.name }),
            then: async () => {
              await trackTables(source, [{ schema: draft.schema, name: draft.name }]);
              void navigate({
                to: '/data/$source/$schema/$table/structure',
                params: { source, schema: draft.schema, table: draft.name },
              });
            },
          });
        }}
      >
        <Stack maw={1080} gap="lg">
          <RelationFields schemas={list.schemas} value={draft} onChange={set} />
          <Card withBorder>
            <Group justify="space-between" mb="xs">
              <Title order={2}>{t('Columns')}</Title>
              <Group gap={6}>
                <Menu shadow="md">
                  <Menu.Target>
                    <Button variant="subtle" size="compact-xs">
                      {t('Frequent columns')}
                    </Button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    {frequent.map((f) => (
                      <Menu.Item
                        key={f.label}
                        onClick={() =>
                          set({
                            columns: [
                              ...draft.columns.filter(
                                (c) => c.name !== '' && c.name !== f.column.name,
                              ),
                              { ...newColumn(), ...f.column },
                            ],
                            primaryKey: f.key ? [f.column.name!] : draft.primaryKey,
                          })
                        }
                      >
                        {f.label}
                      </Menu.Item>
                    ))}
                  </Menu.Dropdown>
                </Menu>
                <AddButton
                  label={t('Add column')}
                  onClick={() => set({ columns: [...draft.columns, newColumn()] })}
                />
              </Group>
            </Group>
            <Table aria-label={t('Columns')} verticalSpacing={4}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('Name')}</Table.Th>
                  <Table.Th w={190}>{t('Type')}</Table.Th>
                  <Table.Th>{t('Default')}</Table.Th>
                  <Table.Th w={80}>{t('Key')}</Table.Th>
                  <Table.Th w={80}>{t('Nullable')}</Table.Th>
                  <Table.Th w={80}>{t('Unique')}</Table.Th>
                  <Table.Th w={80}>{t('Identity')}</Table.Th>
                  <Table.Th w={40} aria-label={t('Actions')} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {draft.columns.map((column, index) => (
                  <Table.Tr key={index}>
                    <Table.Td>
                      <TextInput
                        aria-label={t('Name of column {{number}}', { number: index + 1 })}
                        value={column.name}
                        onChange={(event) => setColumn(index, { name: event.currentTarget.value })}
                      />
                    </Table.Td>
                    <Table.Td>
                      <TypeInput
                        source={source}
                        value={column.type}
                        onChange={(type) => setColumn(index, { type })}
                      />
                    </Table.Td>
                    <Table.Td>
                      <TextInput
                        aria-label={t('Default of column {{number}}', { number: index + 1 })}
                        value={column.default}
                        disabled={column.identity}
                        onChange={(event) =>
                          setColumn(index, { default: event.currentTarget.value })
                        }
                      />
                    </Table.Td>
                    <Table.Td>
                      <Checkbox
                        aria-label={t('Part of the primary key')}
                        disabled={!column.name}
                        checked={draft.primaryKey.includes(column.name)}
                        onChange={(event) =>
                          set({
                            primaryKey: event.currentTarget.checked
                              ? [...draft.primaryKey, column.name]
                              : draft.primaryKey.filter((k) => k !== column.name),
                          })
                        }
                      />
                    </Table.Td>
                    <Table.Td>
                      <Checkbox
                        aria-label={t('Nullable')}
                        checked={column.nullable && !draft.primaryKey.includes(column.name)}
                        disabled={draft.primaryKey.includes(column.name)}
                        onChange={(event) =>
                          setColumn(index, { nullable: event.currentTarget.checked })
                        }
                      />
                    </Table.Td>
                    <Table.Td>
                      <Checkbox
                        aria-label={t('Unique')}
                        checked={column.unique}
                        onChange={(event) =>
                          setColumn(index, { unique: event.currentTarget.checked })
                        }
                      />
                    </Table.Td>
                    <Table.Td>
                      <Checkbox
                        aria-label={t('Identity')}
                        checked={column.identity}
                        onChange={(event) =>
                          setColumn(index, {
                            identity: event.currentTarget.checked,
                            ...(event.currentTarget.checked
                              ? { nullable: false, default: '' }
                              : {}),
                          })
                        }
                      />
                    </Table.Td>
                    <Table.Td>
                      <Tooltip label={t('Remove')}>
                        <ActionIcon
                          aria-label={t('Remove column {{number}}', { number: index + 1 })}
                          onClick={() =>
                            set({ columns: draft.columns.filter((_, i) => i !== index) })
                          }
                        >
                          <IconTrash size={15} />
                        </ActionIcon>
                      </Tooltip>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Card>
          <Card withBorder>
            <Group justify="space-between">
              <Title order={2}>{t('Foreign keys')}</Title>
              <AddButton
                label={t('Add foreign key')}
                onClick={() =>
                  set({
                    foreignKeys: [
                      ...draft.foreignKeys,
                      {
                        columns: [],
                        refSchema: draft.schema,
                        refTable: '',
                        refColumns: [],
                        onUpdate: 'no action',
                        onDelete: 'no action',
                      },
                    ],
                  })
                }
              />
            </Group>
            {draft.foreignKeys.map((key, index) => (
              <Stack key={index} mt="sm" gap={4}>
                <ForeignKeyFields
                  source={source}
                  columns={names}
                  draft={key}
                  onChange={(next) =>
                    set({ foreignKeys: draft.foreignKeys.map((k, i) => (i === index ? next : k)) })
                  }
                />
                <Group justify="flex-end">
                  <Button
                    size="compact-xs"
                    color="red"
                    variant="subtle"
                    onClick={() =>
                      set({ foreignKeys: draft.foreignKeys.filter((_, i) => i !== index) })
                    }
                  >
                    {t('Remove this foreign key')}
                  </Button>
                </Group>
              </Stack>
            ))}
          </Card>
          <Card withBorder>
            <Group justify="space-between">
              <Title order={2}>{t('Unique keys and checks')}</Title>
              <Group gap={6}>
                <AddButton
                  label={t('Add unique key')}
                  onClick={() => set({ uniqueKeys: [...draft.uniqueKeys, []] })}
                />
                <AddButton
                  label={t('Add check')}
                  onClick={() => set({ checks: [...draft.checks, { name: '', expression: '' }] })}
                />
              </Group>
            </Group>
            <Stack gap={6} mt={draft.uniqueKeys.length + draft.checks.length > 0 ? 'sm' : 0}>
              {draft.uniqueKeys.map((key, index) => (
                <MultiSelect
                  key={index}
                  aria-label={t('Columns of unique key {{number}}', { number: index + 1 })}
                  placeholder={t('Columns that are unique together')}
                  data={names}
                  value={key}
                  onChange={(value) =>
                    set({ uniqueKeys: draft.uniqueKeys.map((k, i) => (i === index ? value : k)) })
                  }
                />
              ))}
              {draft.checks.map((check, index) => (
                <TextInput
                  key={index}
                  aria-label={t('Condition of check {{number}}', { number: index + 1 })}
                  placeholder="price >= 0"
                  value={check.expression}
                  onChange={(event) => {
                    const expression = event.currentTarget.value;
                    set({
                      checks: draft.checks.map((c, i) => (i === index ? { ...c, expression } : c)),
                    });
                  }}
                />
              ))}
            </Stack>
          </Card>
          <Group justify="flex-end">
            {double && (
              <Text size="sm" c="red">
                {t('Two columns have the name {{name}}.', { name: double })}
              </Text>
            )}
            <Button
              type="submit"
              size="sm"
              disabled={!draft.name.trim() || names.length === 0 || double !== undefined}
            >
              {t('Show the SQL')}
            </Button>
          </Group>
        </Stack>
      </form>
      {planned && (
        <SqlPreview source={source} planned={planned} onClose={() => setPlanned(undefined)} />
      )}
    </Page>
  );
}
