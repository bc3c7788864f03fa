// Buttons of the toolbar: analyse, code, save. They also make GraphiQL read the schema again when
// the identity changes, and when the server is back.
import { Drawer } from '@mantine/core';
import { ToolbarButton, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { IconCode, IconDeviceFloppy, IconReportAnalytics } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { onServerBack, type Identity } from '../../kit/api';
import { usePageCommands } from '../../kit/commands';
import { t } from '../../kit/i18n';
import { AnalysePanel } from './AnalysePanel';
import { CodePanel } from './CodePanel';
import { SaveModal } from './SaveModal';

/** The operation in the editors. */
export interface Operation {
  query: string;
  variables: string;
  operationName: string | undefined;
}

export function Tools({ identity }: { identity: Identity | undefined }) {
  const { introspect } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const operationName = useGraphiQL((state) => state.operationName);
  const [panel, setPanel] = useState<'analyse' | 'code' | 'save'>();
  const [operation, setOperation] = useState<Operation>({
    query: '',
    variables: '',
    operationName: undefined,
  });

  const who = JSON.stringify(identity ?? null);
  const asked = useRef(who);
  useEffect(() => {
    if (asked.current === who) return;
    asked.current = who;
    void introspect();
  }, [who, introspect]);
  useEffect(() => onServerBack(() => void introspect()), [introspect]);

  const open = useMemo(
    () => (which: 'analyse' | 'code' | 'save') => {
      setOperation({
        query: queryEditor?.getValue() ?? '',
        variables: variableEditor?.getValue() ?? '',
        operationName: operationName ?? undefined,
      });
      setPanel(which);
    },
    [queryEditor, variableEditor, operationName],
  );
  const commands = useMemo(
    () => [
      { id: 'api-analyse', label: t('Analyse this query'), run: () => open('analyse') },
      { id: 'api-code', label: t('Code for this operation'), run: () => open('code') },
      { id: 'api-save', label: t('Save this operation'), run: () => open('save') },
    ],
    [open],
  );
  usePageCommands(commands);
  const close = () => setPanel(undefined);

  return (
    <>
      <ToolbarButton label={t('Analyse: SQL and plan')} onClick={() => open('analyse')}>
        <IconReportAnalytics size={20} stroke={1.6} className="graphiql-toolbar-icon" />
      </ToolbarButton>
      <ToolbarButton label={t('Code for other programs')} onClick={() => open('code')}>
        <IconCode size={20} stroke={1.6} className="graphiql-toolbar-icon" />
      </ToolbarButton>
      <ToolbarButton label={t('Save this operation')} onClick={() => open('save')}>
        <IconDeviceFloppy size={20} stroke={1.6} className="graphiql-toolbar-icon" />
      </ToolbarButton>
      <Drawer
        opened={panel === 'analyse'}
        onClose={close}
        position="right"
        size="xl"
        title={t('What PostgreSQL does')}
      >
        {panel === 'analyse' && <AnalysePanel operation={operation} identity={identity} />}
      </Drawer>
      <Drawer
        opened={panel === 'code'}
        onClose={close}
        position="right"
        size="xl"
        title={t('This operation in a program')}
      >
        {panel === 'code' && <CodePanel operation={operation} identity={identity} />}
      </Drawer>
      {panel === 'save' && <SaveModal operation={operation} onClose={close} />}
    </>
  );
}
