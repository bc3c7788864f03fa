// How many rows there are, and the way through their pages.
import { ActionIcon, Group, Select, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { formatNumber, t } from '../../../kit/i18n';
import type { Count } from './queries';
import classes from './RowsTab.module.css';

export function RowsFoot(props: {
  count?: Count;
  milliseconds?: number;
  page: number;
  size: number;
  isLast: boolean;
  onLook: (part: { page?: number; size?: number }) => void;
}) {
  const { count, page, size, onLook } = props;
  const said = [
    ...(count
      ? [
          count.exact
            ? t('{{count}} rows', { count: count.value })
            : t('about {{count}} rows', { count: formatNumber(count.value) }),
        ]
      : []),
    ...(props.milliseconds === undefined ? [] : [`${props.milliseconds} ms`]),
  ];
  return (
    <div className={classes.foot}>
      <Text size="xs" c="dimmed" aria-live="polite">
        {said.join(' · ')}
      </Text>
      <Group gap={6}>
        <Select
          aria-label={t('Rows per page')}
          w={72}
          allowDeselect={false}
          // The address may say any other.
          data={[...new Set([20, 50, 100, 200, 500, size])].sort((a, b) => a - b).map(String)}
          value={String(size)}
          onChange={(next) => onLook({ size: Number(next), page: undefined })}
        />
        <ActionIcon
          aria-label={t('Page before')}
          disabled={page === 0}
          onClick={() => onLook({ page: page > 1 ? page - 1 : undefined })}
        >
          <IconChevronLeft size={16} />
        </ActionIcon>
        <Text size="xs">{t('Page {{number}}', { number: page + 1 })}</Text>
        <ActionIcon
          aria-label={t('Next page')}
          disabled={props.isLast}
          onClick={() => onLook({ page: page + 1 })}
        >
          <IconChevronRight size={16} />
        </ActionIcon>
      </Group>
    </div>
  );
}
