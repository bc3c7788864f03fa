// Doing something that may fail: what went well is said in a line, what failed stays until it is
// read. Nothing is shown as done before the server says so.
import { Code, Group, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { asApiError, detailOf } from '../api';
import { t } from '../i18n';

/** Says that something was done. */
export function done(message: string): void {
  notifications.show({ message, color: 'teal', autoClose: 3500 });
}

/** Shows an error until it is closed. */
export function failed(error: unknown, title = t('That did not work')): void {
  const known = asApiError(error);
  const detail = detailOf(known);
  notifications.show({
    title,
    color: 'red',
    autoClose: false,
    message: (
      <Stack gap={4}>
        <Text size="sm">{known.message}</Text>
        {detail && detail !== known.message && (
          <Code block fz="xs" style={{ whiteSpace: 'pre-wrap' }}>
            {detail}
          </Code>
        )}
      </Stack>
    ),
  });
}

interface ActionOptions<A, R> {
  run: (input: A) => Promise<R>;
  /** What is said when it is done. */
  success?: string | ((input: A) => string);
  /** Ask for anew what has changed; runs before success is said. */
  after?: (input: A) => unknown;
  /** Where the caller shows the error itself. */
  quiet?: boolean;
}

/** A mutation with its messages. */
export function useAction<A = void, R = unknown>(options: ActionOptions<A, R>) {
  return useMutation({
    mutationFn: async (input: A) => {
      const result = await options.run(input);
      await options.after?.(input);
      return result;
    },
    onSuccess: (_result, input) => {
      const { success } = options;
      if (success) done(typeof success === 'string' ? success : success(input));
    },
    onError: (error) => {
      if (!options.quiet) failed(error);
    },
  });
}

/** Asks before something is destroyed; `what` names it, `consequence` says what goes with it. */
export function confirmDestruction(options: {
  title: string;
  what: string;
  consequence?: ReactNode;
  button: string;
  run: () => unknown;
}): void {
  modals.openConfirmModal({
    title: options.title,
    children: (
      <Stack gap="sm">
        <Group gap={6}>
          <Code fz="sm">{options.what}</Code>
        </Group>
        {options.consequence && (
          <Text size="sm" component="div">
            {options.consequence}
          </Text>
        )}
      </Stack>
    ),
    labels: { confirm: options.button, cancel: t('Cancel') },
    confirmProps: { color: 'red' },
    onConfirm: () => void options.run(),
  });
}
