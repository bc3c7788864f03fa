// What a person can do about an inconsistent object.
import type { InconsistentObject } from '../../../kit/api';
import { t } from '../../../kit/i18n';

export function remedy(object: Pick<InconsistentObject, 'type'>): string {
  const { type } = object;
  if (type === 'source') {
    return t('Check that the database runs and that its URL is right, then reload the metadata.');
  }
  if (type === 'table' || type === 'function') {
    return t(
      'Was it dropped or renamed in the database? Create it again and reload, or untrack it here.',
    );
  }
  if (type.endsWith('_relation') || type === 'remote_relationship') {
    return t(
      'The columns or the foreign key it goes by have changed. Drop the relationship and make it anew.',
    );
  }
  if (type.endsWith('_permission') || type.includes('permission')) {
    return t(
      'It names a column or a relationship that is not there. Edit the permission of this role.',
    );
  }
  if (type === 'computed_field') {
    return t('Its function was changed or dropped. Mend the function and reload the metadata.');
  }
  if (type === 'inherited_role') {
    return t('One of its roles does not exist. Edit the inherited role.');
  }
  if (type === 'query_collections') {
    return t(
      'It asks for something that the schema does not have. Bring that back, or store the query anew.',
    );
  }
  return t('Mend what the reason names, then reload the metadata; or drop the object.');
}
