// SQL that is shown, and may be mended, before it runs on a database.
import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { config, runSql, structureChanged } from '../api';
import { CodeEditor } from '../editor/CodeEditor';
import { t } from '../i18n';
import { ErrorPanel } from './ErrorPanel';
import { useAction } from './actions';

export interface Planned {
  title: string;
  sql: string;
  /** What is lost by it, where something is. */
  loses?: string;
  /** Whether what the metadata has of an object that is dropped and made anew stays with its name. */
  keepsMetadata?: boolean;
  /** What is said afterwards. */
  success: string;
  /** Runs after the SQL, such as tracking a new table. */
  then?: () => unknown;
}

export function SqlPreview(props: { source: string; planned: Planned; onClose: () => void }) {
  const { planned, source } = props;
  const [sql, setSql] = useState(planned.sql);
  const [cascade, setCascade] = useState(false);
  const run = useAction({
    quiet: true,
    run: async () => {
      // Compared with the metadata, what is made anew would count as another object.
      const checkMetadataConsistency = planned.keepsMetadata && !cascade ? false : undefined;
      await runSql(source, sql, { cascade, checkMetadataConsistency });
      await planned.then?.();
    },
    success: planned.success,
    after: async () => {
      await structureChanged(source);
      props.onClose();
    },
  });
  return (
    <Modal opened onClose={props.onClose} size="xl" title={planned.title}>
      <Stack>
        {planned.loses && (
          <Text size="sm" c="red">
            {planned.loses}
          </Text>
        )}
        <CodeEditor
          language="sql"
          label={t('SQL that runs')}
          value={sql}
          onChange={setSql}
          minHeight={90}
          maxHeight="45vh"
          onRun={() => run.mutate()}
        />
        <Checkbox
          label={t('Remove what the metadata has of dropped objects')}
          description={t('Permissions and relationships that depend on them are removed too.')}
          checked={cascade}
          onChange={(event) => setCascade(event.currentTarget.checked)}
        />
        {config().consoleMode === 'cli' && (
          <Text size="xs" c="dimmed">
            {t('It is recorded as a migration.')}
          </Text>
        )}
        {run.error && <ErrorPanel error={run.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t('Cancel')}
          </Button>
          <Button
            color={planned.loses ? 'red' : undefined}
            loading={run.isPending}
            onClick={() => run.mutate()}
            data-autofocus
          >
            {t('Run this SQL')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
