// A logical model: its name and fields, made or changed.
import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { bulk, metadataChanged, useSource, type LogicalModel } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { ErrorPanel, useAction } from '../../../kit/ui';
import { Section } from '../structure/StructureTab';
import { FieldRows } from './FieldRows';
import {
  fieldDrafts,
  fieldProblem,
  graphqlName,
  modelFields,
  newField,
  saveModel,
  type FieldDraft,
} from './native';

export function ModelForm(props: { source: string; before?: LogicalModel }) {
  const { source, before } = props;
  const navigate = useNavigate();
  const others = (useSource(source)?.logical_models ?? []).map((model) => model.name);
  const [name, setName] = useState(before?.name ?? '');
  const [description, setDescription] = useState(before?.description ?? '');
  const [fields, setFields] = useState<FieldDraft[]>(() =>
    before ? fieldDrafts(before) : [newField()],
  );
  const problem = fieldProblem(fields);
  const save = useAction({
    quiet: true,
    run: () =>
      bulk(
        saveModel(
          source,
          {
            ...before,
            name: name.trim(),
            fields: modelFields(fields),
            description: description.trim() || undefined,
          },
          before,
        ),
      ),
    success: t('{{name}} was saved', { name: name.trim() }),
    after: async () => {
      await metadataChanged();
      if (!before) {
        await navigate({
          to: '/data/$source/~models/$model',
          params: { source, model: name.trim() },
        });
      }
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="lg" maw={1080}>
        <Group align="flex-start">
          <TextInput
            label={t('Name')}
            description={t('It is the type in GraphQL.')}
            w={280}
            value={name}
            disabled={before !== undefined}
            error={name && !graphqlName.test(name.trim()) ? t('No name of GraphQL') : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            autoFocus={!before}
          />
          <TextInput
            label={t('Description')}
            description={t('It is shown in the GraphQL schema.')}
            flex={1}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
        </Group>
        <Section title={t('Fields')}>
          <FieldRows
            noun={t('field')}
            label={t('Fields')}
            source={source}
            value={fields}
            onChange={setFields}
            models={[...new Set([...others, name.trim()])].filter(Boolean)}
          />
          <FieldProblem problem={problem} />
        </Section>
        {save.error && <ErrorPanel error={save.error} />}
        <Group>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={
              problem !== undefined || fields.length === 0 || !graphqlName.test(name.trim())
            }
          >
            {before ? t('Save') : t('Create logical model')}
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
