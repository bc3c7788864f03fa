// Why a role does not see a row: its rule, condition by condition, asked of that row.
import { post, type BoolExp, type QualifiedName } from '../../kit/api';
import { parseRule, toExpression, withSession, type Rule } from './rules';

/** A condition with its answer. */
export interface Verdict {
  /** `all of`, `any of`, `not`, or the condition itself. */
  label: string;
  holds: boolean;
  children: Verdict[];
}

interface Asked {
  label: string;
  expression: BoolExp;
  children: Asked[];
}

function plan(rule: Rule): Asked {
  const expression = toExpression(rule);
  switch (rule.kind) {
    case 'all':
      return { label: 'all of', expression, children: rule.rules.map(plan) };
    case 'any':
      return { label: 'any of', expression, children: rule.rules.map(plan) };
    case 'not':
      return { label: 'not', expression, children: [plan(rule.rule)] };
    default:
      return { label: JSON.stringify(expression), expression, children: [] };
  }
}

function flat(asked: Asked): Asked[] {
  return [asked, ...asked.children.flatMap(flat)];
}

/** Nothing where there is no such row; else the rule with its answers. */
export async function explainRow(
  source: string,
  table: QualifiedName,
  key: Record<string, string>,
  filter: BoolExp,
  session: Record<string, string>,
): Promise<Verdict | undefined> {
  const row = Object.entries(key).map(([name, value]) => ({ [name]: { _eq: value } }));
  const count = (where: BoolExp) => ({
    type: 'count',
    args: { source, table, where: { _and: [...row, withSession(where, session)] } },
  });
  const root = plan(parseRule(filter, () => 'unknown'));
  const all = flat(root);
  const answers = await post<{ count: number }[]>('v2/query', {
    type: 'bulk',
    args: [count({}), ...all.map((asked) => count(asked.expression))],
  });
  if ((answers[0]?.count ?? 0) === 0) return undefined;
  let next = 1;
  const judge = (asked: Asked): Verdict => {
    const holds = (answers[next]?.count ?? 0) > 0;
    next += 1;
    return { label: asked.label, holds, children: asked.children.map(judge) };
  };
  return judge(root);
}
