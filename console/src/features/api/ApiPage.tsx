// GraphQL tried as any role (AA1): GraphiQL with a role and session editor, an analysis of what runs
// on PostgreSQL, code for other programs, and operations kept on the server.
import './workers';
import 'graphiql/style.css';
import './graphiql.css';
import { useComputedColorScheme } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import type { TabsState } from '@graphiql/react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useRef } from 'react';
import { apiUrl } from '../../kit/api';
import { t } from '../../kit/i18n';
import { identityOf, useSessionVariables } from '../../kit/identity';
import { IdentityBar, Page } from '../../kit/ui';
import { makeFetcher } from './fetcher';
import { nameControls } from './names';
import { savedPlugin } from './SavedPlugin';
import { Tools } from './Tools';

const route = getRouteApi('/api');
// Made once: GraphiQL compares plugins by identity.
const plugins = [explorerPlugin({ showAttribution: false }), HISTORY_PLUGIN, savedPlugin];

const firstQuery = `# Write a query here and press Ctrl-Enter to run it. Ctrl-Space completes.
# The explorer on the left clicks one together; choose above as whom you ask.
`;

export function ApiPage() {
  const { role = 'admin', query, variables } = route.useSearch();
  const navigate = useNavigate();
  const scheme = useComputedColorScheme('light');
  const sessionVariables = useSessionVariables();
  const identity = useMemo(() => identityOf(role, sessionVariables), [role, sessionVariables]);
  const current = useRef(identity);
  current.current = identity;
  const fetcher = useMemo(() => makeFetcher(() => current.current), []);
  // What the address held when the page was opened; later it follows the editor.
  const initial = useRef({ query, variables }).current;

  const remember = useDebouncedCallback((state: TabsState) => {
    const tab = state.tabs[state.activeTabIndex];
    if (!tab) return;
    void navigate({
      to: '/api',
      replace: true,
      search: (before: Record<string, unknown>) => ({
        ...before,
        query: tab.query?.trim() ? tab.query : undefined,
        variables: tab.variables?.trim() ? tab.variables : undefined,
      }),
    });
  }, 400);
  // Leaving the page must not lead back to it.
  useEffect(() => () => remember.cancel(), [remember]);

  const root = useRef<HTMLDivElement>(null);
  useEffect(() => (root.current ? nameControls(root.current) : undefined), []);

  return (
    <Page
      title={t('API')}
      fill
      description={<span className="mono">{apiUrl('v1/graphql').href}</span>}
      actions={
        <IdentityBar
          role={role}
          onRole={(next) =>
            void navigate({
              to: '/api',
              search: (before: Record<string, unknown>) => ({
                ...before,
                role: next === 'admin' ? undefined : next,
              }),
            })
          }
        />
      }
    >
      <div ref={root} style={{ display: 'contents' }}>
        <GraphiQL
          fetcher={fetcher}
          plugins={plugins}
          visiblePlugin={plugins[0]}
          initialQuery={initial.query}
          initialVariables={initial.variables}
          defaultQuery={firstQuery}
          defaultEditorToolsVisibility={initial.variables ? 'variables' : undefined}
          forcedTheme={scheme}
          showPersistHeadersSettings={false}
          shouldPersistHeaders={false}
          inputValueDeprecation={false}
          onTabChange={remember}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
          <GraphiQL.Toolbar>
            {({ prettify, copy, merge }) => (
              <>
                {prettify}
                {merge}
                {copy}
                <Tools identity={identity} />
              </>
            )}
          </GraphiQL.Toolbar>
        </GraphiQL>
      </div>
    </Page>
  );
}
