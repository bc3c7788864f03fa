// The metadata as one document: out of the server, into it, read anew, emptied.
import { Box, Button, Card, FileButton, Group, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconRefresh, IconTrash, IconUpload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import {
  metadataCommand,
  queryClient,
  type Metadata,
  type VersionedMetadata,
} from '../../../kit/api';
import { saveFile } from '../../../kit/files';
import { t } from '../../../kit/i18n';
import { confirmDestruction, failed, useAction } from '../../../kit/ui';

interface Replaced {
  is_consistent?: boolean;
  inconsistent_objects?: unknown[];
}

function parseDocument(text: string): Metadata {
  const value = JSON.parse(text) as Metadata | VersionedMetadata;
  const document = 'metadata' in value ? (value as VersionedMetadata).metadata : value;
  if (typeof document !== 'object' || document === null || !('version' in document)) {
    throw new Error(t('This file holds no metadata: it has no version.'));
  }
  return document as Metadata;
}

export function MetadataTab() {
  const everything = () => queryClient.invalidateQueries();
  const exporting = useAction({
    run: async () => {
      const metadata = await metadataCommand<Metadata>('export_metadata', {});
      saveFile('metadata.json', JSON.stringify(metadata, undefined, 2), 'application/json');
    },
  });
  const importing = useAction<Metadata>({
    run: (metadata) =>
      metadataCommand<Replaced>(
        'replace_metadata',
        { allow_inconsistent_metadata: true, metadata },
        { version: 2 },
      ),
    success: t('The metadata was replaced'),
    after: everything,
  });
  const reloading = useAction({
    run: () =>
      metadataCommand('reload_metadata', { reload_sources: true, reload_remote_schemas: true }),
    success: t('The metadata was read anew'),
    after: everything,
  });
  const clearing = useAction({
    run: () => metadataCommand('clear_metadata', {}),
    success: t('The metadata is empty'),
    after: everything,
  });

  async function readFile(file: File | null) {
    if (!file) return;
    try {
      const metadata = parseDocument(await file.text());
      confirmDestruction({
        title: t('Replace the metadata?'),
        what: file.name,
        consequence: t(
          'Everything this server has in its metadata is replaced by this file: tables, relationships, permissions. The databases stay as they are.',
        ),
        button: t('Replace'),
        run: () => importing.mutate(metadata),
      });
    } catch (error) {
      failed(error, t('This file cannot be read'));
    }
  }

  return (
    <Stack maw={820}>
      <Entry
        title={t('Export')}
        text={t('Tables, relationships, permissions and everything else, as one JSON file.')}
      >
        <Button
          variant="default"
          leftSection={<IconDownload size={15} />}
          loading={exporting.isPending}
          onClick={() => exporting.mutate()}
        >
          {t('Export metadata')}
        </Button>
      </Entry>
      <Entry title={t('Import')} text={t('Replaces the metadata by that of a file.')}>
        <FileButton accept="application/json,.json" onChange={(file) => void readFile(file)}>
          {(props) => (
            <Button
              {...props}
              variant="default"
              leftSection={<IconUpload size={15} />}
              loading={importing.isPending}
            >
              {t('Import metadata')}
            </Button>
          )}
        </FileButton>
      </Entry>
      <Entry
        title={t('Reload')}
        text={t('Reads the databases again, for changes that were made outside of this server.')}
      >
        <Button
          variant="default"
          leftSection={<IconRefresh size={15} />}
          loading={reloading.isPending}
          onClick={() => reloading.mutate()}
        >
          {t('Reload metadata')}
        </Button>
      </Entry>
      <Entry
        title={t('Clear')}
        text={t(
          'Forgets tables, relationships and permissions, and databases that were added here. Rows stay.',
        )}
      >
        <Button
          color="red"
          variant="light"
          leftSection={<IconTrash size={15} />}
          loading={clearing.isPending}
          onClick={() =>
            confirmDestruction({
              title: t('Clear the metadata?'),
              what: t('all metadata of this server'),
              consequence: t(
                'The API is empty afterwards: tables, relationships and permissions are forgotten, and databases that were added here. Export the metadata first if you may want it back.',
              ),
              button: t('Clear everything'),
              run: () => clearing.mutate(),
            })
          }
        >
          {t('Clear metadata')}
        </Button>
      </Entry>
    </Stack>
  );
}

function Entry({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <Card withBorder>
      <Group justify="space-between" wrap="nowrap">
        <div>
          <Title order={2}>{title}</Title>
          <Text size="sm" c="dimmed">
            {text}
          </Text>
        </div>
        <Box flex="none">{children}</Box>
      </Group>
    </Card>
  );
}
