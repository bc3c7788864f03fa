// The SQL of a query and PostgreSQL's plan for it, per root field.
import { Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { post, type Identity } from '../../kit/api';
import { CodeEditor } from '../../kit/editor/CodeEditor';
import { t } from '../../kit/i18n';
import { ErrorPanel } from '../../kit/ui';
import { PageLoader } from '../../shell/Shell';
import { parsePlan } from './plan';
import { PlanTree } from './PlanTree';
import type { Operation } from './Tools';

interface Explained {
  field: string;
  sql: string | null;
  plan: string[] | null;
}

async function explain(operation: Operation, identity: Identity | undefined) {
  const variables = operation.variables.trim()
    ? (JSON.parse(operation.variables) as unknown)
    : undefined;
  const [answer, { format }] = await Promise.all([
    post<Explained[]>('v1/graphql/explain', {
      query: { query: operation.query, variables, operationName: operation.operationName },
      ...(identity ? { user: { 'x-hasura-role': identity.role, ...identity.variables } } : {}),
    }),
    import('sql-formatter'),
  ]);
  return answer.map((entry) => {
    let pretty = entry.sql;
    try {
      if (entry.sql) pretty = format(entry.sql, { language: 'postgresql', keywordCase: 'lower' });
    } catch {
      // Shown as it came.
    }
    return { ...entry, pretty };
  });
}

export function AnalysePanel(props: { operation: Operation; identity: Identity | undefined }) {
  const [shown, setShown] = useState<'plan' | 'sql'>('plan');
  const { data, error, isPending } = useQuery({
    queryKey: ['explain', props.operation, props.identity],
    queryFn: () => explain(props.operation, props.identity),
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  if (error) return <ErrorPanel error={error} />;
  if (isPending) return <PageLoader />;
  return (
    <Stack>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {props.identity
            ? t('As role {{role}}', { role: props.identity.role })
            : t('As administrator')}
        </Text>
        <SegmentedControl
          aria-label={t('What is shown')}
          value={shown}
          onChange={(value) => setShown(value as 'plan' | 'sql')}
          data={[
            { value: 'plan', label: t('Plan') },
            { value: 'sql', label: t('SQL') },
          ]}
        />
      </Group>
      {data.map((entry) => (
        <Stack key={entry.field} gap="xs">
          <Title order={2}>{entry.field}</Title>
          {entry.sql === null ? (
            <Text size="sm" c="dimmed">
              {t('No database is asked for this field.')}
            </Text>
          ) : shown === 'sql' ? (
            <CodeEditor
              language="sql"
              label={t('SQL of {{field}}', { field: entry.field })}
              value={entry.pretty ?? ''}
              readOnly
              maxHeight="none"
            />
          ) : (
            <PlanTree nodes={parsePlan(entry.plan ?? [])} />
          )}
        </Stack>
      ))}
    </Stack>
  );
}
