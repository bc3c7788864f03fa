// The editor of one value, by its type: text, numbers, booleans, enums, times, JSON, long text.
import { Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import type { Column } from '../../../kit/api';
import { CodeEditor } from '../../../kit/editor/CodeEditor';
import { kindOfType } from '../../../kit/grid/Value';
import { t } from '../../../kit/i18n';

/** `default`: the column is left to the database. */
export type FieldState = { mode: 'default' } | { mode: 'null' } | { mode: 'value'; text: string };

export interface FieldProps {
  column: Column;
  state: FieldState;
  onChange: (state: FieldState) => void;
  /** Whether the column may be left out. */
  canDefault: boolean;
  autoFocus?: boolean;
}

export function FieldInput({ column, state, onChange, canDefault, autoFocus }: FieldProps) {
  const value = state.mode === 'value' ? state.text : '';
  const placeholder =
    state.mode === 'null'
      ? 'null'
      : state.mode === 'default'
        ? (column.default ?? defaultOf(column))
        : undefined;
  const set = (text: string) => onChange({ mode: 'value', text });
  const kind = kindOfType(column.base);
  const label = column.name;
  return (
    <Stack gap={4}>
      <Group justify="space-between" gap={6} wrap="nowrap">
        <span style={{ fontSize: '0.8125rem', minWidth: 0 }}>
          <b>{column.name}</b>{' '}
          <span style={{ color: 'var(--mantine-color-dimmed)' }}>{column.type}</span>
        </span>
        <Group gap={4} wrap="nowrap">
          {canDefault && (
            <Choice on={state.mode === 'default'} onClick={() => onChange({ mode: 'default' })}>
              {t('default')}
            </Choice>
          )}
          {column.nullable && (
            <Choice on={state.mode === 'null'} onClick={() => onChange({ mode: 'null' })}>
              null
            </Choice>
          )}
        </Group>
      </Group>
      {column.enumValues ? (
        <Select
          aria-label={label}
          data={column.enumValues}
          value={state.mode === 'value' ? value : null}
          placeholder={placeholder}
          onChange={(text) => text !== null && set(text)}
        />
      ) : kind === 'boolean' ? (
        <Select
          aria-label={label}
          data={['true', 'false']}
          value={
            state.mode === 'value'
              ? value === 't'
                ? 'true'
                : value === 'f'
                  ? 'false'
                  : value
              : null
          }
          placeholder={placeholder}
          onChange={(text) => text !== null && set(text)}
        />
      ) : kind === 'json' ? (
        <CodeEditor
          language="json"
          label={label}
          value={value}
          onChange={set}
          minHeight={70}
          maxHeight={320}
          placeholder={placeholder}
        />
      ) : kind === 'text' && column.base === 'text' ? (
        <Textarea
          aria-label={label}
          autosize
          minRows={1}
          maxRows={14}
          value={value}
          placeholder={placeholder}
          autoFocus={autoFocus}
          onChange={(event) => set(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          aria-label={label}
          value={value}
          placeholder={placeholder ?? hint(column)}
          autoFocus={autoFocus}
          onChange={(event) => set(event.currentTarget.value)}
        />
      )}
    </Stack>
  );
}

function defaultOf(column: Column): string {
  if (column.generated) return t('computed by the database');
  if (column.identity) return t('next number');
  return column.nullable ? 'null' : '';
}

function hint(column: Column): string | undefined {
  if (column.base.startsWith('_')) return '{a,b}';
  if (column.base === 'timestamptz') return '2026-01-31 12:00:00+00';
  if (column.base === 'date') return '2026-01-31';
  if (column.base === 'uuid') return '00000000-0000-0000-0000-000000000000';
  return undefined;
}

function Choice(props: { on: boolean; onClick: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={props.on}
      onClick={props.onClick}
      style={{
        border: '1px solid var(--console-line)',
        borderRadius: 6,
        padding: '0 6px',
        fontSize: '0.7rem',
        cursor: 'pointer',
        background: props.on ? 'var(--console-active)' : 'transparent',
        color: props.on ? 'var(--console-active-text)' : 'var(--mantine-color-dimmed)',
      }}
    >
      {props.children}
    </button>
  );
}
