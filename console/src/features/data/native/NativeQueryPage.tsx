// One native query: its SQL, arguments, what it returns and leads to (AA15).
import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { IconDatabaseOff, IconPlayerPlay, IconTrash, IconWand } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import {
  metadataChanged,
  metadataCommand,
  runSql,
  useSource,
  type LogicalModel,
  type NativeQuery,
} from '../../../kit/api';
import { CodeEditor } from '../../../kit/editor/CodeEditor';
import { t } from '../../../kit/i18n';
import {
  AnchorLink,
  ButtonLink,
  confirmDestruction,
  EmptyState,
  ErrorPanel,
  Page,
  useAction,
  Section,
} from '../../../kit/ui';
import { DefinitionForm, FieldProblem } from './DefinitionForm';
import { FieldRows } from './FieldRows';
import {
  argumentDrafts,
  argumentsIn,
  columnsSql,
  exampleOperation,
  fieldProblem,
  graphqlName,
  modelFields,
  newField,
  queryArguments,
  returnedModel,
  saveQuery,
  typesSql,
  withoutArguments,
  type FieldDraft,
} from './native';
import { QueryRelationships } from './QueryRelationships';

const route = getRouteApi('/data/$source/~native/$query');
const newRoute = getRouteApi('/data/$source/~native/~new');

export function NativeQueryPage() {
  const { source, query: name } = route.useParams();
  const query = useSource(source)?.native_queries?.find((q) => q.root_field_name === name);
  if (!query) {
    return (
      <EmptyState icon={IconDatabaseOff} title={t('There is no native query of this name')}>
        {name}
      </EmptyState>
    );
  }
  return <Editor key={JSON.stringify(query)} source={source} before={query} />;
}

export function NewNativeQueryPage() {
  const { source } = newRoute.useParams();
  return <Editor source={source} />;
}

/** The choice that makes a logical model with the query. */
const aNewModel = '\u0000new';

/** The choice that leaves a query the shape that only it has. */
const itsOwn = '\u0000own';

function Editor({ source, before }: { source: string; before?: NativeQuery }) {
  const navigate = useNavigate();
  const models = useSource(source)?.logical_models ?? [];
  const [name, setName] = useState(before?.root_field_name ?? '');
  const [description, setDescription] = useState(before?.description ?? '');
  const [code, setCode] = useState(before?.code ?? '');
  const [args, setArgs] = useState<FieldDraft[]>(() => (before ? argumentDrafts(before) : []));
  const own = typeof before?.returns === 'object' ? before.returns : undefined;
  const [returns, setReturns] = useState<string>(
    typeof before?.returns === 'string'
      ? before.returns
      : own
        ? itsOwn
        : models.length === 0
          ? aNewModel
          : '',
  );
  const [modelName, setModelName] = useState('');
  const [fields, setFields] = useState<FieldDraft[]>([]);
  const [links, setLinks] = useState<
    Pick<NativeQuery, 'object_relationships' | 'array_relationships'>
  >({
    object_relationships: before?.object_relationships,
    array_relationships: before?.array_relationships,
  });

  const isNewModel = returns === aNewModel;
  const model: LogicalModel | undefined = isNewModel
    ? { name: modelName.trim(), fields: modelFields(fields) }
    : returns === itsOwn
      ? returnedModel(before, models)
      : models.find((m) => m.name === returns);
  const query: NativeQuery = {
    ...before,
    root_field_name: name.trim(),
    code,
    arguments: queryArguments(args),
    returns: isNewModel ? modelName.trim() : returns === itsOwn && own ? own : returns,
    description: description.trim() || undefined,
    ...links,
  };
  const missing = argumentsIn(code).filter((n) => !args.some((a) => a.name.trim() === n));
  const problem = fieldProblem(args);
  const modelProblem = isNewModel ? fieldProblem(fields) : undefined;
  const ready =
    code.trim() !== '' &&
    problem === undefined &&
    missing.length === 0 &&
    (typeof query.returns === 'object' || graphqlName.test(query.returns)) &&
    (!isNewModel || (fields.length > 0 && modelProblem === undefined));

  const save = useAction({
    quiet: true,
    run: () => {
      const command = saveQuery(source, query, before, isNewModel ? model : undefined);
      return metadataCommand(command.type, command.args);
    },
    success: t('{{name}} was saved', { name: query.root_field_name }),
    after: async () => {
      await metadataChanged();
      await navigate({
        to: '/data/$source/~native/$query',
        params: { source, query: query.root_field_name },
      });
    },
  });
  const drop = useAction({
    run: () =>
      metadataCommand('pg_untrack_native_query', {
        source,
        root_field_name: before?.root_field_name,
      }),
    success: t('{{name}} was dropped', { name: before?.root_field_name ?? '' }),
    after: async () => {
      await navigate({ to: '/data/$source/~native', params: { source } });
      await metadataChanged();
    },
  });
  const read = useAction({
    quiet: true,
    run: async () => {
      const plain = withoutArguments(code, args);
      const head = await runSql(source, columnsSql(plain), { readOnly: true });
      const columns = head.result?.[0] ?? [];
      const types = await runSql(source, typesSql(plain, columns), { readOnly: true });
      setFields(
        // Nothing tells whether a column may be null: to promise it is up to whoever knows.
        columns.map((column, i) =>
          newField({ name: column, type: types.result?.[1]?.[i] ?? 'text', nullable: true }),
        ),
      );
    },
  });

  return (
    <Page
      title={before?.root_field_name ?? t('New native query')}
      description={
        <AnchorLink size="sm" to="/data/$source/~native" params={{ source }}>
          {t('Native queries of {{source}}', { source })}
        </AnchorLink>
      }
      actions={
        before && (
          <>
            <ButtonLink
              variant="default"
              leftSection={<IconPlayerPlay size={14} />}
              to="/api"
              search={{ query: exampleOperation(before, model) }}
            >
              {t('Try it')}
            </ButtonLink>
            <Button
              variant="light"
              color="red"
              leftSection={<IconTrash size={14} />}
              loading={drop.isPending}
              onClick={() =>
                confirmDestruction({
                  title: t('Drop this native query?'),
                  what: before.root_field_name,
                  consequence: t('Its root field is gone; the logical model stays.'),
                  button: t('Drop'),
                  run: () => drop.mutate(),
                })
              }
            >
              {t('Drop')}
            </Button>
          </>
        )
      }
    >
      <DefinitionForm
        nameLabel={t('Root field')}
        nameHelp={t('Queries and subscriptions ask for it by this name.')}
        name={name}
        onName={setName}
        description={description}
        onDescription={setDescription}
        error={save.error}
        button={before ? t('Save') : t('Create native query')}
        isNew={!before}
        busy={save.isPending}
        ready={ready}
        onSave={() => save.mutate()}
      >
        <Section title={t('SQL')}>
          <Text size="xs" c="dimmed" mb={6}>
            {t(
              'One query. An argument stands in it as {{name}} and is passed as a value, never as text of the SQL.',
              { name: '{{name}}' },
            )}
          </Text>
          <CodeEditor
            language="sql"
            label={t('SQL')}
            value={code}
            onChange={setCode}
            minHeight={140}
            maxHeight="45vh"
          />
        </Section>
        <Section title={t('Arguments')}>
          <FieldRows
            noun={t('argument')}
            label={t('Arguments')}
            source={source}
            value={args}
            onChange={setArgs}
          />
          <FieldProblem problem={problem} />
          {missing.length > 0 && (
            <Group gap="xs" mt={6}>
              <Text size="sm" c="orange">
                {t('The SQL has arguments that are not declared: {{names}}.', {
                  names: missing.join(', '),
                })}
              </Text>
              <Button
                size="compact-xs"
                variant="light"
                onClick={() => setArgs([...args, ...missing.map((n) => newField({ name: n }))])}
              >
                {t('Declare them')}
              </Button>
            </Group>
          )}
        </Section>
        <Section title={t('Returns')}>
          <Group align="flex-end">
            <Select
              label={t('Logical model')}
              w={280}
              searchable
              allowDeselect={false}
              data={[
                { value: aNewModel, label: t('A new one …') },
                ...(own && before ? [{ value: itsOwn, label: before.root_field_name }] : []),
                ...models.map((m) => ({ value: m.name, label: m.name })),
              ]}
              value={returns}
              onChange={(value) => setReturns(value ?? '')}
            />
            {isNewModel && (
              <>
                <TextInput
                  label={t('Name of the logical model')}
                  w={280}
                  value={modelName}
                  onChange={(event) => setModelName(event.currentTarget.value)}
                  required
                />
                <Button
                  variant="default"
                  leftSection={<IconWand size={14} />}
                  disabled={!code.trim()}
                  loading={read.isPending}
                  onClick={() => read.mutate()}
                >
                  {t('Read the fields from the SQL')}
                </Button>
              </>
            )}
          </Group>
          {read.error && <ErrorPanel error={read.error} />}
          {isNewModel && (
            <Stack gap={4} mt="sm">
              <FieldRows
                noun={t('field')}
                label={t('Fields')}
                source={source}
                value={fields}
                onChange={setFields}
              />
              <FieldProblem problem={modelProblem} />
            </Stack>
          )}
        </Section>
        <QueryRelationships
          source={source}
          name={name}
          model={model}
          value={links}
          onChange={setLinks}
        />
      </DefinitionForm>
    </Page>
  );
}
