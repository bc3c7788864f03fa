// What one does with one row: clone it, delete it, go to the rows it belongs with.
import { ActionIcon, Menu } from '@mantine/core';
import {
  IconArrowDownLeft,
  IconArrowUpRight,
  IconCopy,
  IconDots,
  IconHelpCircle,
  IconTrash,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { t } from '../../../kit/i18n';
import type { RelatedRows } from './related';

interface Props {
  number: number;
  source: string;
  /** As whom one goes on. */
  role?: string;
  pointsTo: RelatedRows[];
  pointedToBy: RelatedRows[];
  onClone?: () => void;
  /** Asks why a role does not see the row. */
  onWhy?: () => void;
  onDelete?: () => void;
}

export function RowMenu(props: Props) {
  const { pointsTo, pointedToBy } = props;
  const link = (related: RelatedRows, icon: ReactNode) => (
    <Menu.Item
      key={related.id}
      component={Link}
      to="/data/$source/$schema/$table/rows"
      params={{ source: props.source, schema: related.schema, table: related.table } as never}
      search={{ filters: related.filters, role: props.role } as never}
      leftSection={icon}
    >
      {`${related.table} (${related.columns.join(', ')})`}
    </Menu.Item>
  );
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
        {props.onWhy && (
          <Menu.Item leftSection={<IconHelpCircle size={14} />} onClick={props.onWhy}>
            {t('Why does a role not see it?')}
          </Menu.Item>
        )}
        {pointsTo.length > 0 && <Menu.Label>{t('Belongs to')}</Menu.Label>}
        {pointsTo.map((related) => link(related, <IconArrowUpRight size={14} />))}
        {pointedToBy.length > 0 && <Menu.Label>{t('Related rows')}</Menu.Label>}
        {pointedToBy.map((related) => link(related, <IconArrowDownLeft size={14} />))}
        {pointsTo.length + pointedToBy.length === 0 &&
          !props.onClone &&
          !props.onWhy &&
          !props.onDelete && <Menu.Label>{t('Nothing to do with this row')}</Menu.Label>}
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
