// Who may do what with a table (AA13): the grid of roles and actions, and the editor of one cell.
import { IconLockQuestion } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import {
  permissionKinds,
  rolesOf,
  tableQuery,
  trackedTable,
  useMetadata,
  useSource,
  type PermissionKind,
} from '../../kit/api';
import { t } from '../../kit/i18n';
import { EmptyState } from '../../kit/ui';
import { AccessCell } from './AccessCell';
import { AccessLegend, AccessMark } from './AccessMark';
import { accessOf, entryOf } from './model';
import { NewRole } from './NewRole';
import { PermissionEditor } from './PermissionEditor';
import classes from './PermissionsTab.module.css';

const route = getRouteApi('/data/$source/$schema/$table/permissions');

export function PermissionsTab() {
  const { source, schema, table } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate();
  const metadata = useMetadata();
  const tracked = trackedTable(useSource(source), schema, table);
  const { data: detail } = useSuspenseQuery(tableQuery(source, schema, table));
  const known = rolesOf(metadata);
  const roles = search.role && !known.includes(search.role) ? [...known, search.role] : known;
  if (!tracked || !detail) {
    return (
      <EmptyState icon={IconLockQuestion} title={t('This table is not tracked')}>
        {t('Only tracked tables are in the API, and only those have permissions.')}
      </EmptyState>
    );
  }
  const look = (role: string | undefined, action: PermissionKind | undefined) =>
    void navigate({ to: '.', search: { role, action } });
  const entry =
    search.role && search.action ? entryOf(tracked, search.action, search.role) : undefined;

  return (
    <div className={classes.split}>
      <div className={classes.side}>
        <table className={classes.grid} aria-label={t('Permissions by role and action')}>
          <thead>
            <tr>
              <th scope="col">{t('Role')}</th>
              {permissionKinds.map((kind) => (
                <th scope="col" key={kind}>
                  {kind}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">admin</th>
              {permissionKinds.map((kind) => (
                <td key={kind}>
                  <span className={classes.fixed} title={t('Administrators may do everything')}>
                    <AccessMark access="full" />
                  </span>
                </td>
              ))}
            </tr>
            {roles.map((role) => (
              <tr key={role}>
                <th scope="row">{role}</th>
                {permissionKinds.map((kind) => {
                  const access = accessOf(
                    entryOf(tracked, kind, role)?.permission,
                    kind,
                    detail.columns.length,
                  );
                  const active = search.role === role && search.action === kind;
                  return (
                    <td key={kind}>
                      <AccessCell
                        role={role}
                        action={kind}
                        access={access}
                        active={active}
                        onClick={() => look(role, kind)}
                      />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <NewRole onAdd={(role) => look(role, 'select')} />
        <AccessLegend mt="md" />
      </div>
      <div className={classes.editor}>
        {search.role && search.action ? (
          <PermissionEditor
            // What is saved elsewhere begins the editor anew.
            key={`${search.role}.${search.action}.${JSON.stringify(entry ?? null)}`}
            source={source}
            detail={detail}
            tracked={tracked}
            role={search.role}
            kind={search.action}
            onClose={() => look(undefined, undefined)}
          />
        ) : (
          <EmptyState icon={IconLockQuestion} title={t('Choose a role and an action')}>
            {t('What a role may not see is not there for it: columns, rows, and the table itself.')}
          </EmptyState>
        )}
      </div>
    </div>
  );
}
