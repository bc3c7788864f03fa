// Keeps an operation on the server, in a query collection.
import { Autocomplete, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { parse } from 'graphql';
import { useState, type FormEvent } from 'react';
import { bulk, metadataChanged, useMetadata } from '../../kit/api';
import { t } from '../../kit/i18n';
import { ErrorPanel, useAction } from '../../kit/ui';
import type { Operation } from './Tools';

/** The name the operation itself has. */
function ownName(query: string): string {
  try {
    for (const definition of parse(query).definitions) {
      if (definition.kind === 'OperationDefinition' && definition.name)
        return definition.name.value;
    }
  } catch {
    // The server says what is wrong with it.
  }
  return '';
}

export function SaveModal({ operation, onClose }: { operation: Operation; onClose: () => void }) {
  const { query_collections: collections = [] } = useMetadata();
  const [name, setName] = useState(operation.operationName ?? ownName(operation.query));
  const [collection, setCollection] = useState(collections[0]?.name ?? 'saved');
  const existing = collections.find((c) => c.name === collection.trim());
  const replaces = existing?.definition.queries.some((q) => q.name === name.trim()) ?? false;
  const save = useAction({
    quiet: true,
    run: () => {
      const entry = { name: name.trim(), query: operation.query };
      const collection_name = collection.trim();
      if (!existing) {
        return bulk([
          {
            type: 'create_query_collection',
            args: { name: collection_name, definition: { queries: [entry] } },
          },
        ]);
      }
      return bulk([
        ...(replaces
          ? [
              {
                type: 'drop_query_from_collection',
                args: { collection_name, query_name: entry.name },
              },
            ]
          : []),
        {
          type: 'add_query_to_collection',
          args: { collection_name, query_name: entry.name, query: entry.query },
        },
      ]);
    },
    success: t('{{name}} was saved', { name: name.trim() }),
    after: async () => {
      await metadataChanged();
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('Save this operation')}>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('Name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            data-autofocus
          />
          <Autocomplete
            label={t('Collection')}
            description={t(
              'Collections are part of the metadata; others find the operation there.',
            )}
            data={collections.map((c) => c.name)}
            value={collection}
            onChange={setCollection}
            required
          />
          {replaces && (
            <Text size="sm" c="orange">
              {t('The operation of this name in the collection is replaced.')}
            </Text>
          )}
          {save.error && <ErrorPanel error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('Cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {replaces ? t('Replace') : t('Save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
