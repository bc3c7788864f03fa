// Settings (AA21): the metadata as a whole, what is inconsistent in it, and the server.
import { useQuery } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { inconsistentQuery } from '../../kit/api';
import { t } from '../../kit/i18n';
import { LinkTabs, Page } from '../../kit/ui';

export function SettingsPage() {
  const { data } = useQuery(inconsistentQuery);
  return (
    <Page
      title={t('Settings')}
      tabs={
        <LinkTabs
          label={t('Settings')}
          tabs={[
            { label: t('Metadata'), link: { to: '/settings/metadata' } },
            {
              label: t('Inconsistent objects'),
              link: { to: '/settings/inconsistent' },
              count: data?.inconsistent_objects.length || undefined,
            },
            { label: t('Inherited roles'), link: { to: '/settings/roles' } },
            { label: t('Collections and allow list'), link: { to: '/settings/collections' } },
            { label: t('About'), link: { to: '/settings/about' } },
          ]}
        />
      }
    >
      <Outlet />
    </Page>
  );
}
