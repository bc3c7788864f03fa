// An address that leads nowhere.
import { Anchor } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { t } from '../kit/i18n';
import { EmptyState } from '../kit/ui';

export function NotFound() {
  return (
    <EmptyState icon={IconMapOff} title={t('There is no such page')}>
      <Anchor component={Link} to="/data">
        {t('Go to the data')}
      </Anchor>
    </EmptyState>
  );
}
