// The way from nothing to a first permission, in four steps; each says when it is done.
import { Button, Card, Code, Group, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import {
  bulk,
  metadataChanged,
  post,
  relationsQuery,
  rolesOf,
  useMetadata,
  type Suggestion,
} from '../../kit/api';
import { metadataCommand } from '../../kit/api/client';
import { t } from '../../kit/i18n';
import { ButtonLink, ErrorPanel, Page, useAction } from '../../kit/ui';
import { SourceModal } from '../data/databases/SourceModal';
import { createCommand, named } from '../data/relationships/suggestions';
import { trackTables } from '../data/source/tracking';

export function StartPage() {
  const metadata = useMetadata();
  const source = metadata.sources[0];
  const tracked = source?.tables ?? [];
  const { data: list } = useQuery({
    ...relationsQuery(source?.name ?? ''),
    enabled: source !== undefined,
  });
  const untracked = (list?.relations ?? []).filter(
    (r) =>
      r.parent === null &&
      !tracked.some((x) => x.table.schema === r.schema && x.table.name === r.name),
  );
  const [connecting, setConnecting] = useState(false);
  const [asked, setAsked] = useState<{ query: string; answer: string }>();

  const trackAll = useAction({
    run: async () => {
      if (!source) return;
      await trackTables(
        source.name,
        untracked.map(({ schema, name }) => ({ schema, name })),
      );
      const { relationships } = await metadataCommand<{ relationships: Suggestion[] }>(
        'pg_suggest_relationships',
        { source: source.name, omit_tracked: true },
      );
      const commands = named(relationships, source).map((s) => createCommand(source.name, s));
      if (commands.length > 0) await bulk(commands);
    },
    success: t('Everything is tracked'),
    after: metadataChanged,
  });
  const ask = useAction({
    run: async () => {
      const query = await firstQuery();
      const answer = await post('v1/graphql', { query });
      setAsked({ query, answer: JSON.stringify(answer, undefined, 2) });
    },
  });

  const steps: { title: string; text: string; done: boolean; action: ReactNode }[] = [
    {
      title: t('Connect a database'),
      text: source
        ? t('{{name}} is connected.', { name: source.name })
        : t('Any PostgreSQL from version 12 on. It stays where it is and as it is.'),
      done: source !== undefined,
      action: (
        <Button variant={source ? 'default' : 'filled'} onClick={() => setConnecting(true)}>
          {source ? t('Connect another') : t('Connect')}
        </Button>
      ),
    },
    {
      title: t('Track the tables'),
      text:
        list && list.relations.length === 0
          ? t('The database has no tables yet: create one first.')
          : t(
              'Tracked tables are in the API, with the relationships that foreign keys suggest. Tracked: {{tracked}}, not yet: {{untracked}}.',
              {
                tracked: tracked.length,
                untracked: untracked.length,
              },
            ),
      done: tracked.length > 0,
      action:
        source && list && list.relations.length === 0 ? (
          <ButtonLink to="/data/$source/~create" params={{ source: source.name }}>
            {t('Create a table')}
          </ButtonLink>
        ) : (
          <Button
            variant={tracked.length > 0 ? 'default' : 'filled'}
            disabled={!source || untracked.length === 0}
            loading={trackAll.isPending}
            onClick={() => trackAll.mutate()}
          >
            {t('Track all')}
          </Button>
        ),
    },
    {
      title: t('Ask the first question'),
      text: t('A query for a few rows of the first table.'),
      done: asked !== undefined,
      action: (
        <Group gap="xs">
          <Button
            variant={asked ? 'default' : 'filled'}
            disabled={tracked.length === 0}
            loading={ask.isPending}
            onClick={() => ask.mutate()}
          >
            {t('Ask')}
          </Button>
          {asked && (
            <ButtonLink variant="default" to="/api" search={{ query: asked.query }}>
              {t('Go on in the API page')}
            </ButtonLink>
          )}
        </Group>
      ),
    },
    {
      title: t('Give the first permission'),
      text: t('Others than administrators see nothing until a role is given something.'),
      done: rolesOf(metadata).length > 0,
      action: tracked[0] && source && (
        <ButtonLink
          variant={rolesOf(metadata).length > 0 ? 'default' : 'filled'}
          to="/data/$source/$schema/$table/permissions"
          params={{
            source: source.name,
            schema: tracked[0].table.schema,
            table: tracked[0].table.name,
          }}
          search={{ role: 'user', action: 'select' }}
        >
          {t('Choose what a role sees')}
        </ButtonLink>
      ),
    },
  ];

  return (
    <Page
      title={t('First steps')}
      description={t('From a database to an API that others may use.')}
    >
      <Stack maw={760} component="ol" p={0} m={0}>
        {steps.map((step, index) => (
          <Card withBorder key={step.title} component="li" style={{ listStyle: 'none' }}>
            <Group wrap="nowrap" align="flex-start">
              <ThemeIcon radius="xl" variant={step.done ? 'filled' : 'light'} color="cyan">
                {step.done ? <IconCheck size={16} aria-label={t('done')} /> : index + 1}
              </ThemeIcon>
              <Stack gap={6} flex={1} miw={0}>
                <Title order={2}>{step.title}</Title>
                <Text size="sm" c="dimmed">
                  {step.text}
                </Text>
                <Group>{step.action}</Group>
                {index === 1 && trackAll.error && <ErrorPanel error={trackAll.error} />}
                {index === 2 && asked && (
                  <Group grow align="flex-start">
                    <Code block fz="xs">
                      {asked.query}
                    </Code>
                    <Code block fz="xs" mah={220} style={{ overflow: 'auto' }} tabIndex={0}>
                      {asked.answer}
                    </Code>
                  </Group>
                )}
              </Stack>
            </Group>
          </Card>
        ))}
      </Stack>
      {connecting && <SourceModal onClose={() => setConnecting(false)} />}
    </Page>
  );
}

interface TypeRef {
  kind: string;
  name: string | null;
  ofType: TypeRef | null;
}
interface Field {
  name: string;
  type: TypeRef;
  args: { type: TypeRef }[];
}

const typeRef = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';

/** A query for the first list of the schema, as the API itself names things. */
async function firstQuery(): Promise<string> {
  const ask = async (type: string) => {
    const answer = await post<{ data: { __type: { fields: Field[] } | null } }>('v1/graphql', {
      query: `query Fields($type: String!) { __type(name: $type) { fields { name args { type { kind } } type { ${typeRef} } } } }`,
      variables: { type },
    });
    return answer.data.__type?.fields ?? [];
  };
  const inner = (type: TypeRef): TypeRef => (type.ofType ? inner(type.ofType) : type);
  const isList = (type: TypeRef): boolean =>
    type.kind === 'LIST' || (type.ofType !== null && isList(type.ofType));
  const root = (await ask('query_root')).find((field) => isList(field.type));
  if (!root) throw new Error(t('The API has no list yet.'));
  const fields = (await ask(inner(root.type).name ?? ''))
    .filter((field) => ['SCALAR', 'ENUM'].includes(inner(field.type).kind))
    .slice(0, 4)
    .map((field) => `    ${field.name}`);
  return `{\n  ${root.name}(limit: 3) {\n${fields.join('\n')}\n  }\n}`;
}
