// A logical model: its name and fields, made or changed.
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { bulk, metadataChanged, useSource, type LogicalModel } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import { useAction, Section } from '../../../kit/ui';
import { DefinitionForm, FieldProblem } from './DefinitionForm';
import { FieldRows } from './FieldRows';
import {
  fieldDrafts,
  fieldProblem,
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
    <DefinitionForm
      nameLabel={t('Name')}
      nameHelp={t('It is the type in GraphQL.')}
      name={name}
      onName={setName}
      fixedName={before !== undefined}
      description={description}
      onDescription={setDescription}
      error={save.error}
      button={before ? t('Save') : t('Create logical model')}
      isNew={!before}
      busy={save.isPending}
      ready={problem === undefined && fields.length > 0}
      onSave={() => save.mutate()}
    >
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
    </DefinitionForm>
  );
}
