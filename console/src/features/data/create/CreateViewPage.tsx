// A view, made or changed (AA7): its query, shown with the statement around it before it runs.
import { Button, Checkbox, Group, Stack, Switch, Text } from '@mantine/core';
import { IconTableOff, IconTerminal2 } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { relationsQuery, tableQuery, type TableDetail } from '../../../kit/api';
import { CodeEditor } from '../../../kit/editor/CodeEditor';
import { t } from '../../../kit/i18n';
import { ButtonLink, EmptyState, Page, SqlPreview, type Planned } from '../../../kit/ui';
import { trackTables } from '../source/tracking';
import { saveView, type ViewDraft } from '../structure/statements';
import { RelationFields } from './RelationFields';

const route = getRouteApi('/data/$source/~view');

export function CreateViewPage() {
  const { source } = route.useParams();
  const { schema = 'public', view } = route.useSearch();
  return view === undefined ? (
    <Form key="new" source={source} schema={schema} />
  ) : (
    <Existing key={`${schema}.${view}`} source={source} schema={schema} view={view} />
  );
}

function Existing({ source, schema, view }: { source: string; schema: string; view: string }) {
  const { data } = useSuspenseQuery(tableQuery(source, schema, view));
  if (data?.viewDefinition == null) {
    return (
      <EmptyState icon={IconTableOff} title={t('There is no view of this name')}>
        {`${schema}.${view}`}
      </EmptyState>
    );
  }
  return <Form source={source} schema={schema} before={data} />;
}

function Form(props: { source: string; schema: string; before?: TableDetail }) {
  const { source, before } = props;
  const navigate = useNavigate();
  const { data: list } = useSuspenseQuery(relationsQuery(source));
  const [planned, setPlanned] = useState<Planned>();
  const [again, setAgain] = useState(before?.kind === 'materialized');
  const [draft, setDraft] = useState<ViewDraft>(() => ({
    schema: props.schema,
    name: before?.name ?? '',
    comment: before?.comment ?? '',
    materialized: before?.kind === 'materialized',
    query: before?.viewDefinition?.trim().replace(/;$/, '') ?? '',
  }));
  const set = (part: Partial<ViewDraft>) => setDraft((all) => ({ ...all, ...part }));
  const completion = useMemo(
    () => Object.fromEntries(list.relations.map((r) => [r.name, []])),
    [list],
  );
  const place = { source, schema: draft.schema, table: draft.name.trim() };

  return (
    <Page
      title={before ? t('View {{name}}', { name: before.name }) : t('New view')}
      description={source}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const drops = before !== undefined && again;
          setPlanned({
            title: before
              ? t('Change view {{name}}', { name: draft.name })
              : t('Create view {{name}}', { name: draft.name.trim() }),
            sql: saveView(draft, before, again),
            keepsMetadata: drops,
            loses: drops
              ? t('The view is dropped and made anew: grants on it in the database are lost.')
              : undefined,
            success: before
              ? t('{{name}} was changed', { name: draft.name })
              : t('{{name}} was created and tracked', { name: draft.name.trim() }),
            then: async () => {
              if (!before) await trackTables(source, [{ schema: place.schema, name: place.table }]);
              void navigate({ to: '/data/$source/$schema/$table/rows', params: place });
            },
          });
        }}
      >
        <Stack maw={1080} gap="lg">
          <RelationFields
            schemas={list.schemas}
            value={draft}
            exists={before !== undefined}
            onChange={set}
          />
          <Switch
            label={t('Materialised')}
            description={t(
              'Its rows are kept, as they were when it was made or refreshed; it may have indexes.',
            )}
            checked={draft.materialized}
            disabled={before !== undefined}
            onChange={(event) => set({ materialized: event.currentTarget.checked })}
          />
          <div>
            <Text size="sm" fw={600} mb={4}>
              {t('Query')}
            </Text>
            <CodeEditor
              language="sql"
              label={t('Query of the view')}
              value={draft.query}
              onChange={(query) => set({ query })}
              schema={completion}
              placeholder="select …"
              minHeight={180}
              maxHeight="50vh"
            />
          </div>
          {before?.kind === 'view' && (
            <Checkbox
              label={t('Drop it first')}
              description={t(
                'Needed where columns are taken away, renamed or get another type: PostgreSQL replaces a view only by one that has the same columns, and more behind them.',
              )}
              checked={again}
              onChange={(event) => setAgain(event.currentTarget.checked)}
            />
          )}
          <Group>
            <Button type="submit" disabled={!draft.name.trim() || !draft.query.trim()}>
              {t('Show the SQL')}
            </Button>
            <ButtonLink
              variant="default"
              leftSection={<IconTerminal2 size={14} />}
              to="/sql"
              search={{ source, sql: draft.query }}
              disabled={!draft.query.trim()}
            >
              {t('Try the query')}
            </ButtonLink>
          </Group>
        </Stack>
      </form>
      {planned && (
        <SqlPreview source={source} planned={planned} onClose={() => setPlanned(undefined)} />
      )}
    </Page>
  );
}
