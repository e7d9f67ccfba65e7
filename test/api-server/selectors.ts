import { badRequest } from './failure.ts';
import { type ApiObject, at } from './json.ts';

/** A compiled label or field selector. */
export type Selector = (object: ApiObject) => boolean;
type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

const SET_BASED = /^([^\s!=(),]+)\s+(in|notin)\s+\(([^()]*)\)$/;
const COMPARED = /^([^\s!=(),]+)\s*(==|=|!=)\s*([^\s!=(),]*)$/;
const EXISTS = /^(!?)\s*([^\s!=(),]+)$/;

/** Splits at commas that stand outside parentheses. */
function splitRequirements(text: string): string[] {
  const parts = text.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? [];
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function setBased([, key = '', operator, list = '']: RegExpMatchArray): LabelTest {
  const values = new Set(list.split(',').map((value) => value.trim()));
  const wanted = operator === 'in';
  return (labels) => {
    const value = labels[key];
    return value === undefined ? !wanted : values.has(value) === wanted;
  };
}

function compared([, key = '', operator, value = '']: RegExpMatchArray): LabelTest {
  return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
}

function requirement(text: string): LabelTest {
  const set = SET_BASED.exec(text);
  if (set) return setBased(set);
  const comparison = COMPARED.exec(text);
  if (comparison) return compared(comparison);
  const existence = EXISTS.exec(text);
  if (!existence) throw badRequest(`unable to parse requirement: found '${text}', expected: in, notin, =, ==, !=`);
  const [, negated, key = ''] = existence;
  return (labels) => (labels[key] === undefined) === (negated === '!');
}

const NO_LABELS: Readonly<Record<string, string>> = {};

export function labelSelector(text: string): Selector | undefined {
  const tests = splitRequirements(text).map(requirement);
  if (tests.length === 0) return undefined;
  return (object) => {
    const labels = object.metadata.labels ?? NO_LABELS;
    return tests.every((test) => test(labels));
  };
}

function fieldText(object: ApiObject, path: readonly string[]): string {
  const value = at(object, ...path);
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

/** Compiles a field selector; a label that the kind does not support is a 400, as on the real server. */
export function fieldSelector(text: string, supported: readonly string[]): Selector | undefined {
  const tests = text
    .split(',')
    .filter((term) => term !== '')
    .map((term): Selector => {
      const match = /^([^!=]+)(==|=|!=)(.*)$/.exec(term);
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
      const [, field = '', operator, value = ''] = match;
      if (!supported.includes(field)) {
        throw badRequest(`field label not supported: ${field}`);
      }
      const path = field.split('.');
      const wanted = operator !== '!=';
      return (object) => (fieldText(object, path) === value) === wanted;
    });
  return tests.length === 0 ? undefined : (object) => tests.every((test) => test(object));
}

export function both(left: Selector | undefined, right: Selector | undefined): Selector | undefined {
  if (!left || !right) return left ?? right;
  return (object) => left(object) && right(object);
}
