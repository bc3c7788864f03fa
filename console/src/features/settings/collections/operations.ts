// Several operations of one text, each with the fragments it needs.
import { parse, print, separateOperations } from 'graphql';
import { t } from '../../../kit/i18n';

export interface NamedOperation {
  name: string;
  query: string;
}

/** Takes a document apart; every operation needs a name. */
export function splitOperations(text: string): NamedOperation[] {
  const separate = separateOperations(parse(text));
  const operations = Object.entries(separate).map(([name, document]) => {
    if (!name) throw new Error(t('Every operation needs a name.'));
    return { name, query: print(document) };
  });
  if (operations.length === 0) throw new Error(t('There is no operation in it.'));
  return operations;
}
