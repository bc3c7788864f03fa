// Databases, schemas and tables as a tree: searched as one types, walked by arrow keys, drawn only
// where it is seen.
import { ActionIcon, Group, Loader, TextInput, Tooltip, VisuallyHidden } from '@mantine/core';
import {
  IconAlertTriangle,
  IconChevronRight,
  IconDatabase,
  IconEye,
  IconEyeOff,
  IconFolder,
  IconRefresh,
  IconSearch,
  IconTable,
  IconTableFilled,
  IconX,
} from '@tabler/icons-react';
import { useQueries } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { queryClient, relationsQuery, useMetadata } from '../../../kit/api';
import { usePageCommands } from '../../../kit/commands';
import { t } from '../../../kit/i18n';
import { preferences } from '../../../kit/storage';
import { relationId, schemaId, sourceId, treeItems, type TreeItem } from './items';
import classes from './SchemaTree.module.css';

export function SchemaTree() {
  const metadata = useMetadata();
  const active = useParams({ strict: false });
  const navigate = useNavigate();
  const searchBox = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState('');
  const [trackedOnly, setTrackedOnly] = useState(() => preferences.get('tree-tracked-only', false));
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set(preferences.get<string[]>('tree-open', initiallyOpen(metadata.sources))),
  );
  const [focused, setFocused] = useState<string>();
  const wanted = useDeferredValue(search);

  // What the address names is open, however one got there.
  useEffect(() => {
    if (!active.source) return;
    const ids = [sourceId(active.source)];
    if (active.schema) ids.push(schemaId(active.source, active.schema));
    setOpen((before) =>
      ids.every((id) => before.has(id)) ? before : new Set([...before, ...ids]),
    );
  }, [active.source, active.schema]);
  useEffect(() => preferences.set('tree-open', [...open]), [open]);

  const lists = useQueries({
    queries: metadata.sources.map((source) => ({
      ...relationsQuery(source.name),
      enabled: wanted !== '' || open.has(sourceId(source.name)),
    })),
  });
  const contents = metadata.sources.map((source, index) => ({
    source,
    list: lists[index]?.data,
    error: lists[index]?.error ?? undefined,
  }));
  // The lists are new objects at every render; what they hold is not.
  const version = lists.map((l) => `${l.dataUpdatedAt}.${l.errorUpdatedAt}`).join();
  const items = useMemo(
    () => treeItems(contents, { open, search: wanted, trackedOnly }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [metadata, version, open, wanted, trackedOnly],
  );

  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 29,
    overscan: 15,
    getItemKey: (index) => items[index]?.id ?? index,
  });

  const activeId =
    active.source && active.schema && active.table
      ? relationId(active.source, active.schema, active.table)
      : active.source
        ? sourceId(active.source)
        : undefined;
  const shownActive = useRef<string>(undefined);
  useEffect(() => {
    if (!activeId || shownActive.current === activeId) return;
    const index = items.findIndex((item) => item.id === activeId);
    if (index < 0) return;
    shownActive.current = activeId;
    virtual.scrollToIndex(index, { align: 'auto' });
  }, [activeId, items, virtual]);

  const commands = useMemo(
    () => [
      {
        id: 'tree-search',
        label: t('Search the tree of tables'),
        run: () => searchBox.current?.focus(),
      },
    ],
    [],
  );
  usePageCommands(commands);

  function toggle(item: TreeItem, to?: boolean) {
    setOpen((before) => {
      const next = new Set(before);
      if (to ?? !next.has(item.id)) next.add(item.id);
      else next.delete(item.id);
      return next;
    });
  }

  function focusItem(index: number) {
    const item = items[index];
    if (!item) return;
    setFocused(item.id);
    virtual.scrollToIndex(index, { align: 'auto' });
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-id="${CSS.escape(item.id)}"]`)?.focus(),
    );
  }

  function onKeyDown(event: KeyboardEvent) {
    const index = items.findIndex((item) => item.id === (focused ?? activeId));
    const item = items[index];
    switch (event.key) {
      case 'ArrowDown':
        focusItem(Math.min(index + 1, items.length - 1));
        break;
      case 'ArrowUp':
        focusItem(Math.max(index - 1, 0));
        break;
      case 'Home':
        focusItem(0);
        break;
      case 'End':
        focusItem(items.length - 1);
        break;
      case 'ArrowRight':
        if (item && item.open === false) toggle(item, true);
        else focusItem(Math.min(index + 1, items.length - 1));
        break;
      case 'ArrowLeft':
        if (item?.open) toggle(item, false);
        else focusItem(items.findLastIndex((i, at) => at < index && item && i.level < item.level));
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  const firstTabStop = focused ?? activeId ?? items[0]?.id;
  const tabStopIsShown = items.some((item) => item.id === firstTabStop);
  return (
    <>
      <Group gap={4} p={8} wrap="nowrap" className={classes.bar}>
        <TextInput
          ref={searchBox}
          flex={1}
          placeholder={t('Find a table')}
          aria-label={t('Find a table')}
          leftSection={<IconSearch size={14} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              focusItem(
                Math.max(
                  0,
                  items.findIndex((item) => item.kind === 'relation'),
                ),
              );
            } else if (event.key === 'Escape') setSearch('');
            else if (event.key === 'Enter') {
              const found = items.find((item) => item.kind === 'relation');
              if (found) {
                void navigate({
                  to: '/data/$source/$schema/$table/rows',
                  params: {
                    source: found.source,
                    schema: found.relation.schema,
                    table: found.relation.name,
                  },
                });
              }
            }
          }}
          rightSection={
            search && (
              <ActionIcon size="sm" aria-label={t('Clear')} onClick={() => setSearch('')}>
                <IconX size={13} />
              </ActionIcon>
            )
          }
        />
        <Tooltip label={trackedOnly ? t('Show all tables') : t('Show tracked tables only')}>
          <ActionIcon
            aria-label={t('Show tracked tables only')}
            aria-pressed={trackedOnly}
            onClick={() => {
              preferences.set('tree-tracked-only', !trackedOnly);
              setTrackedOnly(!trackedOnly);
            }}
          >
            {trackedOnly ? <IconEyeOff size={16} /> : <IconEye size={16} />}
          </ActionIcon>
        </Tooltip>
        <Tooltip label={t('Read the databases again')}>
          <ActionIcon
            aria-label={t('Read the databases again')}
            onClick={() => void queryClient.invalidateQueries()}
          >
            <IconRefresh size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <div ref={scroller} className={classes.scroller}>
        <div
          role="tree"
          aria-label={t('Databases and tables')}
          style={{ height: virtual.getTotalSize(), position: 'relative' }}
          onKeyDown={onKeyDown}
        >
          {virtual.getVirtualItems().map((slot, position) => {
            const item = items[slot.index];
            if (!item) return null;
            const tabStop = tabStopIsShown ? item.id === firstTabStop : position === 0;
            return (
              <TreeRow
                key={item.id}
                item={item}
                active={item.id === activeId}
                tabStop={tabStop}
                top={slot.start}
                height={slot.size}
                onToggle={() => toggle(item)}
                onFocus={() => setFocused(item.id)}
              />
            );
          })}
        </div>
      </div>
    </>
  );
}

function initiallyOpen(sources: { name: string }[]): string[] {
  const first = sources[0];
  return first ? [sourceId(first.name), schemaId(first.name, 'public')] : [];
}

interface RowProps {
  item: TreeItem;
  active: boolean;
  tabStop: boolean;
  top: number;
  height: number;
  onToggle: () => void;
  onFocus: () => void;
}

function TreeRow({ item, active, tabStop, top, height, onToggle, onFocus }: RowProps) {
  const attributes = {
    role: 'treeitem',
    'data-id': item.id,
    'aria-level': item.level,
    'aria-expanded': item.open,
    'aria-selected': active,
    tabIndex: tabStop ? 0 : -1,
    className: classes.item,
    'data-active': active || undefined,
    style: {
      height,
      transform: `translateY(${top}px)`,
      paddingInlineStart: 6 + (item.level - 1) * 14,
    },
    onFocus,
  } as const;
  const chevron =
    item.open === undefined ? (
      <span className={classes.gap} />
    ) : (
      <span
        className={classes.chevron}
        data-open={item.open || undefined}
        aria-hidden="true"
        onClick={(event) => {
          event.preventDefault();
          event.stopPropagation();
          onToggle();
        }}
      >
        <IconChevronRight size={13} />
      </span>
    );
  if (item.kind === 'relation') {
    const { relation } = item;
    return (
      <Link
        {...attributes}
        to="/data/$source/$schema/$table/rows"
        params={{ source: item.source, schema: relation.schema, table: relation.name }}
        preload={false}
        data-untracked={!item.tracked || undefined}
        title={relation.comment ?? undefined}
      >
        {chevron}
        <RelationIcon kind={relation.kind} tracked={item.tracked} />
        <span className={classes.label}>{relation.name}</span>
        {!item.tracked && <VisuallyHidden>{t('not tracked')}</VisuallyHidden>}
        {item.parts > 0 && (
          <span className={classes.count} aria-hidden="true">
            {item.parts}
          </span>
        )}
      </Link>
    );
  }
  if (item.kind === 'schema') {
    return (
      <Link
        {...attributes}
        to="/data/$source"
        params={{ source: item.source }}
        search={{ schema: item.schema }}
        preload={false}
        onClick={() => {
          if (!item.open) onToggle();
        }}
      >
        {chevron}
        <IconFolder size={15} stroke={1.6} />
        <span className={classes.label}>{item.schema}</span>
        <span className={classes.count} aria-hidden="true">
          {item.count}
        </span>
      </Link>
    );
  }
  return (
    <Link
      {...attributes}
      to="/data/$source"
      params={{ source: item.source }}
      preload={false}
      onClick={() => {
        if (!item.open) onToggle();
      }}
    >
      {chevron}
      <IconDatabase size={15} stroke={1.6} />
      <span className={classes.label}>{item.source}</span>
      {item.loading && <Loader size={12} />}
      {item.error !== undefined && (
        <IconAlertTriangle size={14} color="var(--mantine-color-error)" aria-label={t('Error')} />
      )}
    </Link>
  );
}

export function RelationIcon({ kind, tracked }: { kind: string; tracked: boolean }) {
  if (kind === 'view' || kind === 'materialized') return <IconEye size={15} stroke={1.6} />;
  return tracked ? (
    <IconTableFilled size={15} className={classes.tracked} />
  ) : (
    <IconTable size={15} stroke={1.6} />
  );
}
