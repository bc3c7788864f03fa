// A column to be added or changed; what comes of it is shown as SQL next.
import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import type { Column, TableDetail } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import type { Planned } from '../../../kit/ui';
import { ColumnFields } from './ColumnFields';
import { addColumn, alterColumn, draftOf, newColumn } from './statements';

export function ColumnModal(props: {
  source: string;
  detail: TableDetail;
  column: Column | 'new';
  onPlan: (planned: Planned) => void;
  onClose: () => void;
}) {
  const { column, detail } = props;
  const [draft, setDraft] = useState(() => (column === 'new' ? newColumn() : draftOf(column)));
  const sql = column === 'new' ? addColumn(detail, draft) : alterColumn(detail, column, draft);
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={
        column === 'new'
          ? t('Add a column to {{table}}', { table: detail.name })
          : t('Edit column {{name}}', { name: column.name })
      }
    >
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          props.onPlan({
            title:
              column === 'new'
                ? t('Add column {{name}}', { name: draft.name })
                : t('Change column {{name}}', { name: column.name }),
            sql,
            success:
              column === 'new'
                ? t('{{name}} was added', { name: draft.name })
                : t('{{name}} was changed', { name: draft.name }),
          });
        }}
      >
        <Stack>
          <ColumnFields
            source={props.source}
            draft={draft}
            onChange={setDraft}
            isNew={column === 'new'}
          />
          {column !== 'new' && draft.name !== column.name && (
            <Text size="xs" c="dimmed">
              {t('Permissions and relationships follow the new name.')}
            </Text>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('Cancel')}
            </Button>
            <Button type="submit" disabled={sql === '' || !draft.name.trim()}>
              {t('Show the SQL')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
