import { describe, expect, it } from 'vitest';
import type { LogicalModel, NativeQuery } from '../../../kit/api';
import {
  argumentDrafts,
  argumentsIn,
  columnsSql,
  exampleOperation,
  fieldDrafts,
  fieldProblem,
  modelFields,
  newField,
  queryArguments,
  returnedModel,
  saveModel,
  saveQuery,
  typesSql,
  withoutArguments,
} from './native';

const model: LogicalModel = {
  name: 'sale',
  fields: [
    { name: 'id', type: { scalar: 'integer', nullable: false } },
    { name: 'note', type: { scalar: 'text', nullable: true }, description: 'what was said' },
    { name: 'buyer', type: { logical_model: 'person', nullable: true } },
    { name: 'lines', type: { array: { logical_model: 'line', nullable: false }, nullable: false } },
    { name: 'odd', type: { array: { array: { scalar: 'text' } } }, kept: 1 },
  ],
};
const query: NativeQuery = {
  root_field_name: 'sales',
  code: 'select 1 as id where {{least}} < 2',
  returns: 'sale',
  arguments: { least: { type: 'integer' }, name: { type: 'text', nullable: true } },
};

describe('forms of native queries and logical models', () => {
  it('give back what they were made of', () => {
    expect(
      modelFields(fieldDrafts(model)).map((f) => JSON.parse(JSON.stringify(f)) as unknown),
    ).toEqual([
      ...model.fields.slice(0, 4),
      { name: 'odd', type: { array: { array: { scalar: 'text' } }, nullable: false }, kept: 1 },
    ]);
    expect(queryArguments(argumentDrafts(query))).toMatchObject({
      least: { type: 'integer', nullable: false },
      name: { type: 'text', nullable: true },
    });
  });

  it('know what a query returns', () => {
    expect(returnedModel(query, [model])).toBe(model);
    expect(returnedModel(query, undefined)).toBeUndefined();
    const own = { ...query, returns: { fields: model.fields } };
    expect(returnedModel(own, [model])).toEqual({ name: 'sales', fields: model.fields });
  });

  it('find arguments in SQL', () => {
    expect(argumentsIn('where a = {{ x }} or b = {{y}} or {{x}} is null')).toEqual(['x', 'y']);
    expect(argumentsIn('select {{}}')).toEqual([]);
  });

  it('ask for columns with nothing in the place of arguments', () => {
    const code = withoutArguments('select {{a}} as "A b" -- all\n; ', [
      newField({ name: 'a', type: 'int' }),
    ]);
    expect(code).toBe('select (null::int) as "A b" -- all\n');
    expect(columnsSql(code)).toContain('from (\nselect (null::int)');
    expect(typesSql(code, ['A b'])).toContain('pg_typeof(t."A b")');
  });

  it('say what is wrong with names', () => {
    expect(fieldProblem([newField({ name: 'a' }), newField({ name: 'a' })])).toBe('double');
    expect(fieldProblem([newField()])).toBe('empty');
    expect(fieldProblem([newField({ name: 'a b' })])).toBe('name');
    expect(fieldProblem([newField({ name: 'a' }), newField({ name: 'b' })])).toBeUndefined();
  });
});

describe('commands', () => {
  it('track what is new by itself, and replace in one step', () => {
    expect(saveQuery('db', query, undefined).type).toBe('pg_track_native_query');
    const replaced = saveQuery('db', { ...query, root_field_name: 'sold' }, query, model);
    expect(replaced.type).toBe('bulk_atomic');
    expect((replaced.args as { type: string }[]).map((c) => c.type)).toEqual([
      'pg_untrack_native_query',
      'pg_track_logical_model',
      'pg_track_native_query',
    ]);
  });

  it('keep the permissions of a logical model that is replaced', () => {
    const guarded: LogicalModel = {
      ...model,
      select_permissions: [{ role: 'user', permission: { columns: ['id'], filter: {} } }],
    };
    const commands = saveModel('db', guarded, guarded);
    expect(commands.map((c) => c.type)).toEqual([
      'bulk_atomic',
      'pg_create_logical_model_select_permission',
    ]);
    expect(JSON.stringify(commands[0])).not.toContain('select_permissions');
  });
});

it('an example asks for what needs no relationship', () => {
  expect(exampleOperation(query, model)).toBe(
    '{\n  sales(args: {least: 1}, limit: 10) {\n    id\n    note\n  }\n}\n',
  );
});
