// The two sides of a foreign key.
import { ActionIcon, Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconArrowRight, IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { relationsQuery, tableQuery } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import type { ForeignKeyDraft } from './statements';

const rules = ['no action', 'restrict', 'cascade', 'set null', 'set default'];

export function ForeignKeyFields(props: {
  source: string;
  columns: string[];
  draft: ForeignKeyDraft;
  onChange: (draft: ForeignKeyDraft) => void;
}) {
  const { draft, source } = props;
  const set = (part: Partial<ForeignKeyDraft>) => props.onChange({ ...draft, ...part });
  const { data: list } = useQuery(relationsQuery(source));
  const { data: target } = useQuery({
    ...tableQuery(source, draft.refSchema, draft.refTable),
    enabled: draft.refTable !== '',
  });
  const tables = (list?.relations ?? [])
    .filter((r) => r.kind === 'table' || r.kind === 'partitioned')
    .map((r) => `${r.schema}.${r.name}`);
  const pairs = draft.columns.length === 0 ? 1 : draft.columns.length;
  const change = (list: string[], index: number, value: string) => {
    const next = Array.from({ length: pairs }, (_, i) => list[i] ?? '');
    next[index] = value;
    return next;
  };
  return (
    <Stack gap="sm">
      <Select
        label={t('Referenced table')}
        data={tables}
        searchable
        limit={60}
        value={draft.refTable ? `${draft.refSchema}.${draft.refTable}` : null}
        onChange={(value) => {
          const found = list?.relations.find((r) => `${r.schema}.${r.name}` === value);
          if (found) set({ refSchema: found.schema, refTable: found.name, refColumns: [] });
        }}
      />
      <Text size="sm" fw={500}>
        {t('Columns')}
      </Text>
      {Array.from({ length: pairs }, (_, index) => (
        <Group key={index} gap={6} wrap="nowrap">
          <Select
            aria-label={t('Column here')}
            flex={1}
            data={props.columns}
            searchable
            value={draft.columns[index] || null}
            onChange={(value) =>
              set({
                columns: change(draft.columns, index, value ?? ''),
                refColumns: change(
                  draft.refColumns,
                  index,
                  draft.refColumns[index] || (target?.primaryKey?.columns[index] ?? ''),
                ),
              })
            }
          />
          <IconArrowRight size={15} aria-hidden="true" />
          <Select
            aria-label={t('Column there')}
            flex={1}
            data={target?.columns.map((c) => c.name) ?? []}
            searchable
            value={draft.refColumns[index] || null}
            onChange={(value) =>
              set({
                columns: change(draft.columns, index, draft.columns[index] ?? ''),
                refColumns: change(draft.refColumns, index, value ?? ''),
              })
            }
          />
          {pairs > 1 && (
            <ActionIcon
              aria-label={t('Remove this pair')}
              onClick={() =>
                set({
                  columns: draft.columns.filter((_, i) => i !== index),
                  refColumns: draft.refColumns.filter((_, i) => i !== index),
                })
              }
            >
              <IconX size={14} />
            </ActionIcon>
          )}
        </Group>
      ))}
      <Group>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconPlus size={13} />}
          onClick={() =>
            set({ columns: [...change(draft.columns, 0, draft.columns[0] ?? ''), ''] })
          }
        >
          {t('Another column')}
        </Button>
      </Group>
      <Group grow>
        <Select
          label={t('When the row there is deleted')}
          data={rules}
          allowDeselect={false}
          value={draft.onDelete}
          onChange={(value) => set({ onDelete: value ?? 'no action' })}
        />
        <Select
          label={t('When its key changes')}
          data={rules}
          allowDeselect={false}
          value={draft.onUpdate}
          onChange={(value) => set({ onUpdate: value ?? 'no action' })}
        />
      </Group>
    </Stack>
  );
}
