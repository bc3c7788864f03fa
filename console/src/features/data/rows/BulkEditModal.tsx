// One column of many rows given the same value, in one statement.
import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { TableDetail } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { ErrorPanel, failed, useAction } from '../../../kit/ui';
import { FieldInput, type FieldState } from './FieldInput';
import { inputValue, updateRows } from './queries';

export function BulkEditModal(props: {
  source: string;
  detail: TableDetail;
  rowKeys: Record<string, string>[];
  onClose: () => void;
  onWritten: () => unknown;
}) {
  const { source, detail, rowKeys } = props;
  const key = detail.primaryKey?.columns ?? [];
  // What tells rows apart cannot become the same.
  const columns = detail.columns.filter((c) => !c.generated && !key.includes(c.name));
  const [name, setName] = useState(columns[0]?.name ?? null);
  const [state, setState] = useState<FieldState>({ mode: 'value', text: '' });
  const column = columns.find((c) => c.name === name);
  const rows = t('{{count}} rows', { count: rowKeys.length });
  const save = useAction({
    quiet: true,
    run: async () => {
      if (!column) return;
      const value = state.mode === 'value' ? inputValue(state.text, column) : null;
      const changed = await updateRows(source, detail, rowKeys, { [column.name]: value });
      if (changed < rowKeys.length) {
        failed(
          new Error(t('{{changed}} of {{rows}} were there to be changed.', { changed, rows })),
          t('Somebody else deleted some of them'),
        );
      }
    },
    success: t('{{rows}} changed', { rows }),
    after: async () => {
      await props.onWritten();
      props.onClose();
    },
  });
  return (
    <Modal opened onClose={props.onClose} title={t('Edit a column of {{rows}}', { rows })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <Select
            label={t('Column')}
            allowDeselect={false}
            searchable
            data={columns.map((c) => c.name)}
            value={name}
            onChange={(value) => {
              setName(value);
              setState({ mode: 'value', text: '' });
            }}
          />
          {column && (
            <FieldInput column={column} state={state} onChange={setState} canDefault={false} />
          )}
          <Text size="xs" c="dimmed">
            {t('All of them get this value, or none does.')}
          </Text>
          {save.error && <ErrorPanel error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('Cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!column}>
              {t('Change {{rows}}', { rows })}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
