// What a table is in the database: its comment and name; and its end.
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { TableDetail } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { confirmDestruction, Section, SqlPreview, useAction, type Planned } from '../../../kit/ui';
import { untrackTables } from '../source/tracking';
import { commentOnRelation, dropRelation, renameRelation, truncate } from '../structure/statements';

export function DatabasePart(props: { source: string; detail: TableDetail; isTracked: boolean }) {
  const { source, detail } = props;
  const navigate = useNavigate();
  const [planned, setPlanned] = useState<Planned>();
  const [comment, setComment] = useState(detail.comment ?? '');
  const [name, setName] = useState(detail.name);
  const full = `${detail.schema}.${detail.name}`;
  const isView = detail.kind === 'view' || detail.kind === 'materialized';
  const leave = () =>
    navigate({ to: '/data/$source', params: { source }, search: { schema: detail.schema } });
  const untrack = useAction({
    run: () => untrackTables(source, [{ schema: detail.schema, name: detail.name }], true),
    success: t('{{name}} is not tracked any more', { name: detail.name }),
  });
  return (
    <Section title={t('In the database')}>
      <Stack maw={720} gap="md">
        <Group align="flex-end">
          <TextInput
            flex={1}
            label={t('Comment')}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={comment === (detail.comment ?? '')}
            onClick={() =>
              setPlanned({
                title: t('Comment on {{name}}', { name: full }),
                sql: commentOnRelation(detail, detail.kind, comment),
                success: t('The comment was changed'),
              })
            }
          >
            {t('Change')}
          </Button>
        </Group>
        <Group align="flex-end">
          <TextInput
            flex={1}
            label={t('Name')}
            description={t('Permissions and relationships follow it.')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={name === detail.name || !name.trim()}
            onClick={() =>
              setPlanned({
                title: t('Rename {{name}}', { name: full }),
                sql: renameRelation(detail, detail.kind, name),
                success: t('{{name}} has a new name', { name: full }),
                then: () =>
                  navigate({
                    to: '/data/$source/$schema/$table/settings',
                    params: { source, schema: detail.schema, table: name },
                  }),
              })
            }
          >
            {t('Rename')}
          </Button>
        </Group>
        <Text size="sm" fw={600}>
          {t('Danger')}
        </Text>
        <Group>
          {props.isTracked && (
            <Button
              variant="light"
              color="red"
              loading={untrack.isPending}
              onClick={() =>
                confirmDestruction({
                  title: t('Take out of the API?'),
                  what: full,
                  consequence: t(
                    'The rows stay in the database. Permissions, relationships and names that the metadata has for this table, and what depends on them, are lost.',
                  ),
                  button: t('Untrack'),
                  run: () => untrack.mutate(),
                })
              }
            >
              {t('Untrack')}
            </Button>
          )}
          {(detail.kind === 'table' || detail.kind === 'partitioned') && (
            <Button
              variant="light"
              color="red"
              onClick={() =>
                setPlanned({
                  title: t('Delete all rows of {{name}}?', { name: full }),
                  sql: truncate(detail),
                  loses: t('Every row of {{name}} is lost.', { name: full }),
                  success: t('{{name}} is empty', { name: full }),
                })
              }
            >
              {t('Delete all rows')}
            </Button>
          )}
          <Button
            color="red"
            onClick={() =>
              setPlanned({
                title: t('Drop {{what}} {{name}}?', {
                  what: isView ? t('view') : t('table'),
                  name: full,
                }),
                sql: dropRelation(detail, detail.kind),
                loses: isView
                  ? t('{{name}} is lost; the tables it reads stay as they are.', { name: full })
                  : t('{{name}} and all its rows are lost.', { name: full }),
                success: t('{{name}} was dropped', { name: full }),
                then: leave,
              })
            }
          >
            {t('Drop')}
          </Button>
        </Group>
      </Stack>
      {planned && (
        <SqlPreview source={source} planned={planned} onClose={() => setPlanned(undefined)} />
      )}
    </Section>
  );
}
