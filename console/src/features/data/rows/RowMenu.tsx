// What one does with one row: clone it, delete it, go to the rows that point to it.
import { ActionIcon, Menu } from '@mantine/core';
import { IconArrowUpRight, IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { TableDetail } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import type { Row } from './queries';

export function RowMenu(props: {
  number: number;
  source: string;
  detail: TableDetail;
  row: Row;
  onClone?: () => void;
  onDelete?: () => void;
}) {
  const { detail, row, source } = props;
  const related = detail.referencedBy.filter((f) => f.columns.length === 1);
  const value = (name: string | undefined) =>
    row[detail.columns.findIndex((c) => c.name === name)] ?? '';
  return (
    <Menu position="bottom-start" shadow="md" withinPortal>
      <Menu.Target>
        <ActionIcon size="sm" aria-label={t('More on row {{number}}', { number: props.number })}>
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {props.onClone && (
          <Menu.Item leftSection={<IconCopy size={14} />} onClick={props.onClone}>
            {t('Clone')}
          </Menu.Item>
        )}
        {related.length > 0 && <Menu.Label>{t('Related rows')}</Menu.Label>}
        {related.map((f) => (
          <Menu.Item
            key={f.name}
            component={Link}
            to="/data/$source/$schema/$table/rows"
            params={{ source, schema: f.schema, table: f.table } as never}
            search={
              {
                filters: [{ c: f.columns[0] ?? '', o: '=', v: value(f.refColumns[0]) }],
              } as never
            }
            leftSection={<IconArrowUpRight size={14} />}
          >
            {`${f.table} (${f.columns[0]})`}
          </Menu.Item>
        ))}
        {related.length === 0 && !props.onClone && !props.onDelete && (
          <Menu.Label>{t('Nothing to do with this row')}</Menu.Label>
        )}
        {props.onDelete && (
          <>
            <Menu.Divider />
            <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={props.onDelete}>
              {t('Delete')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
