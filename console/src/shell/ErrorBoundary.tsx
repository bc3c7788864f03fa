// An error of one page leaves the rest of the console in use.
import { Box } from '@mantine/core';
import { QueryErrorResetBoundary } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { Component, type ReactNode } from 'react';
import { ErrorPanel } from '../kit/ui';

interface Props {
  children: ReactNode;
  reset: () => void;
  /** Another page is another attempt. */
  place: string;
}

class Boundary extends Component<Props, { error: unknown; place: string }> {
  override state = { error: undefined as unknown, place: this.props.place };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: { error: unknown; place: string }) {
    return props.place === state.place ? null : { error: undefined, place: props.place };
  }

  override render() {
    if (this.state.error === undefined) return this.props.children;
    return (
      <Box p="lg" maw={800}>
        <ErrorPanel
          error={this.state.error}
          retry={() => {
            this.props.reset();
            this.setState({ error: undefined });
          }}
        />
      </Box>
    );
  }
}

export function ErrorBoundary({ children }: { children: ReactNode }) {
  const place = useRouterState({ select: (state) => state.location.pathname });
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
