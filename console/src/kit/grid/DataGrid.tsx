// A grid of cells for tables of any size: only the rows and columns in sight are drawn. It is walked
// by arrow keys; what a cell or a row does is up to whoever uses it.
import { Checkbox } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useId,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { t } from '../i18n';
import classes from './DataGrid.module.css';

export interface GridColumn {
  key: string;
  title: string;
  /** Below the title, such as the type. */
  subtitle?: string;
  /** Beside the title, such as a key. */
  mark?: ReactNode;
  width: number;
  align?: 'end';
  sort?: 'asc' | 'desc';
}

export interface CellPlace {
  row: number;
  column: number;
}

interface Props {
  label: string;
  columns: GridColumn[];
  rowCount: number;
  rowKey: (row: number) => string;
  renderCell: (place: CellPlace) => ReactNode;
  /** The cell as text, for copying. */
  cellText: (place: CellPlace) => string;
  onSort?: (column: GridColumn, add: boolean) => void;
  selection?: { chosen: ReadonlySet<string>; onChange: (chosen: Set<string>) => void };
  /** Enter or a double click on a cell. */
  onActivate?: (place: CellPlace) => void;
  /** Takes the place of a cell while it is edited. */
  editing?: { place: CellPlace; editor: ReactNode };
  /** Buttons at the head of each row. */
  rowActions?: (row: number) => ReactNode;
  rowActionsWidth?: number;
  empty?: ReactNode;
}

const rowHeight = 33;
const headHeight = 44;
const minWidth = 60;

export function DataGrid(props: Props) {
  const { columns, rowCount, selection } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const [active, setActive] = useState<CellPlace>({ row: 0, column: 0 });
  const [widths, setWidths] = useState<Record<string, number>>({});
  const widthOf = (column: GridColumn) => widths[column.key] ?? column.width;
  const lead = (selection ? 34 : 0) + (props.rowActions ? (props.rowActionsWidth ?? 64) : 0);

  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    paddingStart: headHeight,
    scrollPaddingStart: headHeight,
  });
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const column = columns[index];
      return column ? widthOf(column) : minWidth;
    },
    getItemKey: (index) => columns[index]?.key ?? index,
    overscan: 4,
    paddingStart: lead,
    scrollPaddingStart: lead,
  });

  // Whoever edited a cell by keyboard goes on by keyboard: the editor took the focus with it.
  const isEditing = props.editing !== undefined;
  const wasEditing = useRef(false);
  useEffect(() => {
    if (wasEditing.current && !isEditing && document.activeElement === document.body) {
      scroller.current?.focus({ preventScroll: true });
    }
    wasEditing.current = isEditing;
  }, [isEditing]);

  function resize(column: GridColumn, event: PointerEvent<HTMLSpanElement>) {
    event.preventDefault();
    event.stopPropagation();
    const from = event.clientX;
    const before = widthOf(column);
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = (move) => {
      setWidths((all) => ({
        ...all,
        [column.key]: Math.max(minWidth, before + move.clientX - from),
      }));
      across.measure();
    };
    handle.onpointerup = () => {
      handle.onpointermove = null;
    };
  }

  function go(row: number, column: number) {
    const place = {
      row: Math.max(0, Math.min(rowCount - 1, row)),
      column: Math.max(0, Math.min(columns.length - 1, column)),
    };
    setActive(place);
    rows.scrollToIndex(place.row, { align: 'auto' });
    across.scrollToIndex(place.column, { align: 'auto' });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.target !== scroller.current || rowCount === 0) return;
    const page = Math.max(
      1,
      Math.floor((scroller.current.clientHeight - headHeight) / rowHeight) - 1,
    );
    const meta = event.ctrlKey || event.metaKey;
    switch (event.key) {
      case 'ArrowDown':
        go(active.row + 1, active.column);
        break;
      case 'ArrowUp':
        go(active.row - 1, active.column);
        break;
      case 'ArrowRight':
        go(active.row, active.column + 1);
        break;
      case 'ArrowLeft':
        go(active.row, active.column - 1);
        break;
      case 'PageDown':
        go(active.row + page, active.column);
        break;
      case 'PageUp':
        go(active.row - page, active.column);
        break;
      case 'Home':
        go(meta ? 0 : active.row, 0);
        break;
      case 'End':
        go(meta ? rowCount - 1 : active.row, columns.length - 1);
        break;
      case 'Enter':
      case 'F2':
        props.onActivate?.(active);
        break;
      case ' ':
        toggle(props.rowKey(active.row));
        break;
      case 'c':
        if (!meta || window.getSelection()?.toString()) return;
        void navigator.clipboard?.writeText(props.cellText(active));
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  function toggle(key: string) {
    if (!selection) return;
    const next = new Set(selection.chosen);
    if (!next.delete(key)) next.add(key);
    selection.onChange(next);
  }

  const keysHere = selection ? Array.from({ length: rowCount }, (_, row) => props.rowKey(row)) : [];
  const chosenHere = keysHere.filter((key) => selection?.chosen.has(key)).length;
  const visibleColumns = across.getVirtualItems();
  const cellId = (place: CellPlace) => `${id}-${place.row}-${place.column}`;
  const width = across.getTotalSize();

  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columns.length + (selection ? 1 : 0) + (props.rowActions ? 1 : 0)}
      aria-activedescendant={rowCount > 0 && columns.length > 0 ? cellId(active) : undefined}
      aria-multiselectable={selection ? true : undefined}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <div
        role="rowgroup"
        className={classes.head}
        style={{ width: Math.max(width, 1), height: headHeight }}
      >
        <div role="row" aria-rowindex={1} className={classes.headRow}>
          {selection && (
            <div role="columnheader" className={classes.check} aria-label={t('Selection')}>
              <Checkbox
                aria-label={t('Select all')}
                checked={rowCount > 0 && chosenHere === rowCount}
                indeterminate={chosenHere > 0 && chosenHere < rowCount}
                onChange={() => {
                  const next = new Set(selection.chosen);
                  for (const key of keysHere) {
                    if (chosenHere === rowCount) next.delete(key);
                    else next.add(key);
                  }
                  selection.onChange(next);
                }}
              />
            </div>
          )}
          {props.rowActions && (
            <div
              role="columnheader"
              aria-label={t('Actions')}
              style={{ width: props.rowActionsWidth ?? 64 }}
            />
          )}
          {visibleColumns.map((slot) => {
            const column = columns[slot.index];
            if (!column) return null;
            return (
              <div
                role="columnheader"
                key={column.key}
                aria-sort={
                  column.sort === undefined
                    ? undefined
                    : column.sort === 'asc'
                      ? 'ascending'
                      : 'descending'
                }
                className={classes.headCell}
                style={{ width: slot.size, transform: `translateX(${slot.start}px)` }}
              >
                <button
                  type="button"
                  className={classes.headButton}
                  disabled={!props.onSort}
                  title={props.onSort ? t('Sort by {{name}}', { name: column.title }) : undefined}
                  onClick={(event) => props.onSort?.(column, event.shiftKey)}
                >
                  <span className={classes.headTitle}>
                    {column.mark}
                    <span className={classes.headText}>{column.title}</span>
                    {column.sort === 'asc' && <IconArrowUp size={13} />}
                    {column.sort === 'desc' && <IconArrowDown size={13} />}
                  </span>
                  {column.subtitle && <span className={classes.subtitle}>{column.subtitle}</span>}
                </button>
                <span
                  className={classes.handle}
                  aria-hidden="true"
                  onPointerDown={(event) => resize(column, event)}
                />
              </div>
            );
          })}
        </div>
      </div>
      <div
        role="rowgroup"
        style={{ height: rows.getTotalSize() - headHeight, width, position: 'relative' }}
      >
        {rows.getVirtualItems().map((slot) => {
          const row = slot.index;
          const key = props.rowKey(row);
          const chosen = selection?.chosen.has(key) ?? false;
          return (
            <div
              role="row"
              key={key}
              aria-rowindex={row + 2}
              aria-selected={selection ? chosen : undefined}
              data-chosen={chosen || undefined}
              className={classes.row}
              style={{
                height: slot.size,
                transform: `translateY(${slot.start - headHeight}px)`,
                width,
              }}
            >
              {selection && (
                <div role="gridcell" className={classes.check}>
                  <Checkbox
                    aria-label={t('Select row {{number}}', { number: row + 1 })}
                    checked={chosen}
                    onChange={() => toggle(key)}
                  />
                </div>
              )}
              {props.rowActions && (
                <div
                  role="gridcell"
                  className={classes.actions}
                  style={{ width: props.rowActionsWidth ?? 64, left: selection ? 34 : 0 }}
                >
                  {props.rowActions(row)}
                </div>
              )}
              {visibleColumns.map((across) => {
                const column = columns[across.index];
                if (!column) return null;
                const place = { row, column: across.index };
                const isActive = active.row === row && active.column === across.index;
                const edited =
                  props.editing?.place.row === row && props.editing.place.column === across.index;
                return (
                  <div
                    role="gridcell"
                    key={column.key}
                    id={cellId(place)}
                    className={classes.cell}
                    data-align={column.align}
                    data-active={isActive || undefined}
                    data-edited={edited || undefined}
                    style={{ width: across.size, transform: `translateX(${across.start}px)` }}
                    onMouseDown={() => setActive(place)}
                    onDoubleClick={() => props.onActivate?.(place)}
                  >
                    {edited ? props.editing?.editor : props.renderCell(place)}
                  </div>
                );
              })}
            </div>
          );
        })}
      </div>
      {rowCount === 0 && <div className={classes.empty}>{props.empty}</div>}
    </div>
  );
}
