// A whole row in a form: to insert, to edit, to clone.
import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { Column, TableDetail } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { ErrorPanel, useAction } from '../../../kit/ui';
import { FieldInput, type FieldState } from './FieldInput';
import { inputValue, insertRows, updateRow, type Row } from './queries';

export type RowTask =
  { kind: 'insert'; from?: Row } | { kind: 'edit'; row: Row; key: Record<string, string> };

interface Props {
  source: string;
  detail: TableDetail;
  task: RowTask;
  onClose: () => void;
  onWritten: () => unknown;
}

/** Columns that are written by people. */
function writable(column: Column): boolean {
  return !column.generated && column.identity !== 'always';
}

function initial(column: Column, index: number, task: RowTask, key: string[]): FieldState {
  const row = task.kind === 'edit' ? task.row : task.from;
  if (!row) return { mode: 'default' };
  // A clone gets a key of its own, where the database gives one.
  if (task.kind === 'insert' && key.includes(column.name) && (column.default || column.identity)) {
    return { mode: 'default' };
  }
  const text = row[index];
  return text === null || text === undefined ? { mode: 'null' } : { mode: 'value', text };
}

export function RowDrawer({ source, detail, task, onClose, onWritten }: Props) {
  const key = detail.primaryKey?.columns ?? [];
  const columns = detail.columns.filter(writable);
  const [states, setStates] = useState<Record<string, FieldState>>(() =>
    Object.fromEntries(detail.columns.map((c, i) => [c.name, initial(c, i, task, key)] as const)),
  );
  const [again, setAgain] = useState(false);

  const save = useAction({
    quiet: true,
    run: async () => {
      const values: Record<string, unknown> = {};
      for (const [index, column] of detail.columns.entries()) {
        const state = states[column.name];
        if (!state || state.mode === 'default' || !writable(column)) continue;
        const text = state.mode === 'null' ? null : state.text;
        if (task.kind === 'edit' && text === task.row[index]) continue;
        try {
          values[column.name] = inputValue(text, column);
        } catch (error) {
          throw new Error(`${column.name}: ${(error as Error).message}`, { cause: error });
        }
      }
      if (task.kind === 'insert') await insertRows(source, detail, [values]);
      else if (Object.keys(values).length > 0) await updateRow(source, detail, task.key, values);
    },
    success: task.kind === 'insert' ? t('The row was inserted') : t('The row was changed'),
    after: async () => {
      await onWritten();
      if (!again) onClose();
    },
  });

  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      title={
        task.kind === 'edit'
          ? t('Edit a row of {{table}}', { table: detail.name })
          : task.from
            ? t('Clone a row of {{table}}', { table: detail.name })
            : t('Insert a row into {{table}}', { table: detail.name })
      }
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="md">
          {columns.map((column, index) => (
            <FieldInput
              key={column.name}
              column={column}
              state={states[column.name] ?? { mode: 'default' }}
              onChange={(state) => setStates((all) => ({ ...all, [column.name]: state }))}
              canDefault={
                task.kind === 'insert' && (column.default !== null || column.identity !== null)
              }
              autoFocus={index === 0}
            />
          ))}
          {columns.length < detail.columns.length && (
            <Text size="xs" c="dimmed">
              {t('Columns that the database computes are left out.')}
            </Text>
          )}
          {save.error && <ErrorPanel error={save.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('Cancel')}
            </Button>
            {task.kind === 'insert' && (
              <Button
                variant="light"
                type="submit"
                loading={save.isPending && again}
                onClick={() => setAgain(true)}
              >
                {t('Insert and go on')}
              </Button>
            )}
            <Button
              type="submit"
              loading={save.isPending && !again}
              onClick={() => setAgain(false)}
            >
              {task.kind === 'insert' ? t('Insert') : t('Save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
