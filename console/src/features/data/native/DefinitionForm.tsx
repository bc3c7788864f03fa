// The form of a native query or a logical model: name and description first, what goes wrong and the
// button last.
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '../../../kit/i18n';
import { ErrorPanel } from '../../../kit/ui';
import { graphqlName, type fieldProblem } from './native';

interface Props {
  /** What the name is, and what it is good for. */
  nameLabel: string;
  nameHelp: string;
  name: string;
  onName: (name: string) => void;
  /** The name cannot be changed any more. */
  fixedName?: boolean;
  description: string;
  onDescription: (description: string) => void;
  children: ReactNode;
  error: unknown;
  button: string;
  isNew: boolean;
  busy: boolean;
  ready: boolean;
  onSave: () => void;
}

export function DefinitionForm(props: Props) {
  const { name } = props;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onSave();
      }}
    >
      <Stack gap="lg" maw={1080}>
        <Group align="flex-start">
          <TextInput
            label={props.nameLabel}
            description={props.nameHelp}
            w={280}
            value={name}
            disabled={props.fixedName}
            error={name && !graphqlName.test(name.trim()) ? t('No name of GraphQL') : undefined}
            onChange={(event) => props.onName(event.currentTarget.value)}
            required
            autoFocus={props.isNew}
          />
          <TextInput
            label={t('Description')}
            description={t('It is shown in the GraphQL schema.')}
            flex={1}
            value={props.description}
            onChange={(event) => props.onDescription(event.currentTarget.value)}
          />
        </Group>
        {props.children}
        {props.error !== null && <ErrorPanel error={props.error} />}
        <Group>
          <Button
            type="submit"
            loading={props.busy}
            disabled={!props.ready || !graphqlName.test(name.trim())}
          >
            {props.button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** What is wrong with names, where it is not plain to see. */
export function FieldProblem({ problem }: { problem: ReturnType<typeof fieldProblem> }) {
  if (problem !== 'double' && problem !== 'name') return null;
  return (
    <Text size="xs" c="red" role="alert" mt={4}>
      {problem === 'double'
        ? t('Two of them have the same name.')
        : t('Names are of letters, digits and _, and begin with no digit.')}
    </Text>
  );
}
