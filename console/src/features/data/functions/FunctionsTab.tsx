// Functions of a database, tracked as queries or mutations (AA15).
import {
  Badge,
  Button,
  Code,
  Drawer,
  Group,
  MultiSelect,
  Select,
  Stack,
  Text,
} from '@mantine/core';
import { IconFunction } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import {
  bulk,
  functionsQuery,
  metadataChanged,
  metadataCommand,
  qualifiedName,
  rolesOf,
  useMetadata,
  useSource,
  type FunctionInfo,
  type TrackedFunction,
} from '../../../kit/api';
import { CodeEditor } from '../../../kit/editor/CodeEditor';
import { t } from '../../../kit/i18n';
import {
  confirmDestruction,
  EmptyState,
  ErrorPanel,
  useAction,
  VirtualTable,
  type VirtualColumn,
} from '../../../kit/ui';

const route = getRouteApi('/data/$source');

interface Row extends FunctionInfo {
  tracked?: TrackedFunction;
}

export function FunctionsTab() {
  const { source: name } = route.useParams();
  const { schema } = route.useSearch();
  const source = useSource(name);
  const { data } = useSuspenseQuery(functionsQuery(name));
  const [open, setOpen] = useState<string>();
  const id = (f: { schema: string; name: string }) => `${f.schema}.${f.name}`;
  const rows = data
    .filter((f) => !schema || f.schema === schema)
    .map((f): Row => ({
      ...f,
      tracked: source?.functions?.find((x) => id(qualifiedName(x.function)) === id(f)),
    }));
  const row = rows.find((r) => id(r) + r.arguments === open);
  const columns: VirtualColumn<Row>[] = [
    {
      header: t('Name'),
      width: 'minmax(150px, 1fr)',
      cell: (f) => (
        <Button variant="subtle" size="compact-sm" onClick={() => setOpen(id(f) + f.arguments)}>
          {f.schema === 'public' ? f.name : id(f)}
        </Button>
      ),
    },
    {
      header: t('Arguments'),
      width: 'minmax(120px, 2fr)',
      cell: (f) => <span className="mono">{f.arguments}</span>,
    },
    {
      header: t('Returns'),
      width: 'minmax(110px, 1fr)',
      cell: (f) => <span className="mono">{f.returns}</span>,
    },
    {
      header: t('Kind'),
      width: '110px',
      cell: (f) => (
        <Badge size="sm" color={f.volatility === 'volatile' ? 'orange' : 'gray'}>
          {f.volatility}
        </Badge>
      ),
    },
    {
      header: t('In the API'),
      width: '100px',
      align: 'end',
      cell: (f) =>
        f.tracked ? (
          <Badge color="teal">{t('tracked')}</Badge>
        ) : f.returnsTable ? (
          <Button
            size="compact-xs"
            variant="light"
            aria-label={t('Track {{name}}', { name: f.name })}
            onClick={() => setOpen(id(f) + f.arguments)}
          >
            {t('Track')}
          </Button>
        ) : (
          <Text
            size="xs"
            c="dimmed"
            title={t('Only functions that return rows of a table can be tracked.')}
          >
            –
          </Text>
        ),
    },
  ];
  return (
    <>
      <VirtualTable
        label={t('Functions')}
        columns={columns}
        rows={rows}
        rowKey={(f) => id(f) + f.arguments}
        empty={
          <EmptyState icon={IconFunction} title={t('No function here')}>
            {t('Functions that return rows of a table can be queries and mutations of the API.')}
          </EmptyState>
        }
      />
      <Drawer
        opened={row !== undefined}
        onClose={() => setOpen(undefined)}
        position="right"
        size="xl"
        title={row ? id(row) : ''}
      >
        {row && <Detail key={open} source={name} row={row} />}
      </Drawer>
    </>
  );
}

function Detail({ source, row }: { source: string; row: Row }) {
  const metadata = useMetadata();
  const [as, setAs] = useState<string>(row.volatility === 'volatile' ? 'mutation' : 'query');
  const [session, setSession] = useState<string | null>(null);
  const name = { schema: row.schema, name: row.name };
  const granted = (row.tracked?.permissions ?? []).map((p) => p.role);
  const track = useAction({
    quiet: true,
    run: () =>
      metadataCommand('pg_track_function', {
        source,
        function: name,
        configuration: {
          ...(row.volatility === 'volatile' ? { exposed_as: as } : {}),
          ...(session ? { session_argument: session } : {}),
        },
      }),
    success: t('{{name}} is tracked', { name: row.name }),
    after: metadataChanged,
  });
  const untrack = useAction({
    run: () => metadataCommand('pg_untrack_function', { source, function: name }),
    success: t('{{name}} is not tracked any more', { name: row.name }),
    after: metadataChanged,
  });
  const grant = useAction<string[]>({
    run: (roles) =>
      bulk([
        ...roles
          .filter((role) => !granted.includes(role))
          .map((role) => ({
            type: 'pg_create_function_permission',
            args: { source, function: name, role },
          })),
        ...granted
          .filter((role) => !roles.includes(role))
          .map((role) => ({
            type: 'pg_drop_function_permission',
            args: { source, function: name, role },
          })),
      ]),
    success: t('Done'),
    after: metadataChanged,
  });
  return (
    <Stack>
      {row.comment && <Text size="sm">{row.comment}</Text>}
      {row.tracked ? (
        <>
          <MultiSelect
            label={t('Roles that may call it')}
            description={t(
              'Functions that only read are open to every role that sees the table, unless the server says otherwise.',
            )}
            data={[...new Set([...rolesOf(metadata), ...granted])]}
            searchable
            nothingFoundMessage={t('No role of this name has a permission yet')}
            value={granted}
            onChange={(roles) => grant.mutate(roles)}
          />
          <Group>
            <Button
              color="red"
              variant="light"
              loading={untrack.isPending}
              onClick={() =>
                confirmDestruction({
                  title: t('Take out of the API?'),
                  what: `${row.schema}.${row.name}`,
                  consequence: t('The function stays in the database; its permissions are lost.'),
                  button: t('Untrack'),
                  run: () => untrack.mutate(),
                })
              }
            >
              {t('Untrack')}
            </Button>
          </Group>
        </>
      ) : row.returnsTable ? (
        <>
          <Text size="sm">
            {t('It returns rows of')}{' '}
            <Code>{`${row.returnsTable.schema}.${row.returnsTable.name}`}</Code>
          </Text>
          {row.volatility === 'volatile' && (
            <Select
              label={t('As a')}
              allowDeselect={false}
              data={['mutation', 'query']}
              value={as}
              onChange={(value) => setAs(value ?? 'mutation')}
            />
          )}
          <Select
            label={t('Argument that gets the session')}
            clearable
            data={row.argumentNames.filter(Boolean)}
            value={session}
            onChange={setSession}
          />
          {track.error && <ErrorPanel error={track.error} />}
          <Group>
            <Button loading={track.isPending} onClick={() => track.mutate()}>
              {t('Track')}
            </Button>
          </Group>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {t('Only functions that return rows of a table can be tracked.')}
        </Text>
      )}
      <CodeEditor
        language="sql"
        label={t('Definition')}
        value={row.definition}
        readOnly
        maxHeight="55vh"
      />
    </Stack>
  );
}
