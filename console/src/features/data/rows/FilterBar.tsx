// Conditions that rows are filtered by, edited in a line each.
import { ActionIcon, Button, Group, Select, Stack, TextInput, Tooltip } from '@mantine/core';
import { IconFilterPlus, IconX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { Column } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { isComplete, operatorsFor, takesValue, type Filter, type Operator } from './filters';

interface Props {
  columns: Column[];
  filters: Filter[];
  onChange: (filters: Filter[]) => void;
}

export function FilterBar({ columns, filters, onChange }: Props) {
  const [draft, setDraft] = useState(filters);
  // The address may change from elsewhere: a link to related rows, the way back.
  const address = JSON.stringify(filters);
  useEffect(() => setDraft(JSON.parse(address) as Filter[]), [address]);
  const find = (name: string) => columns.find((c) => c.name === name);
  const complete = (list: Filter[]) => list.filter((f) => isComplete(f, find(f.c)));

  function change(index: number, part: Partial<Filter>, apply: boolean) {
    const next = draft.map((f, i) => (i === index ? { ...f, ...part } : f));
    const changed = next[index];
    if (changed && !operatorsFor(find(changed.c)).includes(changed.o)) {
      changed.o = operatorsFor(find(changed.c))[0] ?? '=';
    }
    setDraft(next);
    if (apply) onChange(complete(next));
  }

  if (draft.length === 0) return null;
  return (
    <Stack
      gap={6}
      component="form"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(complete(draft));
      }}
    >
      {draft.map((filter, index) => (
        <Group key={index} gap={6} wrap="nowrap">
          <Select
            aria-label={t('Column')}
            w={190}
            searchable
            allowDeselect={false}
            data={columns.map((c) => c.name)}
            value={filter.c}
            onChange={(c) => c && change(index, { c }, true)}
          />
          <Select
            aria-label={t('Comparison')}
            w={140}
            allowDeselect={false}
            data={operatorsFor(find(filter.c))}
            value={filter.o}
            onChange={(o) => o && change(index, { o: o as Operator }, true)}
          />
          {takesValue(filter.o) && (
            <TextInput
              aria-label={t('Value')}
              flex={1}
              maw={380}
              placeholder={
                filter.o === 'in'
                  ? 'a, b, "c, d"'
                  : filter.o === 'json contains'
                    ? '{"key": 1}'
                    : ''
              }
              error={filter.v !== '' && !isComplete(filter, find(filter.c))}
              value={filter.v}
              autoFocus={filter.v === ''}
              onChange={(event) => change(index, { v: event.currentTarget.value }, false)}
              onBlur={() => onChange(complete(draft))}
            />
          )}
          <Tooltip label={t('Remove this condition')}>
            <ActionIcon
              aria-label={t('Remove this condition')}
              onClick={() => {
                const next = draft.filter((_, i) => i !== index);
                setDraft(next);
                onChange(complete(next));
              }}
            >
              <IconX size={15} />
            </ActionIcon>
          </Tooltip>
        </Group>
      ))}
      <Group gap={6}>
        <Button size="compact-xs" type="submit" variant="light">
          {t('Apply')}
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconFilterPlus size={13} />}
          onClick={() => setDraft([...draft, newFilter(columns)])}
        >
          {t('And')}
        </Button>
      </Group>
    </Stack>
  );
}

/** A condition to begin with. */
export function newFilter(columns: Column[]): Filter {
  const column = columns[0];
  return { c: column?.name ?? '', o: operatorsFor(column)[0] ?? '=', v: '' };
}
