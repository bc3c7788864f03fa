// The fields of a relationship that no foreign key makes: its kind, its name, what it leads to, and
// which columns have to be equal.
import { Button, Group, SegmentedControl, Select, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { tableQuery, useSource, type QualifiedName } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { returnedModel } from '../native/native';

export type RelationshipTarget = { table: QualifiedName } | { query: string };

export interface RelationshipDraft {
  kind: 'object' | 'array';
  name: string;
  target?: RelationshipTarget;
  /** Columns here and there that are equal. */
  pairs: [string, string][];
}

export const newRelationship = (): RelationshipDraft => ({
  kind: 'object',
  name: '',
  pairs: [['', '']],
});

export const isComplete = (draft: RelationshipDraft): boolean =>
  draft.name.trim() !== '' && draft.target !== undefined && draft.pairs.every(([a, b]) => a && b);

/** What the metadata says of it. */
export const mappingOf = ({ target, pairs }: RelationshipDraft) => ({
  ...(target && 'query' in target
    ? { remote_native_query: target.query }
    : { remote_table: target?.table }),
  column_mapping: Object.fromEntries(pairs),
});

export function RelationshipFields(props: {
  source: string;
  /** What it leads from. */
  here: { name: string; columns: string[] };
  draft: RelationshipDraft;
  onChange: (draft: RelationshipDraft) => void;
}) {
  const { source: sourceName, here, draft } = props;
  const source = useSource(sourceName);
  const set = (part: Partial<RelationshipDraft>) => props.onChange({ ...draft, ...part });
  const tables = source?.tables ?? [];
  const queries = source?.native_queries ?? [];
  const targets: RelationshipTarget[] = [
    ...tables.map(({ table }) => ({ table })),
    ...queries.map((query) => ({ query: query.root_field_name })),
  ];
  const options = targets.map((target, index) => ({
    value: String(index),
    label: 'query' in target ? target.query : `${target.table.schema}.${target.table.name}`,
  }));
  const chosen = targets.findIndex((one) => JSON.stringify(one) === JSON.stringify(draft.target));
  const there = useColumns(sourceName, draft.target);
  const setPair = (index: number, side: 0 | 1, value: string) =>
    set({
      pairs: draft.pairs.map((pair, i): [string, string] =>
        i !== index ? pair : side === 0 ? [value, pair[1]] : [pair[0], value],
      ),
    });
  return (
    <Stack>
      <SegmentedControl
        aria-label={t('Kind')}
        value={draft.kind}
        onChange={(kind) => set({ kind: kind as 'object' | 'array' })}
        data={[
          { value: 'object', label: t('One row') },
          { value: 'array', label: t('Many rows') },
        ]}
      />
      <TextInput
        label={t('Name')}
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        required
        data-autofocus
      />
      <Select
        label={queries.length > 0 ? t('Other table or native query') : t('Other table')}
        data={
          queries.length > 0
            ? [
                { group: t('Tables'), items: options.slice(0, tables.length) },
                { group: t('Native queries'), items: options.slice(tables.length) },
              ]
            : options
        }
        searchable
        limit={60}
        value={chosen < 0 ? null : String(chosen)}
        onChange={(index) => set({ target: index === null ? undefined : targets[Number(index)] })}
      />
      {draft.pairs.map((pair, index) => (
        <Group key={index} grow>
          <Select
            aria-label={t('Column here')}
            placeholder={here.name}
            data={here.columns}
            searchable
            value={pair[0] || null}
            onChange={(value) => setPair(index, 0, value ?? '')}
          />
          <Select
            aria-label={t('Column there')}
            placeholder={chosen < 0 ? undefined : options[chosen]?.label}
            data={there}
            searchable
            value={pair[1] || null}
            onChange={(value) => setPair(index, 1, value ?? '')}
          />
        </Group>
      ))}
      <Group>
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => set({ pairs: [...draft.pairs, ['', '']] })}
        >
          {t('Another column')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Columns of what a relationship leads to. */
function useColumns(sourceName: string, target: RelationshipTarget | undefined): string[] {
  const source = useSource(sourceName);
  const table = target && 'table' in target ? target.table : undefined;
  const { data } = useQuery({
    ...tableQuery(sourceName, table?.schema ?? '', table?.name ?? ''),
    enabled: table !== undefined,
  });
  if (!target || 'table' in target) return data?.columns.map((c) => c.name) ?? [];
  const query = source?.native_queries?.find((q) => q.root_field_name === target.query);
  const model = returnedModel(query, source?.logical_models);
  return (model?.fields ?? []).filter((f) => 'scalar' in f.type).map((f) => f.name);
}
