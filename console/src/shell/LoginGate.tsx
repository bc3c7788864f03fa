// Nothing is asked of the server before the admin secret is there, where one is needed.
import {
  Box,
  Button,
  Center,
  Checkbox,
  Paper,
  PasswordInput,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useState, useSyncExternalStore, type FormEvent, type ReactNode } from 'react';
import {
  adminSecret,
  asApiError,
  checkSecret,
  config,
  onSecretChange,
  queryClient,
  setAdminSecret,
} from '../kit/api';
import { t } from '../kit/i18n';
import { ErrorPanel } from '../kit/ui';
import { Logo } from './Logo';

export function LoginGate({ children }: { children: ReactNode }) {
  const secret = useSyncExternalStore(onSecretChange, adminSecret);
  if (!config().needsAdminSecret || secret !== undefined) return children;
  return <Login />;
}

function Login() {
  const [value, setValue] = useState('');
  const [remember, setRemember] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await checkSecret(value);
      queryClient.clear();
      setAdminSecret(value, remember);
    } catch (reason) {
      setError(reason);
      setBusy(false);
    }
  }

  const denied = error !== undefined && asApiError(error).isDenied;
  return (
    <Center mih="100%" p="md" component="main">
      <Paper withBorder shadow="sm" p="xl" w={400} component="form" onSubmit={submit}>
        <Stack gap="md">
          <Box>
            <Logo />
            <Title order={1} mt="lg">
              {t('Sign in')}
            </Title>
            <Text size="sm" c="dimmed" mt={4}>
              {t('This server is protected by an admin secret.')}
            </Text>
          </Box>
          <PasswordInput
            label={t('Admin secret')}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
            error={denied ? t('This is not the admin secret of this server.') : undefined}
            autoFocus
            required
            autoComplete="current-password"
            data-testid="secret"
          />
          <Checkbox
            label={t('Keep it until this tab is closed')}
            description={t('Otherwise a reload of the page asks for it again.')}
            checked={remember}
            onChange={(event) => setRemember(event.currentTarget.checked)}
          />
          {error !== undefined && !denied && <ErrorPanel error={error} />}
          <Button type="submit" size="sm" loading={busy}>
            {t('Sign in')}
          </Button>
        </Stack>
      </Paper>
    </Center>
  );
}
