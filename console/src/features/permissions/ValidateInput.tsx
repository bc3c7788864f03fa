// A webhook that is asked before rows are written: its address, headers and patience.
import {
  ActionIcon,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  TextInput,
  Tooltip,
} from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { t } from '../../kit/i18n';
import { AddButton } from '../../kit/ui';
import type { InputHeader, InputValidation } from './model';

const fresh: InputValidation = { type: 'http', definition: { url: '' } };

export function ValidateInput(props: {
  value: InputValidation | undefined;
  onChange: (value: InputValidation | undefined) => void;
}) {
  const { value, onChange } = props;
  const definition = value?.definition;
  const set = (part: Partial<InputValidation['definition']>) =>
    onChange({ ...(value ?? fresh), definition: { url: '', ...definition, ...part } });
  const headers = definition?.headers ?? [];
  const setHeaders = (next: InputHeader[]) => set({ headers: next.length > 0 ? next : undefined });
  return (
    <Stack gap="sm" role="group" aria-label={t('Validation by a webhook')}>
      <Switch
        label={t('Ask a webhook first')}
        description={t('It is sent what is to be written, and may refuse it with a message.')}
        checked={value !== undefined}
        onChange={(event) => onChange(event.currentTarget.checked ? fresh : undefined)}
      />
      {definition && (
        <>
          <Group align="flex-end">
            <TextInput
              label={t('URL of the webhook')}
              description={t('Variables of the environment stand in it as {{NAME}}.', {
                NAME: '{{NAME}}',
              })}
              placeholder="https://example.org/validate"
              flex={1}
              value={definition.url}
              onChange={(event) => set({ url: event.currentTarget.value })}
              required
            />
            <NumberInput
              label={t('Seconds to wait')}
              w={140}
              min={1}
              placeholder="10"
              allowDecimal={false}
              value={definition.timeout ?? ''}
              onChange={(next) => set({ timeout: next === '' ? undefined : Number(next) })}
            />
          </Group>
          <Switch
            label={t('Forward the headers of the client')}
            checked={definition.forward_client_headers ?? false}
            onChange={(event) =>
              set({ forward_client_headers: event.currentTarget.checked || undefined })
            }
          />
          {headers.map((header, index) => {
            const number = index + 1;
            const fromEnv = header.value_from_env !== undefined;
            const text = header.value_from_env ?? header.value ?? '';
            const put = (next: InputHeader) =>
              setHeaders(headers.map((h, i) => (i === index ? next : h)));
            return (
              <Group key={index} gap={6} wrap="nowrap">
                <TextInput
                  aria-label={t('Name of header {{number}}', { number })}
                  placeholder="x-key"
                  w={200}
                  value={header.name}
                  onChange={(event) => put({ ...header, name: event.currentTarget.value })}
                />
                <Select
                  aria-label={t('Origin of header {{number}}', { number })}
                  w={170}
                  allowDeselect={false}
                  data={[
                    { value: 'value', label: t('value') },
                    { value: 'env', label: t('environment variable') },
                  ]}
                  value={fromEnv ? 'env' : 'value'}
                  onChange={(origin) =>
                    put(
                      origin === 'env'
                        ? { name: header.name, value_from_env: text }
                        : { name: header.name, value: text },
                    )
                  }
                />
                <TextInput
                  aria-label={t('Value of header {{number}}', { number })}
                  flex={1}
                  value={text}
                  onChange={(event) => {
                    const next = event.currentTarget.value;
                    put(
                      fromEnv
                        ? { name: header.name, value_from_env: next }
                        : { name: header.name, value: next },
                    );
                  }}
                />
                <Tooltip label={t('Remove')}>
                  <ActionIcon
                    aria-label={t('Remove header {{number}}', { number })}
                    onClick={() => setHeaders(headers.filter((_, i) => i !== index))}
                  >
                    <IconX size={14} />
                  </ActionIcon>
                </Tooltip>
              </Group>
            );
          })}
          <Group>
            <AddButton
              label={t('Add header')}
              onClick={() => setHeaders([...headers, { name: '', value: '' }])}
            />
          </Group>
        </>
      )}
    </Stack>
  );
}
