// The fields of a column: name, type, default and the rest.
import { Autocomplete, Checkbox, Group, Stack, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { typesQuery } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import type { ColumnDraft } from './statements';

/** Types that most columns have, first in the list. */
const frequent = [
  'text',
  'integer',
  'bigint',
  'boolean',
  'numeric',
  'uuid',
  'timestamptz',
  'date',
  'jsonb',
];

/** Defaults that fit a type, to choose from. */
function defaultsFor(type: string): string[] {
  if (type === 'uuid') return ['gen_random_uuid()'];
  if (/^timestamp/.test(type)) return ['now()'];
  if (type === 'date') return ['current_date'];
  if (type === 'boolean') return ['false', 'true'];
  if (type === 'jsonb' || type === 'json') return [`'{}'`, `'[]'`];
  if (type.endsWith('[]')) return [`'{}'`];
  if (/^(integer|bigint|smallint|numeric|real|double)/.test(type)) return ['0', '1'];
  return [`''`];
}

export function TypeInput(props: {
  source: string;
  value: string;
  onChange: (type: string) => void;
  label?: string;
  /** What it is for those who do not see it; `Type` otherwise. */
  name?: string;
}) {
  const { data = [] } = useQuery(typesQuery(props.source));
  return (
    <Autocomplete
      label={props.label}
      aria-label={props.name ?? t('Type')}
      data={[...frequent, ...data.filter((name) => !frequent.includes(name))]}
      limit={40}
      value={props.value}
      onChange={props.onChange}
      required
    />
  );
}

export function ColumnFields(props: {
  source: string;
  draft: ColumnDraft;
  onChange: (draft: ColumnDraft) => void;
  isNew: boolean;
}) {
  const { draft } = props;
  const set = (part: Partial<ColumnDraft>) => props.onChange({ ...draft, ...part });
  return (
    <Stack gap="sm">
      <Group grow align="flex-start">
        <TextInput
          label={t('Name')}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          required
          data-autofocus
        />
        <TypeInput
          source={props.source}
          label={t('Type')}
          value={draft.type}
          onChange={(type) => set({ type })}
        />
      </Group>
      <Autocomplete
        label={t('Default')}
        description={t('An SQL expression')}
        data={defaultsFor(draft.type)}
        value={draft.default}
        disabled={draft.identity}
        onChange={(value) => set({ default: value })}
      />
      <TextInput
        label={t('Comment')}
        description={t('It is the description in the GraphQL schema.')}
        value={draft.comment}
        onChange={(event) => set({ comment: event.currentTarget.value })}
      />
      <Group>
        <Checkbox
          label={t('Nullable')}
          checked={draft.nullable}
          onChange={(event) => set({ nullable: event.currentTarget.checked })}
        />
        <Checkbox
          label={t('Numbered by the database (identity)')}
          checked={draft.identity}
          onChange={(event) =>
            set({
              identity: event.currentTarget.checked,
              ...(event.currentTarget.checked ? { nullable: false, default: '' } : {}),
            })
          }
        />
        {props.isNew && (
          <Checkbox
            label={t('Unique')}
            checked={draft.unique}
            onChange={(event) => set({ unique: event.currentTarget.checked })}
          />
        )}
      </Group>
    </Stack>
  );
}
