// Asks the bridge, and holds each question and answer against an OpenAPI 3.0 document.
// Arguments: the document (a file), the bridge's URL and its token. On standard input a question a line: {"method","path","body","accept"}; "path" with its parameters filled in.
// On standard output an answer a line: {"path","status","errors"}; an undeclared path, status, type or shape is an error.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import RequestValidator from 'openapi-request-validator';
import ResponseValidator from 'openapi-response-validator';

const [file, url, token] = process.argv.slice(2);
const document = JSON.parse(readFileSync(file, 'utf8'));
const schemas = document.components?.schemas ?? {};
const Requests = RequestValidator.default ?? RequestValidator;
const Responses = ResponseValidator.default ?? ResponseValidator;

const operationOf = (method, path) => {
  const parts = path.split('/');
  const [, item] = Object.entries(document.paths).find(([template]) => {
    const names = template.split('/');
    return names.length === parts.length && names.every((name, i) => name.startsWith('{') || name === parts[i]);
  }) ?? [];
  return item?.[method.toLowerCase()];
};

for await (const line of createInterface({ input: process.stdin })) {
  const { method, path, body, accept } = JSON.parse(line);
  const headers = { authorization: `Bearer ${token}`, ...(accept && { accept }), ...(body && { 'content-type': 'application/json' }) };
  const answer = await fetch(new URL(path, url), { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  const [type] = (answer.headers.get('content-type') ?? '').split(';');
  const errors = [];
  const operation = operationOf(method, path);
  if (!operation) {
    errors.push('this path is not in the document');
  } else {
    if (body && answer.ok) {
      const { requestBody } = operation;
      const wrong = new Requests({ requestBody, componentSchemas: schemas }).validateRequest({ headers, body });
      errors.push(...(wrong?.errors ?? []));
    }
    const declared = operation.responses[answer.status];
    const shape = Object.entries(declared?.content ?? {}).find(([name]) => name.split(';')[0] === type)?.[1];
    if (!declared) {
      errors.push(`status ${answer.status} is not in the document`);
    } else if (declared.content && !shape) {
      errors.push(`${type} is not in the document`);
    } else if (shape) {
      const content = type === 'application/json' ? JSON.parse(text) : text;
      const responses = { [answer.status]: { description: '', schema: shape.schema } };
      const wrong = new Responses({ responses, components: document.components ?? {} }).validateResponse(answer.status, content);
      errors.push(...(wrong?.errors ?? []));
    }
  }
  console.log(JSON.stringify({ path, status: answer.status, errors }));
}
