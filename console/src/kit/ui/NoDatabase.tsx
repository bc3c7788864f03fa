// A page that needs a database where there is none yet: the way to one.
import { IconDatabaseOff } from '@tabler/icons-react';
import { t } from '../i18n';
import { EmptyState } from './EmptyState';
import { ButtonLink } from './links';
import { Page } from './Page';

export function NoDatabase({ title }: { title: string }) {
  return (
    <Page title={title}>
      <EmptyState
        icon={IconDatabaseOff}
        title={t('No database yet')}
        action={<ButtonLink to="/start">{t('Go to the first steps')}</ButtonLink>}
      >
        {t('Connect a database and its tables become a GraphQL API.')}
      </EmptyState>
    </Page>
  );
}
