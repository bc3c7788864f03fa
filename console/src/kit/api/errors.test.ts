import { expect, it } from 'vitest';
import { ApiError, detailOf } from './errors';

const withInternal = (internal: unknown) => new ApiError('no', 400, 'unexpected', '$', internal);
const postgres = {
  error: { message: 'relation "x" does not exist', hint: null, description: 'so' },
};

it("tells PostgreSQL's words and the reasons of inconsistent objects", () => {
  expect(detailOf(withInternal(postgres))).toBe('relation "x" does not exist\nso');
  expect(detailOf(withInternal([postgres]))).toBe('relation "x" does not exist\nso');
  expect(
    detailOf(withInternal([{ reason: 'first', message: postgres }, { reason: 'second' }])),
  ).toBe('first\nrelation "x" does not exist\nso\nsecond');
  expect(detailOf(withInternal([{ reason: 'first', message: 'in words' }]))).toBe(
    'first\nin words',
  );
  expect(detailOf(withInternal([[{ reason: 'first' }], [{ reason: 'second' }]]))).toBe(
    'first\nsecond',
  );
  expect(detailOf(withInternal(undefined))).toBeUndefined();
  expect(detailOf(withInternal('text'))).toBeUndefined();
  expect(detailOf(withInternal([null]))).toBeUndefined();
});
