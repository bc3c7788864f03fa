// Raw SQL on a database (AA14): what it answers in a grid, what it creates tracked on wish.
import { Alert, Button, Checkbox, Group, Menu, Select, Stack, Text, Tooltip } from '@mantine/core';
import { IconDownload, IconHistory, IconPlayerPlay, IconWand } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import {
  asApiError,
  bulk,
  config,
  queryClient,
  relationsQuery,
  runSql,
  structureChanged,
  useMetadata,
  type SqlResult,
} from '../../kit/api';
import { usePageCommands } from '../../kit/commands';
import { CodeEditor } from '../../kit/editor/CodeEditor';
import { csvText, saveFile } from '../../kit/files';
import { DataGrid } from '../../kit/grid/DataGrid';
import { formatNumber, t } from '../../kit/i18n';
import { preferences } from '../../kit/storage';
import { ErrorPanel, NoDatabase, Page } from '../../kit/ui';
import classes from './SqlPage.module.css';

const route = getRouteApi('/sql');
const kept = 40;

interface Outcome {
  result: SqlResult;
  milliseconds: number;
  tracked: string[];
}

export function SqlPage() {
  const metadata = useMetadata();
  const search = route.useSearch();
  const navigate = useNavigate();
  const source = search.source ?? metadata.sources[0]?.name;
  const [text, setText] = useState(search.sql ?? '');
  const [readOnly, setReadOnly] = useState(false);
  const [cascade, setCascade] = useState(false);
  const [track, setTrack] = useState(true);
  const [outcome, setOutcome] = useState<Outcome>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const [history, setHistory] = useState(() => preferences.get<string[]>('sql-history', []));
  const relations = useQuery({ ...relationsQuery(source ?? ''), enabled: source !== undefined });

  // The address keeps the text, a little after the last key.
  const inAddress = search.sql ?? '';
  useEffect(() => {
    if (text === inAddress) return;
    const timer = setTimeout(() => {
      void navigate({
        to: '/sql',
        replace: true,
        search: (before: typeof search) => ({ ...before, sql: text || undefined }),
      });
    }, 400);
    return () => clearTimeout(timer);
  }, [text, inAddress, navigate]);

  // Names for completion, known without asking for the columns of every table.
  const schema = useMemo(() => {
    const names: Record<string, string[]> = {};
    for (const relation of relations.data?.relations ?? []) {
      names[relation.schema === 'public' ? relation.name : `${relation.schema}.${relation.name}`] =
        [];
    }
    return names;
  }, [relations.data]);

  async function run(sql: string) {
    if (!source || !sql.trim() || busy) return;
    setBusy(true);
    setError(undefined);
    try {
      const before =
        track && !readOnly
          ? await queryClient.fetchQuery({ ...relationsQuery(source), staleTime: 0 })
          : undefined;
      const started = performance.now();
      const result = await runSql(source, sql, { cascade, readOnly });
      const milliseconds = Math.round(performance.now() - started);
      let tracked: string[] = [];
      if (!readOnly) {
        await structureChanged(source);
        if (before) tracked = await trackNew(source, before.relations);
      }
      setOutcome({ result, milliseconds, tracked });
      const next = [sql, ...history.filter((h) => h !== sql)].slice(0, kept);
      preferences.set('sql-history', next);
      setHistory(next);
    } catch (reason) {
      setError(reason);
      setOutcome(undefined);
    }
    setBusy(false);
  }
  const latest = useRef(() => {});
  latest.current = () => void run(text);

  async function prettify() {
    const { format } = await import('sql-formatter');
    try {
      const pretty = format(text, { language: 'postgresql', keywordCase: 'lower' });
      setText(pretty);
    } catch (reason) {
      setError(reason);
    }
  }

  const commands = useMemo(
    () => [{ id: 'sql-run', label: t('Run this SQL'), run: () => latest.current() }],
    [],
  );
  usePageCommands(commands);

  if (!source) return <NoDatabase title={t('SQL')} />;
  return (
    <Page
      title={t('SQL')}
      fill
      actions={
        <Select
          aria-label={t('Database')}
          data={metadata.sources.map((s) => s.name)}
          value={source}
          allowDeselect={false}
          onChange={(value) =>
            void navigate({
              to: '/sql',
              search: (before: typeof search) => ({ ...before, source: value ?? undefined }),
            })
          }
        />
      }
    >
      <div className={classes.editor}>
        <CodeEditor
          language="sql"
          label={t('SQL')}
          value={text}
          onChange={(value) => {
            setText(value);
          }}
          onRun={(sql) => void run(sql)}
          schema={schema}
          fill
          autoFocus
          placeholder={t('Ctrl-Enter runs it, or the part that is selected')}
        />
      </div>
      <div className={classes.bar}>
        <Group gap="md">
          <Button
            leftSection={<IconPlayerPlay size={14} />}
            loading={busy}
            disabled={!text.trim()}
            onClick={() => void run(text)}
          >
            {t('Run')}
          </Button>
          <Checkbox
            label={t('Read only')}
            checked={readOnly}
            onChange={(event) => setReadOnly(event.currentTarget.checked)}
          />
          <Tooltip label={t('Tables and views that come of it are tracked')}>
            <Checkbox
              label={t('Track what is created')}
              checked={track && !readOnly}
              disabled={readOnly}
              onChange={(event) => setTrack(event.currentTarget.checked)}
            />
          </Tooltip>
          <Tooltip label={t('What the metadata has of dropped objects goes with them')}>
            <Checkbox
              label={t('Cascade metadata')}
              checked={cascade}
              disabled={readOnly}
              onChange={(event) => setCascade(event.currentTarget.checked)}
            />
          </Tooltip>
          {config().consoleMode === 'cli' && !readOnly && (
            <Text size="xs" c="dimmed">
              {t('It is recorded as a migration.')}
            </Text>
          )}
        </Group>
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconWand size={14} />}
            onClick={() => void prettify()}
          >
            {t('Format')}
          </Button>
          <Menu position="bottom-end" width={460} shadow="md">
            <Menu.Target>
              <Button
                variant="default"
                leftSection={<IconHistory size={14} />}
                disabled={history.length === 0}
              >
                {t('History')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown mah={360} style={{ overflow: 'auto' }}>
              {history.map((sql) => (
                <Menu.Item key={sql} onClick={() => setText(sql)}>
                  <Text className="mono" lineClamp={2} style={{ whiteSpace: 'pre-wrap' }}>
                    {sql}
                  </Text>
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </Group>
      </div>
      <div className={classes.result}>
        {error !== undefined && (
          <Stack p="md">
            <ErrorPanel error={error} />
            {asApiError(error).code === 'dependency-error' && !cascade && (
              <Text size="sm">
                {t(
                  'Objects of the metadata depend on it. "Cascade metadata" removes them with it.',
                )}
              </Text>
            )}
          </Stack>
        )}
        {outcome && <Result outcome={outcome} />}
      </div>
    </Page>
  );
}

/** Tracks tables and views that were not there before; gives their names. */
async function trackNew(
  source: string,
  before: { schema: string; name: string }[],
): Promise<string[]> {
  const known = new Set(before.map((r) => `${r.schema}\u0000${r.name}`));
  const now = await queryClient.fetchQuery({ ...relationsQuery(source), staleTime: 0 });
  const fresh = now.relations.filter(
    (r) => !known.has(`${r.schema}\u0000${r.name}`) && r.parent === null,
  );
  if (fresh.length === 0) return [];
  await bulk([
    {
      type: 'pg_track_tables',
      args: {
        allow_warnings: true,
        tables: fresh.map(({ schema, name }) => ({ source, table: { schema, name } })),
      },
    },
  ]);
  await structureChanged(source);
  return fresh.map((r) => r.name);
}

function Result({ outcome }: { outcome: Outcome }) {
  const rows = outcome.result.result;
  const said = [
    t('{{ms}} ms', { ms: outcome.milliseconds }),
    ...(outcome.tracked.length > 0
      ? [t('tracked: {{names}}', { names: outcome.tracked.join(', ') })]
      : []),
  ].join(' · ');
  if (!rows) {
    return (
      <Alert color="teal" m="md" role="status">
        {t('Done')} · {said}
      </Alert>
    );
  }
  const [head = [], ...body] = rows;
  return (
    <>
      <Group justify="space-between" px="md" py={4}>
        <Text size="xs" c="dimmed" role="status">
          {t('{{count}} rows', { count: body.length })} · {said}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          leftSection={<IconDownload size={13} />}
          onClick={() => saveFile('result.csv', csvText(rows), 'text/csv')}
        >
          CSV
        </Button>
      </Group>
      <DataGrid
        label={t('Result')}
        columns={head.map((title, index) => ({
          key: String(index),
          title,
          width: widthOf(title, body, index),
        }))}
        rowCount={body.length}
        rowKey={String}
        cellText={({ row, column }) => body[row]?.[column] ?? ''}
        renderCell={({ row, column }) => {
          const value = body[row]?.[column] ?? '';
          return (
            <span title={value.length > 40 ? value.slice(0, 1000) : undefined}>
              {value.length > 300 ? `${value.slice(0, 300)}…` : value}
            </span>
          );
        }}
        empty={
          <Text p="md" size="sm" c="dimmed">
            {t('{{count}} rows', { count: formatNumber(0) })}
          </Text>
        }
      />
    </>
  );
}

function widthOf(title: string, rows: string[][], index: number): number {
  const longest = rows
    .slice(0, 50)
    .reduce((max, row) => Math.max(max, row[index]?.length ?? 0), title.length);
  return Math.min(420, Math.max(80, longest * 7.6 + 24));
}
