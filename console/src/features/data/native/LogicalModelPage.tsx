// One logical model: its fields, and who sees what of it.
import { Button } from '@mantine/core';
import { IconShapeOff } from '@tabler/icons-react';
import { getRouteApi, Outlet, useNavigate } from '@tanstack/react-router';
import { metadataChanged, metadataCommand, useSource } from '../../../kit/api';
import { t } from '../../../kit/i18n';
import {
  AnchorLink,
  confirmDestruction,
  EmptyState,
  LinkTabs,
  Page,
  useAction,
} from '../../../kit/ui';
import classes from '../structure/StructureTab.module.css';
import { ModelForm } from './ModelForm';

const route = getRouteApi('/data/$source/~models/$model');
const newRoute = getRouteApi('/data/$source/~models/~new');

export function LogicalModelPage() {
  const { source, model: name } = route.useParams();
  const navigate = useNavigate();
  const model = useSource(source)?.logical_models?.find((m) => m.name === name);
  const drop = useAction({
    run: () => metadataCommand('pg_untrack_logical_model', { source, name }),
    success: t('{{name}} was dropped', { name }),
    after: async () => {
      await navigate({ to: '/data/$source/~models', params: { source } });
      await metadataChanged();
    },
  });
  if (!model) {
    return (
      <EmptyState icon={IconShapeOff} title={t('There is no logical model of this name')}>
        {name}
      </EmptyState>
    );
  }
  const params = { source, model: name };
  return (
    <Page
      title={name}
      fill
      description={
        <AnchorLink size="sm" to="/data/$source/~models" params={{ source }}>
          {t('Logical models of {{source}}', { source })}
        </AnchorLink>
      }
      actions={
        <Button
          variant="light"
          color="red"
          loading={drop.isPending}
          onClick={() =>
            confirmDestruction({
              title: t('Drop this logical model?'),
              what: name,
              consequence: t('Its permissions go with it; the database stays as it is.'),
              button: t('Drop'),
              run: () => drop.mutate(),
            })
          }
        >
          {t('Drop')}
        </Button>
      }
      tabs={
        <LinkTabs
          label={t('Parts of the logical model')}
          tabs={[
            { label: t('Fields'), link: { to: '/data/$source/~models/$model', params } },
            {
              label: t('Permissions'),
              link: { to: '/data/$source/~models/$model/permissions', params },
            },
          ]}
        />
      }
    >
      <Outlet />
    </Page>
  );
}

export function ModelFieldsTab() {
  const { source, model: name } = route.useParams();
  const model = useSource(source)?.logical_models?.find((m) => m.name === name);
  return (
    <div className={classes.content}>
      <ModelForm key={JSON.stringify(model)} source={source} before={model} />
    </div>
  );
}

export function NewModelPage() {
  const { source } = newRoute.useParams();
  return (
    <Page title={t('New logical model')} description={source}>
      <ModelForm source={source} />
    </Page>
  );
}
