// What can be done with the rows that are seen: above the grid.
import { ActionIcon, Button, Group, Text, Tooltip } from '@mantine/core';
import {
  IconFilter,
  IconPencil,
  IconPlus,
  IconRefresh,
  IconTrash,
  IconUpload,
  IconUserQuestion,
} from '@tabler/icons-react';
import { t } from '../../../kit/i18n';
import { IdentityBar } from '../../../kit/ui';
import { ColumnsMenu } from './ColumnsMenu';
import { ExportMenu } from './ExportMenu';
import classes from './RowsTab.module.css';
import type { RowKey, Rows } from './state';

interface Props {
  rows: Rows;
  hidden: string[];
  chosen: RowKey[];
  filtersShown: boolean;
  deleting: boolean;
  onInsert: () => void;
  onImport: () => void;
  onFilter: (open: boolean) => void;
  onEditColumn: () => void;
  onDelete: () => void;
}

export function RowsBar(props: Props) {
  const { rows, chosen } = props;
  const { can, filters, look } = rows;
  return (
    <div className={classes.bar}>
      <Group gap={6}>
        {can.insert && (
          <Button leftSection={<IconPlus size={14} />} onClick={props.onInsert}>
            {t('Insert row')}
          </Button>
        )}
        <Button
          variant={filters.length > 0 ? 'light' : 'default'}
          leftSection={<IconFilter size={14} />}
          aria-expanded={props.filtersShown}
          onClick={() => props.onFilter(!props.filtersShown)}
        >
          {filters.length > 0 ? t('{{count}} filters', { count: filters.length }) : t('Filter')}
        </Button>
        <ExportMenu source={rows.source} detail={rows.detail} view={rows.view} chosen={chosen} />
        <ColumnsMenu
          columns={rows.columns}
          hidden={props.hidden}
          onChange={(hide) => look({ hide: hide.length > 0 ? hide : undefined })}
        />
        {can.insert && (
          <Button variant="default" leftSection={<IconUpload size={14} />} onClick={props.onImport}>
            {t('Import')}
          </Button>
        )}
        <Tooltip label={t('Read these rows again')}>
          <ActionIcon aria-label={t('Read these rows again')} onClick={() => void rows.refresh()}>
            <IconRefresh size={16} />
          </ActionIcon>
        </Tooltip>
        {chosen.length > 0 && (
          <Text size="sm">{t('{{count}} selected', { count: chosen.length })}</Text>
        )}
        {chosen.length > 0 && can.write && (
          <>
            <Button
              variant="light"
              leftSection={<IconPencil size={14} />}
              onClick={props.onEditColumn}
            >
              {t('Edit a column')}
            </Button>
            <Button
              color="red"
              variant="light"
              leftSection={<IconTrash size={14} />}
              loading={props.deleting}
              onClick={props.onDelete}
            >
              {t('Delete')}
            </Button>
          </>
        )}
      </Group>
      {rows.tracked && (
        <Group gap={6}>
          <IconUserQuestion size={16} aria-hidden="true" />
          <IdentityBar
            role={rows.search.role ?? 'admin'}
            onRole={(role) => look({ role: role === 'admin' ? undefined : role, page: undefined })}
          />
        </Group>
      )}
    </div>
  );
}
