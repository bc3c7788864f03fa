// An error of one page leaves the rest of the console in use. Where the server was away, the page is
// tried again when it is back.
import { Box } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { QueryErrorResetBoundary } from '@tanstack/react-query';
import { SearchParamError, useRouterState } from '@tanstack/react-router';
import { Component, type ReactNode } from 'react';
import { asApiError, onServerBack } from '../kit/api';
import { outdated, retryParts } from '../kit/parts';
import { t } from '../kit/i18n';
import { ButtonLink, EmptyState, ErrorPanel } from '../kit/ui';

interface Props {
  children: ReactNode;
  reset: () => void;
  /** Another page, or another look at it, is another attempt. */
  place: string;
}

class Boundary extends Component<Props, { error: unknown; place: string }> {
  override state = { error: undefined as unknown, place: this.props.place };
  private stop: (() => void) | undefined;

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: { error: unknown; place: string }) {
    return props.place === state.place ? null : { error: undefined, place: props.place };
  }

  override componentDidMount() {
    this.stop = onServerBack(() => {
      if (asApiError(this.state.error).isUnreachable) this.tryAgain();
    });
  }

  override componentWillUnmount() {
    this.stop?.();
  }

  private tryAgain = () => {
    if (asApiError(this.state.error).code === outdated) window.location.reload();
    retryParts();
    this.props.reset();
    this.setState({ error: undefined });
  };

  override render() {
    if (this.state.error === undefined) return this.props.children;
    if (this.state.error instanceof SearchParamError) {
      return <UnknownAddress error={this.state.error} />;
    }
    return (
      <Box p="lg" maw={800}>
        <ErrorPanel error={this.state.error} retry={this.tryAgain} />
      </Box>
    );
  }
}

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

export function ErrorBoundary({ children }: { children: ReactNode }) {
  // Where one goes, and where one has come to: between the two, the old page may fail once more.
  const place = useRouterState({
    select: ({ location, resolvedLocation }) => `${location.href} ${resolvedLocation?.href}`,
  });
  return (
    <QueryErrorResetBoundary>
      {({ reset }) => (
        <Boundary reset={reset} place={place}>
          {children}
        </Boundary>
      )}
    </QueryErrorResetBoundary>
  );
}
