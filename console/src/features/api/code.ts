// An operation as code of other programs. The admin secret never gets into it.

export interface CodeInput {
  url: string;
  query: string;
  /** Text of a JSON object, or empty. */
  variables: string;
  operationName?: string;
  role?: string;
  sessionVariables: Record<string, string>;
}

export const languages = ['curl', 'fetch', 'Apollo', 'Rust'] as const;
export type Language = (typeof languages)[number];

function parsed(variables: string): unknown {
  try {
    return variables.trim() ? JSON.parse(variables) : undefined;
  } catch {
    return undefined;
  }
}

function headers(input: CodeInput): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-hasura-admin-secret': '<admin secret>',
    ...(input.role ? { 'x-hasura-role': input.role, ...input.sessionVariables } : {}),
  };
}

function body(input: CodeInput): Record<string, unknown> {
  const variables = parsed(input.variables);
  return {
    query: input.query.trim(),
    ...(variables === undefined ? {} : { variables }),
    ...(input.operationName ? { operationName: input.operationName } : {}),
  };
}

/** The code; a string to be copied as it is. */
export function codeFor(language: Language, input: CodeInput): string {
  switch (language) {
    case 'curl':
      return curl(input);
    case 'fetch':
      return fetchCode(input);
    case 'Apollo':
      return apollo(input);
    case 'Rust':
      return rust(input);
  }
}

/** Text for a POSIX shell. */
function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function curl(input: CodeInput): string {
  const lines = [`curl -s ${shell(input.url)}`];
  for (const [name, value] of Object.entries(headers(input))) {
    lines.push(`  -H ${shell(`${name}: ${value}`)}`);
  }
  lines.push(`  -d ${shell(JSON.stringify(body(input)))}`);
  return lines.join(' \\\n') + '\n';
}

const indent = (text: string, by: number) => text.replaceAll('\n', `\n${' '.repeat(by)}`);

/** A template literal with this text. */
function template(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
  return `\`${escaped}\``;
}

function fetchCode(input: CodeInput): string {
  const { query, ...rest } = body(input);
  const others = Object.entries(rest)
    .map(([name, value]) => `\n    ${name}: ${indent(JSON.stringify(value, undefined, 2), 4)},`)
    .join('');
  return `const response = await fetch(${JSON.stringify(input.url)}, {
  method: 'POST',
  headers: ${indent(JSON.stringify(headers(input), undefined, 2), 2)},
  body: JSON.stringify({
    query: ${template(String(query))},${others}
  }),
});
const { data, errors } = await response.json();
if (errors) throw new Error(errors[0].message);
console.log(data);
`;
}

function apollo(input: CodeInput): string {
  const isMutation = /^\s*(#[^\n]*\n\s*)*mutation\b/.test(input.query);
  const variables = parsed(input.variables);
  const given =
    variables === undefined
      ? ''
      : `\n  variables: ${indent(JSON.stringify(variables, undefined, 2), 2)},`;
  return `import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: new HttpLink({
    uri: ${JSON.stringify(input.url)},
    headers: ${indent(
      JSON.stringify(
        Object.fromEntries(Object.entries(headers(input)).filter(([n]) => n !== 'content-type')),
        undefined,
        2,
      ),
      4,
    )},
  }),
});

const OPERATION = gql${template(input.query.trim())};

const { data } = await client.${isMutation ? 'mutate' : 'query'}({
  ${isMutation ? 'mutation' : 'query'}: OPERATION,${given}
});
console.log(data);
`;
}

/** A raw string of Rust with as many \`#\` as it needs. */
function raw(text: string): string {
  let hashes = '#';
  while (text.includes(`"${hashes}`)) hashes += '#';
  return `r${hashes}"${text}"${hashes}`;
}

function rust(input: CodeInput): string {
  const sent = headers(input);
  const lines = Object.entries(sent)
    .filter(([name]) => name !== 'content-type')
    .map(([name, value]) => `\n        .header(${JSON.stringify(name)}, ${JSON.stringify(value)})`)
    .join('');
  const { query, ...rest } = body(input);
  const others = Object.entries(rest)
    .map(
      ([name, value]) =>
        `\n            ${JSON.stringify(name)}: ${indent(JSON.stringify(value, undefined, 4), 12)},`,
    )
    .join('');
  return `// reqwest = { version = "0.12", features = ["json"] }, serde_json = "1", tokio = { version = "1", features = ["full"] }
use serde_json::{Value, json};

const QUERY: &str = ${raw(String(query))};

#[tokio::main]
async fn main() -> Result<(), reqwest::Error> {
    let answer: Value = reqwest::Client::new()
        .post(${JSON.stringify(input.url)})${lines}
        .json(&json!({
            "query": QUERY,${others}
        }))
        .send()
        .await?
        .json()
        .await?;
    println!("{answer:#}");
    Ok(())
}
`;
}
