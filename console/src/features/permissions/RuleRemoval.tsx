// Takes a condition out of a rule.
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { t } from '../../kit/i18n';

export function RuleRemoval({ onClick }: { onClick: () => void }) {
  return (
    <Tooltip label={t('Remove this condition')}>
      <ActionIcon size="sm" aria-label={t('Remove this condition')} onClick={onClick}>
        <IconX size={13} />
      </ActionIcon>
    </Tooltip>
  );
}
