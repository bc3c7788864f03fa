// Rows out of the table: all that fit the filter or the selected ones, as files or to paste.
import { Button, Menu } from '@mantine/core';
import { IconClipboard, IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { TableDetail } from '../../../kit/api';
import { copyText, saveFile } from '../../../kit/files';
import { formatNumber, t } from '../../../kit/i18n';
import { done, failed } from '../../../kit/ui';
import { exportRows, rowsOf, type Row, type View } from './queries';
import { toCsv, toJson } from './transfer';

const limit = 100_000;

export function ExportMenu(props: {
  source: string;
  detail: TableDetail;
  view: View;
  /** Keys of the selected rows. */
  chosen: Record<string, string>[];
}) {
  const { source, detail, view, chosen } = props;
  const [busy, setBusy] = useState(false);

  async function take(read: () => Promise<Row[]>, give: (rows: Row[]) => unknown, said: string) {
    setBusy(true);
    try {
      const rows = await read();
      await give(rows);
      if (rows.length === limit) {
        failed(
          new Error(
            t('The file holds the first {{count}} rows; use pg_dump for more.', {
              count: formatNumber(limit),
            }),
          ),
          t('Not all rows were exported'),
        );
      } else done(`${t('{{count}} rows', { count: rows.length })} ${said}`);
    } catch (error) {
      failed(error);
    }
    setBusy(false);
  }
  const all = () => exportRows(source, detail, view, limit);
  const selected = () => rowsOf(source, detail, chosen);
  const csv = (rows: Row[]) =>
    saveFile(`${detail.name}.csv`, toCsv(detail.columns, rows), 'text/csv');
  const json = (rows: Row[]) =>
    saveFile(`${detail.name}.json`, toJson(detail.columns, rows), 'application/json');
  const copy = (rows: Row[]) => copyText(toJson(detail.columns, rows));
  const exported = t('exported');

  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={14} />} loading={busy}>
          {t('Export')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {chosen.length > 0 && (
          <>
            <Menu.Label>
              {t('Selected: {{rows}}', { rows: t('{{count}} rows', { count: chosen.length }) })}
            </Menu.Label>
            <Menu.Item onClick={() => void take(selected, csv, exported)}>
              {t('Selected as CSV')}
            </Menu.Item>
            <Menu.Item onClick={() => void take(selected, json, exported)}>
              {t('Selected as JSON')}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconClipboard size={14} />}
              onClick={() => void take(selected, copy, t('copied'))}
            >
              {t('Copy as JSON')}
            </Menu.Item>
            <Menu.Label>{t('All that fit the filter')}</Menu.Label>
          </>
        )}
        <Menu.Item onClick={() => void take(all, csv, exported)}>CSV</Menu.Item>
        <Menu.Item onClick={() => void take(all, json, exported)}>JSON</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
