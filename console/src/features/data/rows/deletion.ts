// Rows deleted, once it was said which and what goes with them.
import { t } from '../../../kit/i18n';
import { confirmDestruction, useAction } from '../../../kit/ui';
import { deleteRows } from './queries';
import type { RowKey, Rows } from './state';

/** Asks, then deletes; `busy` while it does. */
export function useDeletion(rows: Rows, onDeleted: () => void) {
  const { source, detail } = rows;
  const remove = useAction<RowKey[]>({
    run: (list) => deleteRows(source, detail, list),
    success: (list) => t('{{count}} rows', { count: list.length }) + ' ' + t('deleted'),
    after: async () => {
      onDeleted();
      await rows.refresh();
    },
  });
  function ask(list: RowKey[]) {
    const first = list[0];
    if (!first) return;
    const count = t('{{count}} rows', { count: list.length });
    const one = Object.entries(first)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ');
    const cascades = detail.referencedBy.filter((f) => f.onDelete === 'cascade');
    confirmDestruction({
      title: t('Delete {{rows}}?', { rows: count }),
      what: list.length === 1 ? `${detail.name} ${one}` : `${count} · ${detail.name}`,
      consequence:
        cascades.length > 0
          ? t('Rows that point here go with it: {{tables}}.', {
              tables: [...new Set(cascades.map((f) => f.table))].join(', '),
            })
          : undefined,
      button: t('Delete'),
      run: () => remove.mutate(list),
    });
  }
  return { ask, busy: remove.isPending };
}
