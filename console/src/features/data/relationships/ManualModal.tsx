// A relationship of a table made by hand, where no foreign key says it (AA12).
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { metadataChanged, metadataCommand, type TableDetail } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { ErrorPanel, useAction } from '../../../kit/ui';
import { isComplete, mappingOf, newRelationship, RelationshipFields } from './RelationshipFields';

export function ManualModal(props: { source: string; detail: TableDetail; onClose: () => void }) {
  const { source, detail } = props;
  const [draft, setDraft] = useState(newRelationship);
  const create = useAction({
    quiet: true,
    run: () =>
      metadataCommand(`pg_create_${draft.kind}_relationship`, {
        source,
        table: { schema: detail.schema, name: detail.name },
        name: draft.name.trim(),
        using: { manual_configuration: mappingOf(draft) },
      }),
    success: t('{{name}} was added', { name: draft.name.trim() }),
    after: async () => {
      await metadataChanged();
      props.onClose();
    },
  });
  return (
    <Modal opened onClose={props.onClose} size="lg" title={t('Relationship by hand')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack>
          <RelationshipFields
            source={source}
            here={{ name: detail.name, columns: detail.columns.map((c) => c.name) }}
            draft={draft}
            onChange={setDraft}
          />
          {create.error && <ErrorPanel error={create.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={create.isPending} disabled={!isComplete(draft)}>
              {t('Add')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
