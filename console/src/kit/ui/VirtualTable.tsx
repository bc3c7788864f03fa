// A table that draws only the rows that are seen: thousands of rows cost what thirty do.
import { Checkbox } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef, type ReactNode } from 'react';
import { t } from '../i18n';
import classes from './VirtualTable.module.css';

export interface VirtualColumn<R> {
  header: string;
  /** A grid track that begins with its least width: `120px`, `minmax(160px, 2fr)`. */
  width: string;
  cell: (row: R) => ReactNode;
  align?: 'end';
}

interface Props<R> {
  label: string;
  columns: VirtualColumn<R>[];
  rows: R[];
  rowKey: (row: R) => string;
  rowHeight?: number;
  /** With it, rows can be chosen. */
  selection?: { chosen: Set<string>; onChange: (chosen: Set<string>) => void };
  empty?: ReactNode;
}

export function VirtualTable<R>({
  label,
  columns,
  rows,
  rowKey,
  rowHeight = 38,
  selection,
  empty,
}: Props<R>) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });
  const tracks = `${selection ? '36px ' : ''}${columns.map((c) => c.width).join(' ')}`;
  // Where there is less room than this, the table is scrolled sideways.
  const least = columns.reduce((sum, c) => sum + leastOf(c.width), selection ? 60 : 24);
  const chosenHere = selection ? rows.filter((r) => selection.chosen.has(rowKey(r))).length : 0;

  function toggleAll() {
    if (!selection) return;
    const next = new Set(selection.chosen);
    for (const row of rows) {
      if (chosenHere === rows.length) next.delete(rowKey(row));
      else next.add(rowKey(row));
    }
    selection.onChange(next);
  }
  function toggle(key: string) {
    if (!selection) return;
    const next = new Set(selection.chosen);
    if (!next.delete(key)) next.add(key);
    selection.onChange(next);
  }

  return (
    <div ref={scroller} className={classes.scroller} tabIndex={0} role="group" aria-label={label}>
      <div
        role="table"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        className={classes.table}
        style={{ minWidth: least }}
      >
        <div role="rowgroup" className={classes.head}>
          <div role="row" className={classes.row} style={{ gridTemplateColumns: tracks }}>
            {selection && (
              <div role="columnheader" className={classes.cell} aria-label={t('Selection')}>
                <Checkbox
                  aria-label={t('Select all')}
                  checked={rows.length > 0 && chosenHere === rows.length}
                  indeterminate={chosenHere > 0 && chosenHere < rows.length}
                  onChange={toggleAll}
                />
              </div>
            )}
            {columns.map((column) => (
              <div
                role="columnheader"
                key={column.header}
                className={classes.cell}
                data-align={column.align}
              >
                {column.header}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            const key = rowKey(row);
            return (
              <div
                role="row"
                key={key}
                aria-rowindex={item.index + 2}
                className={classes.row}
                data-chosen={selection?.chosen.has(key) || undefined}
                style={{
                  gridTemplateColumns: tracks,
                  height: item.size,
                  transform: `translateY(${item.start}px)`,
                  position: 'absolute',
                  inset: '0 0 auto 0',
                }}
              >
                {selection && (
                  <div role="cell" className={classes.cell}>
                    <Checkbox
                      aria-label={t('Select {{name}}', { name: key })}
                      checked={selection.chosen.has(key)}
                      onChange={() => toggle(key)}
                    />
                  </div>
                )}
                {columns.map((column) => (
                  <div
                    role="cell"
                    key={column.header}
                    className={classes.cell}
                    data-align={column.align}
                  >
                    {column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      {rows.length === 0 && empty}
    </div>
  );
}

function leastOf(width: string): number {
  return Number(/(\d+)px/.exec(width)?.[1] ?? 0);
}
