// Tables and their keys as a picture: by schema or around one table; places are kept, SVG comes out.
import '@xyflow/react/dist/style.css';
import { Badge, Button, Group, NumberInput, Select, useComputedColorScheme } from '@mantine/core';
import { IconDownload, IconLayoutGrid, IconSitemap } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import {
  Background,
  Controls,
  Handle,
  MiniMap,
  Position as Side,
  ReactFlow,
  useNodesState,
  type Edge,
  type Node,
  type NodeProps,
} from '@xyflow/react';
import { useEffect, useMemo } from 'react';
import { useMetadata } from '../../kit/api';
import { saveFile } from '../../kit/files';
import { t } from '../../kit/i18n';
import { preferences } from '../../kit/storage';
import { EmptyState, NoDatabase, Page } from '../../kit/ui';
import classes from './Diagram.module.css';
import {
  layout,
  selected,
  shownColumns,
  toSvg,
  width,
  type DiagramTable,
  type Position,
} from './graph';
import { diagramQuery } from './query';

const route = getRouteApi('/diagram');
/** More are no picture any more; one table and its neighbours are. */
const most = 150;

export function DiagramPage() {
  const metadata = useMetadata();
  const source = route.useSearch().source ?? metadata.sources[0]?.name;
  if (!source) return <NoDatabase title={t('Diagram')} />;
  return <Content key={source} source={source} />;
}

type TableNode = Node<{ table: DiagramTable; source: string }, 'table'>;
const nodeTypes = { table: TableBox };

function Content({ source }: { source: string }) {
  const metadata = useMetadata();
  const search = route.useSearch();
  const navigate = useNavigate();
  const scheme = useComputedColorScheme('light');
  const { data: all } = useSuspenseQuery(diagramQuery(source));
  const depth = search.depth ?? 1;
  const diagram = useMemo(
    () => selected(all, search.schema, search.table, depth),
    [all, search.schema, search.table, depth],
  );
  const tooMany = diagram.tables.length > most;
  const key = `diagram.${source}`;
  const [nodes, setNodes, onNodesChange] = useNodesState<TableNode>([]);
  const edges = useMemo(
    (): Edge[] =>
      diagram.edges.map((edge) => ({
        id: edge.id,
        source: edge.from,
        target: edge.to,
        ariaLabel: `${edge.from}: ${edge.label}`,
      })),
    [diagram],
  );

  const place = useMemo(
    () => (kept: Record<string, Position>) => {
      const places = layout(diagram);
      return diagram.tables.map((table): TableNode => ({
        id: table.id,
        type: 'table',
        data: { table, source },
        position: kept[table.id] ?? places.get(table.id) ?? { x: 0, y: 0 },
        ariaLabel: table.id,
      }));
    },
    [diagram, source],
  );
  useEffect(() => {
    setNodes(tooMany ? [] : place(preferences.get<Record<string, Position>>(key, {})));
  }, [place, key, setNodes, tooMany]);

  const schemas = [...new Set(all.tables.map((x) => x.schema))];
  const look = (part: Partial<typeof search>) =>
    void navigate({ to: '/diagram', search: (before: typeof search) => ({ ...before, ...part }) });
  const remember = () => {
    const before = preferences.get<Record<string, Position>>(key, {});
    const now = Object.fromEntries(nodes.map((node) => [node.id, node.position]));
    preferences.set(key, { ...before, ...now });
  };

  return (
    <Page
      title={t('Diagram')}
      fill
      actions={
        <>
          {metadata.sources.length > 1 && (
            <Select
              aria-label={t('Database')}
              allowDeselect={false}
              data={metadata.sources.map((s) => s.name)}
              value={source}
              onChange={(value) =>
                void navigate({ to: '/diagram', search: { source: value ?? undefined } })
              }
            />
          )}
          <Select
            aria-label={t('Schema')}
            placeholder={t('All schemas')}
            clearable
            data={schemas}
            value={search.schema ?? null}
            onChange={(value) => look({ schema: value ?? undefined })}
          />
          <Select
            aria-label={t('Around a table')}
            placeholder={t('Around a table')}
            clearable
            searchable
            limit={60}
            data={all.tables.map((x) => x.id)}
            value={search.table ?? null}
            onChange={(value) => look({ table: value ?? undefined })}
          />
          {search.table && (
            <NumberInput
              aria-label={t('How many keys away')}
              w={70}
              min={0}
              max={5}
              value={depth}
              onChange={(value) => look({ depth: Number(value) || 0 })}
            />
          )}
          <Button
            variant="default"
            leftSection={<IconLayoutGrid size={14} />}
            onClick={() => {
              preferences.set(key, undefined);
              setNodes(place({}));
            }}
          >
            {t('Lay out anew')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconDownload size={14} />}
            disabled={nodes.length === 0}
            onClick={() =>
              saveFile(
                `${source}.svg`,
                toSvg(diagram, new Map(nodes.map((node) => [node.id, node.position]))),
                'image/svg+xml',
              )
            }
          >
            SVG
          </Button>
        </>
      }
    >
      {tooMany || diagram.tables.length === 0 ? (
        <EmptyState
          icon={IconSitemap}
          title={
            tooMany
              ? t('{{count}} tables are no picture any more', { count: diagram.tables.length })
              : t('No table here')
          }
        >
          {tooMany && t('Choose a schema, or a table to see what is around it.')}
        </EmptyState>
      ) : (
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          onNodesChange={onNodesChange}
          onNodeDragStop={remember}
          colorMode={scheme}
          fitView
          fitViewOptions={{ maxZoom: 1 }}
          minZoom={0.05}
          nodesConnectable={false}
          deleteKeyCode={null}
          proOptions={{ hideAttribution: true }}
        >
          <Background />
          <Controls showInteractive={false} />
          {nodes.length > 12 && <MiniMap pannable zoomable />}
        </ReactFlow>
      )}
    </Page>
  );
}

function TableBox({ data }: NodeProps<TableNode>) {
  const { table, source } = data;
  const more = table.columns.length - shownColumns;
  return (
    <div className={classes.box} style={{ width }}>
      <Handle type="target" position={Side.Left} className={classes.handle} />
      <Group className={classes.head} gap={6} wrap="nowrap">
        <Link
          to="/data/$source/$schema/$table/structure"
          params={{ source, schema: table.schema, table: table.name }}
          className={classes.name}
          preload={false}
        >
          {table.name}
        </Link>
        {table.schema !== 'public' && <Badge size="xs">{table.schema}</Badge>}
      </Group>
      {table.columns.slice(0, shownColumns).map((column) => (
        <div key={column.name} className={classes.column} data-key={column.key || undefined}>
          <span>
            {column.name}
            {column.foreign && ' →'}
          </span>
          <span className={classes.type}>{column.type}</span>
        </div>
      ))}
      {more > 0 && <div className={classes.column}>+ {more}</div>}
      <Handle type="source" position={Side.Right} className={classes.handle} />
    </div>
  );
}
