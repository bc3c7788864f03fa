// How much is allowed, as a mark that is told apart without colours.
import { Group, Text } from '@mantine/core';
import { IconCheck, IconCircleHalf2, IconX } from '@tabler/icons-react';
import { t } from '../../kit/i18n';
import type { Access } from './model';

export const accessText = (access: Access) =>
  ({ none: t('nothing'), partial: t('some'), full: t('everything') })[access];

export function AccessMark({ access, size = 16 }: { access: Access; size?: number }) {
  switch (access) {
    case 'full':
      return <IconCheck size={size} color="var(--mantine-color-teal-text)" aria-hidden="true" />;
    case 'partial':
      return (
        <IconCircleHalf2 size={size} color="var(--mantine-color-orange-text)" aria-hidden="true" />
      );
    case 'none':
      return <IconX size={size} color="var(--console-null)" opacity={0.6} aria-hidden="true" />;
  }
}

/** What the marks mean. */
export function AccessLegend({ mt }: { mt?: string }) {
  return (
    <Group gap="md" mt={mt}>
      {(['full', 'partial', 'none'] as const).map((access) => (
        <Group key={access} gap={4}>
          <AccessMark access={access} size={14} />
          <Text size="xs" c="dimmed">
            {accessText(access)}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
