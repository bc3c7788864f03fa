// Query collections and the allow list they may be on (AA3).
import {
  Accordion,
  Badge,
  Button,
  Card,
  FileButton,
  Group,
  MultiSelect,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { IconBookmarks, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  bulk,
  get,
  keys,
  metadataChanged,
  metadataCommand,
  rolesOf,
  useMetadata,
  type AllowlistEntry,
  type Command,
  type QueryCollection,
} from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { confirmDestruction, EmptyState, failed, useAction } from '../../../kit/ui';
import { splitOperations } from './operations';

export function CollectionsTab() {
  const { query_collections: collections = [], allowlist = [] } = useMetadata();
  const { data: server } = useQuery({
    queryKey: keys.serverConfig,
    queryFn: () => get<Record<string, unknown>>('v1alpha1/config'),
  });
  const [name, setName] = useState('');
  const create = useAction({
    run: () =>
      metadataCommand('create_query_collection', {
        name: name.trim(),
        definition: { queries: [] },
      }),
    success: t('{{name}} was created', { name: name.trim() }),
    after: async () => {
      await metadataChanged();
      setName('');
    },
  });
  return (
    <Stack maw={860}>
      <Text size="sm" c="dimmed">
        {server?.is_allow_list_enabled === true
          ? t('The allow list is in force: others than administrators may send only what is on it.')
          : t(
              'The allow list is not in force on this server (HASURA_GRAPHQL_ENABLE_ALLOWLIST); everybody may send any operation.',
            )}
      </Text>
      <Card withBorder py="xs">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            create.mutate();
          }}
        >
          <Group align="flex-end">
            <TextInput
              flex={1}
              label={t('New collection')}
              placeholder={t('Name')}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" loading={create.isPending} disabled={!name.trim()}>
              {t('Create')}
            </Button>
          </Group>
        </form>
      </Card>
      {collections.length === 0 ? (
        <EmptyState icon={IconBookmarks} title={t('No collection yet')}>
          {t(
            'A collection keeps operations by name: for the allow list, and for those who come after you.',
          )}
        </EmptyState>
      ) : (
        <Accordion variant="separated" multiple>
          {collections.map((collection) => (
            <Collection
              key={collection.name}
              collection={collection}
              entry={allowlist.find((e) => e.collection === collection.name)}
            />
          ))}
        </Accordion>
      )}
    </Stack>
  );
}

type Scope = 'off' | 'all' | 'roles';

function Collection(props: { collection: QueryCollection; entry: AllowlistEntry | undefined }) {
  const { collection, entry } = props;
  const metadata = useMetadata();
  const scope: Scope = !entry ? 'off' : entry.scope?.global === false ? 'roles' : 'all';
  const roles = entry?.scope?.roles ?? [];
  const [query, setQuery] = useState('');

  const setScope = useAction<{ scope: Scope; roles: string[] }>({
    run: ({ scope: next, roles: list }) => {
      const target = next === 'roles' ? { global: false, roles: list } : { global: true };
      const command: Command = !entry
        ? {
            type: 'add_collection_to_allowlist',
            args: { collection: collection.name, scope: target },
          }
        : next === 'off'
          ? { type: 'drop_collection_from_allowlist', args: { collection: collection.name } }
          : {
              type: 'update_scope_of_collection_in_allowlist',
              args: { collection: collection.name, scope: target },
            };
      return bulk([command]);
    },
    success: t('The allow list was changed'),
    after: metadataChanged,
  });
  const add = useAction<string>({
    run: (text) =>
      bulk(
        splitOperations(text).map((operation) => ({
          type: 'add_query_to_collection',
          args: {
            collection_name: collection.name,
            query_name: operation.name,
            query: operation.query,
          },
        })),
      ),
    success: t('The operations were added'),
    after: async () => {
      await metadataChanged();
      setQuery('');
    },
  });
  const drop = useAction<string>({
    run: (query_name) =>
      metadataCommand('drop_query_from_collection', {
        collection_name: collection.name,
        query_name,
      }),
    success: (query_name) => t('{{name}} was dropped', { name: query_name }),
    after: metadataChanged,
  });
  const dropAll = useAction({
    run: () =>
      metadataCommand('drop_query_collection', { collection: collection.name, cascade: true }),
    success: t('{{name}} was dropped', { name: collection.name }),
    after: metadataChanged,
  });

  return (
    <Accordion.Item value={collection.name}>
      <Accordion.Control>
        <Group gap="sm">
          <Text fw={600} size="sm">
            {collection.name}
          </Text>
          <Text size="xs" c="dimmed">
            {t('{{count}} queries', { count: collection.definition.queries.length })}
          </Text>
          {scope !== 'off' && (
            <Badge color="teal">
              {scope === 'all'
                ? t('allowed for all')
                : t('allowed for {{roles}}', { roles: roles.join(', ') })}
            </Badge>
          )}
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack>
          <Group align="flex-end">
            <Select
              label={t('On the allow list')}
              allowDeselect={false}
              data={[
                { value: 'off', label: t('no') },
                { value: 'all', label: t('for all roles') },
                { value: 'roles', label: t('for some roles') },
              ]}
              value={scope}
              onChange={(value) => {
                const next = value as Scope;
                const first = rolesOf(metadata)[0];
                if (next === 'roles' && !first) {
                  failed(new Error(t('No role has a permission yet.')));
                } else setScope.mutate({ scope: next, roles: first ? [first] : [] });
              }}
            />
            {scope === 'roles' && (
              <MultiSelect
                label={t('Roles')}
                flex={1}
                data={[...new Set([...rolesOf(metadata), ...roles])]}
                value={roles}
                onChange={(list) =>
                  list.length > 0 && setScope.mutate({ scope: 'roles', roles: list })
                }
              />
            )}
          </Group>
          {collection.definition.queries.map((entry) => (
            <Group key={entry.name} justify="space-between" align="flex-start" wrap="nowrap">
              <div style={{ minWidth: 0 }}>
                <Text size="sm" fw={500}>
                  {entry.name}
                </Text>
                <Text className="mono" c="dimmed" lineClamp={4} style={{ whiteSpace: 'pre-wrap' }}>
                  {entry.query}
                </Text>
              </div>
              <Button
                variant="subtle"
                color="red"
                size="compact-xs"
                aria-label={t('Drop {{name}}', { name: entry.name })}
                onClick={() =>
                  confirmDestruction({
                    title: t('Drop this operation?'),
                    what: entry.name,
                    consequence: scope === 'off' ? undefined : t('It is not allowed afterwards.'),
                    button: t('Drop'),
                    run: () => drop.mutate(entry.name),
                  })
                }
              >
                {t('Drop')}
              </Button>
            </Group>
          ))}
          <Textarea
            label={t('Add operations')}
            description={t('Named operations; several are taken apart.')}
            autosize
            minRows={3}
            maxRows={12}
            className="mono"
            value={query}
            onChange={(event) => setQuery(event.currentTarget.value)}
          />
          <Group justify="space-between">
            <Group gap="xs">
              <Button
                disabled={!query.trim()}
                loading={add.isPending}
                onClick={() => add.mutate(query)}
              >
                {t('Add')}
              </Button>
              <FileButton
                accept=".graphql,.gql,.txt"
                onChange={(file) => void file?.text().then((text) => add.mutate(text))}
              >
                {(button) => (
                  <Button {...button} variant="default" leftSection={<IconUpload size={14} />}>
                    {t('From a file')}
                  </Button>
                )}
              </FileButton>
            </Group>
            <Button
              variant="light"
              color="red"
              onClick={() =>
                confirmDestruction({
                  title: t('Drop this collection?'),
                  what: collection.name,
                  consequence: collection.definition.queries.map((q) => q.name).join(', '),
                  button: t('Drop'),
                  run: () => dropAll.mutate(),
                })
              }
            >
              {t('Drop the collection')}
            </Button>
          </Group>
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
}
