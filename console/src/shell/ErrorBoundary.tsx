// An error of one page leaves the rest of the console in use.
import { Box } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { QueryErrorResetBoundary } from '@tanstack/react-query';
import { SearchParamError, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { t } from '../kit/i18n';
import { Boundary, ButtonLink, EmptyState, ErrorPanel } from '../kit/ui';

/** An address whose parameters are none of the page, such as one that was mended by hand. */
function UnknownAddress({ error }: { error: SearchParamError }) {
  const issues = (error.cause as { issues?: { message: string; path?: { key: unknown }[] }[] })
    ?.issues;
  return (
    <EmptyState
      icon={IconMapOff}
      title={t('This address is not understood')}
      action={
        <ButtonLink to="." search={{}}>
          {t('Open the page without it')}
        </ButtonLink>
      }
    >
      {issues?.map((issue, index) => (
        <div key={index}>
          {issue.path?.map((step) => String(step.key)).join('.')}: {issue.message}
        </div>
      ))}
    </EmptyState>
  );
}

const failedPage = (error: unknown, retry: () => void) =>
  error instanceof SearchParamError ? (
    <UnknownAddress error={error} />
  ) : (
    <Box p="lg" maw={800}>
      <ErrorPanel error={error} retry={retry} />
    </Box>
  );

export function ErrorBoundary({ children }: { children: ReactNode }) {
  // Where one goes, and where one has come to: between the two, the old page may fail once more.
  const place = useRouterState({
    select: ({ location, resolvedLocation }) => `${location.href} ${resolvedLocation?.href}`,
  });
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <Boundary reset={reset} place={place} fallback={failedPage}>
          {children}
        </Boundary>
      )}
    </QueryErrorResetBoundary>
  );
}
