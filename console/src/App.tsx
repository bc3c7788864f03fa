// The providers around everything.
import { Center, MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { queryClient } from './kit/api';
import { theme, variables } from './kit/theme';
import { ErrorPanel } from './kit/ui';
import { router } from './router';
import { LoginGate } from './shell/LoginGate';

/** With `error`, what keeps the console from starting. */
export function App({ error }: { error?: unknown }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <ModalsProvider>
          <Notifications position="bottom-right" limit={4} />
          {error !== undefined ? (
            <Center h="100%" component="main">
              <ErrorPanel error={error} retry={() => window.location.reload()} />
            </Center>
          ) : (
            <LoginGate>
              <RouterProvider router={router} />
            </LoginGate>
          )}
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
