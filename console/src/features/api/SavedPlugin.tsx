// Operations that are kept in query collections, beside the editor.
import { NavLink, Stack, Text, TextInput } from '@mantine/core';
import { useGraphiQL, type GraphiQLPlugin } from '@graphiql/react';
import { IconBookmarks, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useMetadata } from '../../kit/api';
import { t } from '../../kit/i18n';

function Saved() {
  const { query_collections: collections = [] } = useMetadata();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const [search, setSearch] = useState('');
  const fits = (text: string) => text.toLowerCase().includes(search.toLowerCase());
  return (
    <Stack gap="xs">
      <Text fw={600}>{t('Saved operations')}</Text>
      {collections.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('Nothing is saved yet. The disk in the toolbar keeps an operation for everybody.')}
        </Text>
      ) : (
        <TextInput
          aria-label={t('Find an operation')}
          placeholder={t('Find an operation')}
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {collections.map((collection) => (
        <div key={collection.name}>
          <Text size="xs" c="dimmed" fw={600}>
            {collection.name}
          </Text>
          {collection.definition.queries
            .filter((query) => fits(query.name) || fits(collection.name))
            .map((query) => (
              <NavLink
                component="button"
                key={query.name}
                label={query.name}
                onClick={() => queryEditor?.setValue(query.query)}
              />
            ))}
        </div>
      ))}
    </Stack>
  );
}

export const savedPlugin: GraphiQLPlugin = {
  title: t('Saved operations'),
  icon: () => <IconBookmarks size={20} stroke={1.6} />,
  content: Saved,
};
