// Rows of a CSV or JSON file into the table: shown first, written all together or not at all.
import { Button, Code, FileInput, Group, Modal, Stack, Text } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useState } from 'react';
import type { TableDetail } from '../../../kit/api';
import { formatNumber, t } from '../../../kit/i18n';
import { ErrorPanel, useAction } from '../../../kit/ui';
import { insertRows } from './queries';
import { decodeText, readRows, type FileText, type Incoming } from './transfer';

const limit = 50_000;

export function ImportModal(props: {
  source: string;
  detail: TableDetail;
  onClose: () => void;
  onWritten: () => unknown;
}) {
  const [incoming, setIncoming] = useState<Incoming & Pick<FileText, 'encoding'>>();
  const [problem, setProblem] = useState<unknown>();
  const write = useAction({
    quiet: true,
    // One statement: it succeeds as a whole or leaves the table as it was.
    run: () => insertRows(props.source, props.detail, incoming?.objects ?? []),
    success: t('{{count}} rows', { count: incoming?.objects.length ?? 0 }) + ' ' + t('imported'),
    after: async () => {
      await props.onWritten();
      props.onClose();
    },
  });

  async function read(file: File | null) {
    setIncoming(undefined);
    setProblem(undefined);
    if (!file) return;
    try {
      const { text, encoding } = decodeText(new Uint8Array(await file.arrayBuffer()));
      const found = readRows(text, props.detail.columns);
      if (found.objects.length === 0) throw new Error(t('The file holds no rows.'));
      if (found.used.length === 0)
        throw new Error(t('No name of the file is a column of the table.'));
      if (found.objects.length > limit) {
        throw new Error(
          t('The file holds {{count}} rows; more than {{limit}} are better loaded with COPY.', {
            count: formatNumber(found.objects.length),
            limit: formatNumber(limit),
          }),
        );
      }
      setIncoming({ ...found, encoding });
    } catch (error) {
      setProblem(error);
    }
  }

  const examples = incoming?.objects.slice(0, 5) ?? [];
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="lg"
      title={t('Import rows into {{table}}', { table: props.detail.name })}
    >
      <Stack>
        <FileInput
          label={t('File')}
          description={t(
            'CSV with the names of columns in its first line, or JSON: an array of objects, or an object a line.',
          )}
          placeholder={t('Choose a file')}
          leftSection={<IconFileImport size={15} />}
          accept=".csv,.tsv,.txt,.json,.jsonl,.ndjson,text/csv,application/json"
          onChange={(file) => void read(file)}
          size="sm"
        />
        {problem !== undefined && <ErrorPanel error={problem} />}
        {incoming && (
          <>
            <Text size="sm">
              {t('{{rows}} with the columns {{columns}}.', {
                rows: t('{{count}} rows', { count: incoming.objects.length }),
                columns: incoming.used.join(', '),
              })}
              {incoming.unknown.length > 0 &&
                ` ${t('Left out, as the table has no such columns: {{names}}.', { names: incoming.unknown.join(', ') })}`}
              {incoming.encoding !== 'utf-8' &&
                ` ${t('The file is no UTF-8; it was read as {{encoding}}.', { encoding: incoming.encoding })}`}
            </Text>
            <Code block fz="xs" mah={180} style={{ overflow: 'auto' }} tabIndex={0}>
              {examples.map((row) => JSON.stringify(row)).join('\n')}
            </Code>
          </>
        )}
        {write.error && <ErrorPanel error={write.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t('Cancel')}
          </Button>
          <Button disabled={!incoming} loading={write.isPending} onClick={() => write.mutate()}>
            {t('Import')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
