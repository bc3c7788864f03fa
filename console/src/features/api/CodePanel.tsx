// The operation as code, to be copied.
import { Button, CopyButton, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';
import { apiUrl, type Identity } from '../../kit/api';
import { CodeEditor } from '../../kit/editor/CodeEditor';
import { t } from '../../kit/i18n';
import { codeFor, languages, type Language } from './code';
import type { Operation } from './Tools';

export function CodePanel(props: { operation: Operation; identity: Identity | undefined }) {
  const [language, setLanguage] = useState<Language>('curl');
  const code = codeFor(language, {
    url: apiUrl('v1/graphql').href,
    query: props.operation.query,
    variables: props.operation.variables,
    operationName: props.operation.operationName,
    role: props.identity?.role,
    sessionVariables: props.identity?.variables ?? {},
  });
  return (
    <Stack>
      <Group justify="space-between">
        <SegmentedControl
          aria-label={t('Language')}
          value={language}
          onChange={(value) => setLanguage(value as Language)}
          data={[...languages]}
        />
        <CopyButton value={code}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
              onClick={copy}
            >
              {copied ? t('Copied') : t('Copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <CodeEditor
        key={language}
        language="text"
        label={t('Code')}
        value={code}
        readOnly
        maxHeight="70vh"
      />
      <Text size="xs" c="dimmed">
        {t('The admin secret is left out; put a token in its place in programs of others.')}
      </Text>
    </Stack>
  );
}
